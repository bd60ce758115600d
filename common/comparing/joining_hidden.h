/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_HIDDEN_H
#define SYNCWARD_JOINING_HIDDEN_H

#include "common/comparing/joining_copies.h"

/* Why a first link to the peer is held: what it hides of entries that are here would be lost here.
 * NULL: nothing was seen to be hidden, now or before, or a person released it. */
const Hold *joining_judge_hidden(const Joining *joining, const Content *peer);

/* True when the database has a link to that peer. */
bool joining_is_read(const LiveDatabase *live, const WantedConsumer *consumer);

#endif
