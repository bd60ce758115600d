/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_REPORT_H
#define SYNCWARD_HEAL_REPORT_H

#include "agent/heal/heal_run.h"

const char *heal_report_text(Pool *pool, const HealReport *report, bool has_colour);

const char *heal_report_json(Pool *pool, const HealReport *report);

#endif
