/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_OTHER_SOURCE_H
#define SYNCWARD_JOINING_OTHER_SOURCE_H

#include "common/joining/joining_copies.h"

/* slapd shows a connection of that consumer; false also where it does not tell. */
bool joining_is_connected(const Joining *joining, const LiveConsumer *consumer);

/*
 * Whom slapd goes on reading although peers.json does not have this node read it: its value is
 * kept, or stays until a person ends it. NULL: nobody. of_live: which peer each value belongs to,
 * NULL where to none. What is returned is borrowed from the live configuration.
 */
const LiveConsumer *joining_other_source(const Joining *joining,
					 const WantedConsumer *const *of_live);

#endif
