/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_OTHER_SOURCE_H
#define SYNCWARD_JOINING_OTHER_SOURCE_H

#include "common/comparing/joining_copies.h"

/* slapd shows a connection of that consumer; false also where it does not tell. */
bool joining_is_connected(const Joining *joining, const LiveConsumer *consumer);

/*
 * True when what that consumer of the database reads may still come: it works, or has not been
 * without a connection for so long that slapd tried again. Where it is without one that is noted in
 * the plan.
 */
bool joining_may_fill(Diff *diff, const LiveDatabase *live, const LiveConsumer *consumer);

/*
 * Who may still fill this copy although peers.json does not have this node read it: nothing removes
 * its value. NULL: nobody. of_live: which peer each value belongs to, NULL where to none. What is
 * returned is borrowed from the live configuration.
 */
const LiveConsumer *joining_other_source(const Joining *joining,
					 const WantedConsumer *const *of_live);

/* The source of this copy, as it would be read, is gone; remembered with the plan. */
void joining_note_gone(Diff *diff, const char *suffix);

/* So it was noted in passes that lie so far apart. */
bool joining_is_gone_for(const Diff *diff, const char *suffix, int64_t patience_sec);

#endif
