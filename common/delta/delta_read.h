/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DELTA_READ_H
#define SYNCWARD_DELTA_READ_H

#include "common/draft/plan_input.h"

/* True when cn=config has this node read the log that the consumer names. */
bool delta_is_read(const LiveDatabase *live, const WantedConsumer *consumer);

/* True while this node reads no log of that database, whatever its providers show. */
bool delta_comes_later(const PlanInput *in, const LiveDatabase *live);

/* True when slapd runs that consumer, and it is not connected. */
bool delta_is_cut(const PlanInput *in, const WantedDatabase *database,
		  const WantedConsumer *consumer);

#endif
