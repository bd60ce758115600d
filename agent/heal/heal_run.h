/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_RUN_H
#define SYNCWARD_HEAL_RUN_H

#include "agent/heal/healed.h"

/*
 * Heals the databases whose entries carry server IDs that contextCSN lacks
 * (common/draft/healing.h). To be called under the lock, with signals held (interrupt_hold()): the
 * server ID is remembered on disk before it goes, and comes back on every way out. Everything lives
 * in the pool.
 */
void heal_run(Pool *pool, const HealOptions *options, HealReport *ret);

/* 0 healed or nothing to heal, 1 not seen at every peer, 3 held, else the error's own status. */
int heal_exit_status(const HealReport *report);

/* "healed", "held", ...: as JSON names it. */
const char *heal_state_name(HealState state);

#endif
