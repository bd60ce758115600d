/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/buf.h"
#include "common/diff/diff_parts.h"
#include "common/diff/update_refs.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"
#include "common/slapd/url.h"

/*
 * slapd refuses clients' writes to a copy, and refers them to olcUpdateRef. It does not start with
 * that on a database that reads from no server, so it goes with the last link, no matter who wrote
 * it.
 */

static void refs_add(Pool *pool, const WantedDatabase *wanted, bool hubs, UpdateRefs *refs)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (wanted->consumers[i].peer->is_hub == hubs)
			POOL_PUSH(pool, refs->uris, refs->n_uris, wanted->consumers[i].peer->uri);
}

UpdateRefs update_refs_want(Pool *pool, const WantedDatabase *wanted, const Peer *self)
{
	UpdateRefs refs = {0};

	if (!self->refers_updates)
		return refs;
	refs_add(pool, wanted, false, &refs);
	if (refs.n_uris == 0)
		refs_add(pool, wanted, true, &refs);
	return refs;
}

static bool refs_have(const UpdateRefs *refs, const char *uri)
{
	for (size_t i = 0; i < refs->n_uris; i++)
		if (url_equal(refs->uris[i], uri))
			return true;
	return false;
}

static UpdateRefs refs_live(Pool *pool, const LiveDatabase *live)
{
	UpdateRefs refs = {0};

	for (size_t i = 0; live->update_refs && i < live->update_refs->n_values; i++)
		POOL_PUSH(pool, refs.uris, refs.n_uris, live->update_refs->values[i].bytes);
	return refs;
}

static bool refs_are_within(const UpdateRefs *some, const UpdateRefs *others)
{
	for (size_t i = 0; i < some->n_uris; i++)
		if (!refs_have(others, some->uris[i]))
			return false;
	return true;
}

static const char *refs_join(Pool *pool, const UpdateRefs *refs)
{
	return refs->n_uris > 0 ? urls_join(pool, refs->uris, refs->n_uris) : NULL;
}

/* What syncward wrote, it may take away. */
static bool is_ours(const Diff *diff, const char *suffix)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	return known && known->refers_updates;
}

static bool is_peer(const Desired *desired, const char *uri)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (url_equal(desired->peers[i].uri, uri))
			return true;
	return false;
}

/* The first value that somebody else gave it; NULL: none. Nobody else has a reason to name our
 * peers. */
static const char *foreign_ref(const Diff *diff, const char *suffix, const UpdateRefs *live)
{
	for (size_t i = 0; i < live->n_uris && !is_ours(diff, suffix); i++)
		if (!is_peer(diff->in->desired, live->uris[i]))
			return live->uris[i];
	return NULL;
}

static void hold_foreign(Diff *diff, const char *suffix, Change *change, const char *foreign)
{
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_REMOVAL,
			  .suffix = suffix,
			  .text = pool_printf(
				  diff->pool,
				  "%s refers clients' writes to %s (olcUpdateRef), which "
				  "was there before syncward and is no peer: it stays. To "
				  "refer them to what this node reads",
				  suffix, foreign),
			  .release = remedy_text(REMEDY_RELEASE_G4),
		  });
}

static Change *change_add(Diff *diff, const DatabasePlan *database, const UpdateRefs *live,
			  const UpdateRefs *refs, const char *why)
{
	return plan_add_change(diff->pool, diff->plan,
			       (Change){
				       .kind = CHANGE_UPDATE_REF,
				       .suffix = database->suffix,
				       .dn = database->live->entry->dn,
				       .attribute = "olcUpdateRef",
				       .subject = "clients' writes",
				       .old_value = refs_join(diff->pool, live),
				       .new_value = refs_join(diff->pool, refs),
				       .why = why,
			       });
}

void diff_update_ref(Diff *diff, const DatabasePlan *database, bool reads_somebody)
{
	const UpdateRefs live = refs_live(diff->pool, database->live);
	UpdateRefs refs = {0};
	const char *foreign;
	Change *change;

	if (reads_somebody)
		refs = update_refs_want(diff->pool, database->wanted, diff->in->wanted->self);
	if (refs_are_within(&live, &refs) && refs_are_within(&refs, &live))
		return;
	if (refs.n_uris > 0) {
		change = change_add(diff, database, &live, &refs, "to whom this node reads");
		foreign = foreign_ref(diff, database->suffix, &live);
		if (foreign && !diff_is_released(diff, GUARD_REMOVAL))
			hold_foreign(diff, database->suffix, change, foreign);
	} else if (!reads_somebody) {
		(void)change_add(diff, database, &live, &refs,
				 "slapd does not start with it where nobody is read");
	} else if (is_ours(diff, database->suffix)) {
		(void)change_add(diff, database, &live, &refs, "peers.json asks for none any more");
	}
}
