/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_missing.h"

#include <string.h>

#include "common/base/few.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"
#include "common/remedies/remedies.h"

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

/* What it showed once is remembered (seen_changes.c). */
static bool was_asked(const Joining *joining, const Content *peer)
{
	const KnownDatabase *known = known_database(joining->diff->in->known, joining->suffix);
	bool is_known = known && peer_ids_have(&known->met, peer->peer_id);

	for (size_t i = 0; known && i < known->seen.n_items; i++)
		is_known |= known->seen.items[i].peer_id == peer->peer_id;
	return is_known || (peer->state != CONTENT_UNREACHABLE && peer->state != CONTENT_DENIED);
}

static bool has_written(const Joining *joining, unsigned id)
{
	return csn_newest(joining->here->context_csns, joining->here->n_context_csns, id) != NULL;
}

const Hold *joining_await_own(const Joining *joining)
{
	Few unasked = few_names(joining->diff->pool);
	const char *names;

	if (!joining->was_joining || !has_written(joining, joining->our_id))
		return NULL;
	for (size_t i = 0; i < joining->n_everybody; i++)
		if (has_written(joining, joining->peers[i].peer_id) &&
		    !was_asked(joining, &joining->peers[i]))
			few_add(&unasked, joining_uri(joining, &joining->peers[i]));
	names = few_text(&unasked);
	if (!*names)
		return NULL;
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s: this server ID wrote before, and its last changes may be at %s "
			    "alone. Clients cannot write here until it answers, because the first "
			    "write would delete them everywhere. Only if it has none of them, or "
			    "never comes back",
			    joining->suffix, names),
		remedy_text(REMEDY_RELEASE_JOINING));
}
