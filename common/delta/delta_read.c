/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/delta_read.h"

#include <string.h>

#include "common/live/live_running.h"
#include "common/syncrepl/syncrepl_log.h"

bool delta_is_read(const LiveDatabase *live, const WantedConsumer *consumer)
{
	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *there = &live->consumers[i];

		if (there->parses && there->provider &&
		    strcmp(there->provider, consumer->provider) == 0 &&
		    syncrepl_log_same(&there->syncrepl, &consumer->syncrepl))
			return true;
	}
	return false;
}

/* A provider that has not joined yet has no flag, and a consumer no link. With 2.4 no log is read
 * (common/delta/diff_delta.c). */
bool delta_comes_later(const PlanInput *in, const LiveDatabase *live)
{
	if (live_release(in->live, in->options.multi_provider_attribute) != LIVE_RELEASE_2_5)
		return true;
	return peer_is_consumer(in->wanted->self) ? live->n_consumers == 0
						  : !live->is_multi_provider;
}

bool delta_is_cut(const PlanInput *in, const WantedDatabase *database,
		  const WantedConsumer *consumer)
{
	return running_is_cut(&in->live->runs, database->desired->suffix, consumer->rid,
			      consumer->provider);
}
