/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_missing.h"

#include <string.h>

#include "common/base/few.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"

static const char *place_describe(const Joining *joining, unsigned peer_id)
{
	const Peer *peer = desired_peer(joining->diff->in->desired, peer_id);

	if (peer_id == joining->our_id)
		return "here before";
	return pool_printf(joining->diff->pool, "at %s",
			   peer ? peer->uri : "a peer that is not listed any more");
}

const char *joining_missing_describe(const Joining *joining, const SeenChanges *missing)
{
	Pool *pool = joining->diff->pool;
	Few changes = few_names(pool);

	if (missing->n_items > changes.most)
		changes.most = 1; /* each takes much room */

	for (size_t i = 0; i < missing->n_items; i++) {
		const SeenChange *change = &missing->items[i];
		char time[TIMESTAMP_SIZE];
		const int64_t sec = timestamp_of_generalized(
			pool_printf(pool, "%.*s", (int)strcspn(change->csn, "#"), change->csn));
		const char *when = timestamp_print(sec, time)
					   ? pool_printf(pool, " (until %s, %s)", time,
							 place_describe(joining, change->peer_id))
					   : "";

		few_add(&changes, pool_printf(pool, "%d%s", csn_sid(change->csn), when));
	}
	return few_text(&changes);
}

const char *joining_missing_clause(const Joining *joining)
{
	const SeenChanges missing = joining_missing(joining);

	if (missing.n_items == 0)
		return "";
	return pool_printf(joining->diff->pool, "; not here: changes of server ID %s",
			   joining_missing_describe(joining, &missing));
}
