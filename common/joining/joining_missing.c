/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_missing.h"

#include <string.h>

#include "common/base/few.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"
#include "common/joining/joining_alone.h"
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

/* --- what only a peer may have that was never asked --- */

/* Also where nothing is remembered any more. */
static bool is_joining(const Joining *joining)
{
	return joining->was_joining || live_reads_from_somebody(joining->live);
}

/* What it showed once is remembered (memory_shown.c). A provider that never wrote may alone have
 * what this node wrote, and one that is stopped looks like one that was never started. */
static bool may_have_own(const Joining *joining, const Content *peer)
{
	const KnownDatabase *known = known_database(joining->diff->in->known, joining->suffix);

	if (known && peer_ids_have(&known->met, peer->peer_id))
		return false;
	return joining_may_have_more(joining, peer) ||
	       (is_joining(joining) && peer->state == CONTENT_UNREACHABLE);
}

/* A copy that may be older than what this server ID wrote: made anew, or loaded. */
static bool may_lack_own(const Joining *joining)
{
	return (joining->was_joining ||
		!known_was_complete(joining->diff->in->known, joining->suffix)) &&
	       csn_newest(joining->here->context_csns, joining->here->n_context_csns,
			  joining->our_id) != NULL;
}

static const char *unasked_describe(const Joining *joining)
{
	Few unasked = few_reasons(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody && may_lack_own(joining); i++)
		if (may_have_own(joining, &joining->peers[i]))
			few_add(&unasked, joining_problem(joining, &joining->peers[i]));
	return few_text(&unasked);
}

const Hold *joining_await_own(const Joining *joining)
{
	const char *unasked = unasked_describe(joining);
	const char *text;

	if (!*unasked)
		return NULL;
	text = pool_printf(
		joining->diff->pool,
		"%s: this server ID wrote before, and its last changes may be only at peers that "
		"were not asked yet: %s. Until they are, %s: the first write here deletes them "
		"there. Only if none has any, or none will come back",
		joining->suffix, unasked, joining_clients(joining));
	/* What was only loaded does not begin to join by that. */
	return is_joining(joining)
		       ? joining_hold(joining, GUARD_JOINING, text,
				      remedy_text(REMEDY_RELEASE_JOINING))
		       : joining_wait(joining, text, remedy_text(REMEDY_RELEASE_JOINING));
}

void joining_tell_unasked(const Joining *joining, const char *code)
{
	const char *unasked = unasked_describe(joining);

	if (*unasked)
		plan_add_finding(
			joining->diff->pool, joining->diff->plan, SEVERITY_WARNING, code,
			joining->suffix,
			"%s goes on without a look at peers that may alone have the last changes "
			"of this node's server ID: %s. What only they have may be deleted there "
			"when something is written here",
			joining->suffix, unasked);
}
