/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_EMPTINESS_H
#define SYNCWARD_JOINING_EMPTINESS_H

#include "common/comparing/joining_copies.h"

/* What is known about another copy, for the question whether a cluster may be begun. */
typedef enum Emptiness {
	EMPTINESS_UNSEEN, /* it answers, or takes the connection, without letting us see */
	EMPTINESS_DATA,
	EMPTINESS_EMPTY, /* it holds nothing, a person says so, or no server is there */
} Emptiness;

Emptiness joining_emptiness(const Joining *joining, const Content *peer);

/* True when a person says that it is (--empty). */
bool joining_is_said_empty(const Joining *joining, unsigned peer_id);

#endif
