/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_WINDOW_H
#define SYNCWARD_HEAL_WINDOW_H

#include "agent/heal/heal_work.h"

/* The server ID goes, contextCSN is written, the server ID comes back. -1 when something failed on
 * the way; 0 with a hold when it was not begun. */
int heal_window(HealWork *work, Error *err);

#endif
