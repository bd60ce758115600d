/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_AWAIT_H
#define SYNCWARD_HEAL_AWAIT_H

#include "agent/heal/heal_work.h"

/* Waits until every peer has these in its contextCSN; false when one was not seen to: those are
 * noted as unseen. */
bool heal_await(HealWork *work, const char *const *csns, size_t n_csns);

#endif
