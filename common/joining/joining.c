/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining.h"

#include <string.h>

#include "common/base/few.h"
#include "common/comparing/joining_extra.h"
#include "common/comparing/joining_identity.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/joining/joining_alone.h"
#include "common/joining/joining_apart.h"
#include "common/joining/joining_empty.h"
#include "common/joining/joining_heirs.h"
#include "common/joining/joining_missing.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

#define RELEASED_CODE "joining-released"

/*
 * Joining in two phases. A node that is writable while it refreshes, or that comes back empty or
 * from an old backup under a server ID that the cluster knows, makes healthy peers delete entries:
 * slapd takes its CSNs for newer knowledge. So a node becomes a provider only when it holds
 * everything that each peer which it reads from held. A peer that cannot be asked, or shows no
 * contextCSN, proves nothing: a peer in the middle of its own first refresh has entries, and writes
 * contextCSN at the end.
 */

/* It is asked for several changes of a database, and once more of the result, when more is held. */
typedef struct JoiningVerdict {
	const WantedDatabase *wanted;
	const Hold *hold;
} JoiningVerdict;

/* --- the first refresh --- */

/* What the peers' copies prove about the one here. */
typedef struct Evidence {
	const Content *lacking;  /* shows changes that are not here, a provider if one does; NULL:
				    none does */
	const Content *silent;   /* has data and shows no contextCSN; NULL: none does */
	const Content *newcomer; /* shows nothing more, and is no provider yet; NULL: none is */
	bool is_covered; /* everything that some provider had is here, or that anybody had */
} Evidence;

/*
 * Every peer was asked, none is a provider, and none shows more: copies that came the same way, or
 * what read from a provider that is gone for good. They would wait for each other for ever. Only
 * from the rootdn an empty one hides nothing.
 */
static bool nobody_has_more(const Joining *joining, const Evidence *evidence)
{
	if (!evidence->newcomer || evidence->lacking || evidence->silent ||
	    !joining_all_told(joining))
		return false;
	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];

		if (joining_is_provider(peer) ||
		    (!content_has_data(peer) && !joining_reads_as_rootdn(joining, peer)))
			return false;
	}
	return joining_missing(joining).n_items == 0;
}

static Evidence evidence_find(const Joining *joining)
{
	Evidence evidence = {0};

	for (size_t i = 0; i < joining->n_peers; i++) {
		const Content *peer = &joining->peers[i];

		if (joining_is_silent(joining, peer))
			evidence.silent = evidence.silent ? evidence.silent : peer;
		else if (!content_has_data(peer) ||
			 copy_relation(joining->here, peer).identity == COPY_IS_OTHER)
			continue;
		else if (copy_covers(joining->here, peer) && joining_is_provider(peer))
			evidence.is_covered = true;
		else if (copy_covers(joining->here, peer))
			evidence.newcomer = evidence.newcomer ? evidence.newcomer : peer;
		else if (!evidence.lacking || !joining_is_provider(evidence.lacking))
			evidence.lacking = peer;
	}
	/* What this node wrote itself, wherever it came to. */
	for (size_t i = joining->n_peers; !evidence.lacking && i < joining->n_everybody; i++)
		if (copy_lacks_own(joining->here, &joining->peers[i], joining->our_id))
			evidence.lacking = &joining->peers[i];
	evidence.is_covered = evidence.is_covered || nobody_has_more(joining, &evidence);
	return evidence;
}

static void unproven_add(const Joining *joining, const Content *peer, Few *unproven)
{
	if (peer->problem)
		few_add(unproven, joining_problem(joining, peer));
	else if (joining_is_silent(joining, peer))
		few_add(unproven,
			pool_printf(joining->diff->pool, "%s has entries and shows no contextCSN",
				    joining_uri(joining, peer)));
}

/* Which peers could not be asked, and why, and which show too little: ": A; B; and 2 more", or
 * nothing. Those that answered and could soon prove it are named first. */
static const char *unproven_describe(const Joining *joining, const Evidence *evidence)
{
	Pool *pool = joining->diff->pool;
	Few unproven = few_reasons(pool);
	const char *text;

	if (evidence->newcomer)
		few_add(&unproven,
			pool_printf(pool, "%s has no syncprov overlay, or no server ID, yet",
				    joining_uri(joining, evidence->newcomer)));
	for (size_t i = 0; i < joining->n_everybody; i++)
		unproven_add(joining, &joining->peers[i], &unproven);
	for (size_t i = 0; i < joining->n_heirs; i++)
		unproven_add(joining, &joining->heirs[i], &unproven);
	text = few_text(&unproven);
	return *text ? pool_printf(pool, ": %s", text) : "";
}

/* --- what a person ends --- */

/* Overlay, links and flag ask one after the other. */
static bool is_told(const Joining *joining)
{
	const Plan *plan = joining->diff->plan;
	const Finding *finding;

	for (size_t at = 0; (finding = finding_next_about(plan, joining->suffix, &at));)
		if (strcmp(finding->code, RELEASED_CODE) == 0)
			return true;
	return false;
}

/* A person ended the wait: it is said what that costs. */
static void tell_released(const Joining *joining)
{
	const SeenChanges missing = joining_missing(joining);

	if (is_told(joining))
		return;
	if (missing.n_items > 0)
		plan_add_finding(
			joining->diff->pool, joining->diff->plan, SEVERITY_WARNING, RELEASED_CODE,
			joining->suffix,
			"%s goes on without changes that are known to be missing, those of server "
			"ID %s: they are lost unless a server that has them comes back",
			joining->suffix, joining_missing_describe(joining, &missing));
	joining_tell_unasked(joining, RELEASED_CODE);
}

/*
 * What was written here before, under this node's own server ID, may be at a peer that is away.
 * Were anything written here now, slapd would take it for newer knowledge, and that peer would
 * delete what is missing here.
 */
static const Hold *hold_own_elsewhere(const Joining *joining)
{
	const SeenChanges missing = joining_missing(joining);
	const SeenChange *own = seen_change_of(&missing, joining->our_id);
	SeenChanges only = {0};

	if (!own)
		return NULL;
	POOL_PUSH(joining->diff->pool, only.items, only.n_items, *own);
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: changes of this node's own server ID are neither here nor at any "
			"peer that answers: %s. Clients cannot write here until they arrive, "
			"because the first write would delete them everywhere. Only if no server "
			"that has them will come back",
			joining->suffix, joining_missing_describe(joining, &only)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* Of two that join the one that has more goes first: no node can read it before, and it may wait
 * for a peer that is gone. */
static const Hold *hold_newcomer_has_more(const Joining *joining, const Content *peer)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: %s has changes that are not here, and nobody can read it until it is "
			"a provider (syncward there says why)%s; %s. Only if it never will be",
			joining->suffix, joining_uri(joining, peer),
			joining_missing_clause(joining), joining_clients(joining)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

static const Hold *hold_lacking(const Joining *joining, const Content *peer)
{
	const bool is_released =
		diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix);

	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: %s has changes that are not here yet%s; until they arrive %s. When "
			"they have",
			joining->suffix, joining_uri(joining, peer),
			is_released ? ", so this cannot be released" : "",
			joining_clients(joining)),
		remedy_text(REMEDY_APPLY));
}

/* No peer can prove it now; one that could may come back, or a person ends it. */
static const Hold *hold_unproven(const Joining *joining, const Evidence *evidence)
{
	Pool *pool = joining->diff->pool;

	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			pool,
			"%s waits: no peer proves that the first refresh is complete%s%s; until "
			"one does %s. Only if none that has more will come back",
			joining->suffix, unproven_describe(joining, evidence),
			joining_missing_clause(joining), joining_clients(joining)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

static const Hold *hold_seeded(const Joining *joining, const Content *silent)
{
	return joining_wait(
		joining,
		pool_printf(
			joining->diff->pool,
			"%s: this node and %s hold the same database, but neither shows a "
			"contextCSN, so nobody knows which of them has the newest changes. On the "
			"one that has them",
			joining->suffix, joining_uri(joining, silent)),
		remedy_text(REMEDY_FIRST_NODE));
}

/* The flag is missing because of G1 or G5, which holds it still: this database never joined. One
 * that left is without it for another reason. */
static bool waits_for_server_id(const Joining *joining)
{
	const Diff *diff = joining->diff;
	const Change *server_id = change_first(diff->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID));

	return diff->server_id_is_wrong && server_id && server_id->is_held &&
	       !joining->was_joining && !known_left(&diff->in->known->leave, joining->suffix);
}

/* Neither under the ID that this server is to have, nor under the one that it has now. */
static bool is_of_other(const Joining *joining, const char *csn)
{
	const Diff *diff = joining->diff;

	return csn_is_of_other(csn, joining->our_id) &&
	       !(diff->has_live_sid && diff->live_sid > 0 && csn_sid(csn) == (int)diff->live_sid);
}

/* It was copied from a server that wrote under another server ID: only peers that have the rest can
 * show how old the copy is. */
static bool is_copy_of_others(const Joining *joining)
{
	const Content *here = joining->here;
	bool found = here->entry.csn && is_of_other(joining, here->entry.csn);

	for (size_t i = 0; i < here->n_context_csns && !found; i++)
		found = is_of_other(joining, here->context_csns[i]);
	return found;
}

/* Where no peer shows a contextCSN: may this database go on all the same? */
static const Hold *judge_unproven(const Joining *joining, const Evidence *evidence)
{
	const Diff *diff = joining->diff;
	const Content *silent = evidence->silent;
	const bool has_csns = joining->here->n_context_csns > 0;
	/* One that comes back after a while is like one that joins: it reads first. */
	const bool reads = joining->was_joining || live_reads_from_somebody(joining->live) ||
			   known_left(&diff->in->known->leave, joining->suffix);

	if (silent && !has_csns && !reads)
		return diff->in->options.consent.is_first_node ? NULL
							       : hold_seeded(joining, silent);
	/* What a consumer was seen to have says nothing of what a provider must. */
	if (has_csns && !joining->was_joining &&
	    known_was_complete(diff->in->known, joining->suffix))
		return NULL;
	if (!reads && !is_copy_of_others(joining))
		return joining_judge_alone(joining);
	return hold_unproven(joining, evidence);
}

/*
 * A person compared them and released G10: what a peer that was loaded from here shows came from
 * here. It is not read first: the overlay makes a contextCSN of what is here only where nothing is
 * read yet, and until there is one nobody can read this node.
 */
static bool is_original(const Joining *joining, const Content *lacking)
{
	return joining->here->n_context_csns == 0 && !joining->was_joining &&
	       !live_reads_from_somebody(joining->live) &&
	       diff_is_released_for(joining->diff, GUARD_CONTENT, joining->suffix) &&
	       copy_lacks_own(joining->here, lacking, joining->our_id);
}

static const Hold *judge_refresh(const Joining *joining)
{
	const Hold *hold = NULL;
	Evidence evidence;

	/* A flag that somebody set during the first refresh completes nothing. */
	if (!joining->is_fenced && ((joining->live->is_multi_provider && !joining->was_joining) ||
				    waits_for_server_id(joining)))
		return NULL;
	evidence = evidence_find(joining);
	if (evidence.lacking && joining_is_provider(evidence.lacking))
		return hold_lacking(joining, evidence.lacking);
	if (evidence.lacking && is_original(joining, evidence.lacking)) {
		joining_note_complete(joining);
		return NULL;
	}
	if (!evidence.is_covered)
		hold = joining_judge_heirs(joining);
	if (hold)
		return hold;
	if (evidence.lacking &&
	    !diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		hold = hold_newcomer_has_more(joining, evidence.lacking);
	else if (diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		tell_released(joining);
	else if (!evidence.is_covered && !joining_heirs_have_no_more(joining))
		hold = judge_unproven(joining, &evidence);
	else
		hold = hold_own_elsewhere(joining);
	if (!hold && !diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		hold = joining_await_own(joining);
	if (!hold && evidence.is_covered &&
	    !diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		hold = joining_judge_ahead(joining);
	if (!hold && evidence.is_covered &&
	    !diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		hold = joining_judge_extra(joining);
	if (!hold && !diff_facts(joining->diff, joining->suffix)->extra.is_kept)
		joining_note_complete(joining);
	return hold;
}

static const Hold *judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Joining joining = joining_of(diff, wanted, live);
	const Hold *hold;

	/* No node reads it from here, or it is for others to say. */
	if (wanted->n_consumers == 0 && (wanted->n_heirs == 0 || wanted->n_others > 0))
		return NULL;
	if (joining.here->state == CONTENT_UNKNOWN) {
		diff_need_content(diff, wanted, true);
		if (wanted->n_consumers == 0)
			diff_need_heirs(diff, wanted);
		if (joining_asks_extra(&joining) &&
		    !diff_is_released_for(diff, GUARD_JOINING, joining.suffix) &&
		    (!live->is_multi_provider || joining.was_joining))
			diff_need_extra(diff, wanted);
		return joining_wait(&joining, "not asked yet", remedy_text(REMEDY_APPLY));
	}
	if (joining.here->state != CONTENT_READ)
		return joining_wait(&joining,
				    pool_printf(diff->pool,
						"%s cannot be read here: %s; when it can",
						joining.suffix, joining.here->problem),
				    remedy_text(REMEDY_APPLY));
	if (!joining.here->entry.exists)
		return joining_judge_empty(&joining);
	hold = joining_judge_identity(&joining);
	if (hold)
		return hold;
	return joining.is_apart ? joining_judge_apart(&joining) : judge_refresh(&joining);
}

const Hold *joining_judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Hold *hold;

	for (size_t i = 0; i < diff->n_joining; i++)
		if (diff->joining[i].wanted == wanted)
			return diff->joining[i].hold;
	hold = judge(diff, wanted, live);
	POOL_PUSH(diff->pool, diff->joining, diff->n_joining, {wanted, hold});
	return hold;
}
