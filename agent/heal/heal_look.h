/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_LOOK_H
#define SYNCWARD_HEAL_LOOK_H

#include "agent/heal/heal_work.h"

/* Reads which entries every server has, and which of them are old. False, with a hold, where that
 * is not known, or where an old entry is not at every server. */
bool heal_look(HealWork *work);

#endif
