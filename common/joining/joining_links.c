/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_links.h"

#include "common/comparing/joining_extra.h"
#include "common/comparing/joining_hidden.h"
#include "common/comparing/joining_identity.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/draft/guard_self.h"
#include "common/joining/joining.h"
#include "common/joining/joining_other_source.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

#define SOURCE_PATIENCE_SEC 60

/*
 * Which peers may be read already. A joining node reads one peer until it has everything of it:
 * read from several at once, an entry that was deleted at one of them meanwhile comes back from
 * another and stays (seen on 2.4, 2.5 and 2.6). And no node reads a peer whose database is another
 * one.
 */
typedef struct Links {
	Joining joining;
	const WantedConsumer *const *of_live; /* per live value: whose it is; NULL: nobody's */
	const Hold *hold;                     /* of the whole database; NULL: none */
} Links;

static const Content *content_at(const Links *links, unsigned peer_id)
{
	for (size_t i = 0; i < links->joining.n_peers; i++)
		if (links->joining.peers[i].peer_id == peer_id)
			return &links->joining.peers[i];
	return NULL;
}

/* The next link to another peer that would come, from *at on, which starts at 0; NULL: no other. */
static Change *addition_next(const Links *links, size_t *at)
{
	const Joining *joining = &links->joining;
	Change *change;

	while ((change = change_next_told(joining->diff->plan, joining->suffix, at)))
		if (change->kind == CHANGE_CONSUMER_ADD && !change->is_held &&
		    !peer_is_myself(joining->diff, change->consumer.wanted->peer->id))
			return change;
	return NULL;
}

static void hold_addition(const Links *links, Change *change, const Hold *hold)
{
	Hold about = *hold;

	if (about.guard == GUARD_CONTENT && hold != links->hold)
		about.peer = change->subject;
	plan_hold(links->joining.diff->pool, links->joining.diff->plan, change, about);
}

static void hold_additions(const Links *links, unsigned but_peer)
{
	Change *change;

	for (size_t at = 0; (change = addition_next(links, &at));)
		if (change->consumer.wanted->peer->id != but_peer)
			hold_addition(links, change, links->hold);
}

static void hold_strangers(const Links *links)
{
	Change *change;

	for (size_t at = 0; (change = addition_next(links, &at));) {
		const Content *peer = content_at(links, change->consumer.wanted->peer->id);
		const Hold *hold = NULL;

		if (peer && links->joining.here->entry.exists)
			hold = joining_judge_peer(&links->joining, peer);
		if (peer && links->joining.here->entry.exists && !hold)
			hold = joining_judge_hidden(&links->joining, peer);
		if (hold)
			hold_addition(links, change, hold);
	}
}

/* --- one provider first --- */

static size_t count_read(const Links *links, size_t *ret_index)
{
	const LiveDatabase *live = links->joining.live;
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		if (links->of_live[i]) {
			*ret_index = i;
			n++;
		}
	return n;
}

static bool has_all_of_a_source(const Links *links)
{
	for (size_t i = 0; i < links->joining.live->n_consumers; i++) {
		const Content *peer =
			links->of_live[i] ? content_at(links, links->of_live[i]->peer->id) : NULL;

		if (peer && copy_covers(links->joining.here, peer))
			return true;
	}
	return false;
}

/*
 * slapd itself has no connection to it: what it has read so far it reads again anyway, from
 * whichever peer. Where slapd does not show that, one look that failed is no reason to begin anew,
 * which may be after hours.
 */
static bool source_is_lost(const Links *links)
{
	const Diff *diff = links->joining.diff;

	return diff->in->live->runs.is_known ||
	       joining_is_gone_for(diff, links->joining.suffix, SOURCE_PATIENCE_SEC);
}

/* Another peer takes the place of the one that is gone: never both at once. */
static void source_replace(const Links *links, const LiveConsumer *gone, const Content *source,
			   const char *why)
{
	const Joining *joining = &links->joining;
	Change *change;

	for (size_t at = 0; (change = addition_next(links, &at));) {
		if (change->consumer.wanted->peer->id != source->peer_id)
			continue;
		change->kind = CHANGE_CONSUMER_EDIT;
		change->consumer.live = gone;
		change->old_value = gone->text;
		change->consumer.old_is_gone = true;
		change->why = pool_printf(joining->diff->pool, "%s, which it reads first, %s",
					  gone->syncrepl.value[SYNCREPL_PROVIDER], why);
	}
}

/* A server ID that its contextCSN has and the one here has not; -1: there is none. */
static int unknown_sid(const Links *links, const Content *peer)
{
	const Content *here = links->joining.here;

	for (size_t i = 0; i < peer->n_context_csns; i++) {
		const int sid = csn_sid(peer->context_csns[i]);

		if (sid >= 0 &&
		    !csn_newest(here->context_csns, here->n_context_csns, (unsigned)sid))
			return sid;
	}
	return -1;
}

static const Hold *hold_unknown_sid(const Links *links, const Content *peer, int sid)
{
	const Joining *joining = &links->joining;

	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: %s has changes of server ID %d, none of which is here yet: read "
			"now, it would send everything anew, and what is deleted meanwhile would "
			"come back. The changes come through the peers that this node already "
			"reads; only if they never will",
			joining->suffix, joining_uri(joining, peer), sid),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* The cookie must have each server ID that the provider has, or slapd starts from nothing (see
 * joining_readers.c). */
static void hold_unknown_sids(const Links *links)
{
	const Diff *diff = links->joining.diff;
	Change *change;

	for (size_t at = 0; (change = addition_next(links, &at));) {
		const Content *peer = content_at(links, change->consumer.wanted->peer->id);
		const int sid = peer ? unknown_sid(links, peer) : -1;
		Hold hold;

		if (sid < 0)
			continue;
		hold = *hold_unknown_sid(links, peer, sid);
		hold.peer = change->subject;
		plan_hold(diff->pool, diff->plan, change, hold);
	}
}

/* Then it is not through with the first one. */
static bool has_too_much(const Links *links)
{
	return !diff_is_released_for(links->joining.diff, GUARD_JOINING, links->joining.suffix) &&
	       joining_judge_extra(&links->joining) != NULL;
}

/* Why it should not be read any more, where slapd has no connection to it; NULL: it may come. A
 * peer that joins as well may wait for this node: only a provider is worth the change. */
static const char *why_leave(const Links *links, const Content *current, const Content *source)
{
	if (!joining_is_provider(source) &&
	    !diff_is_released_for(links->joining.diff, GUARD_JOINING, links->joining.suffix))
		return NULL;
	if (!current || !joining_can_be_read(&links->joining, current))
		return "cannot be asked any more";
	if (!joining_is_provider(current) && joining_is_provider(source))
		return "is no provider yet";
	return NULL;
}

static void source_judge(const Links *links, size_t index, const Content *source)
{
	const LiveConsumer *live = &links->joining.live->consumers[index];
	const Content *current = content_at(links, links->of_live[index]->peer->id);
	const char *why = why_leave(links, current, source);

	if (!why || joining_is_connected(&links->joining, live))
		return;
	joining_note_gone(links->joining.diff, links->joining.suffix);
	if (source_is_lost(links))
		source_replace(links, live, source, why);
}

static void hold_beside(const Links *links, const LiveConsumer *other)
{
	const Joining *joining = &links->joining;
	const Hold *hold = joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s: this node still reads %s, which peers.json does not name as its "
			    "provider: if a peer were read as well, it would bring back what is "
			    "deleted meanwhile. Its peers follow when the refresh from there is "
			    "complete; only if it never will be",
			    joining->suffix, other->syncrepl.value[SYNCREPL_PROVIDER]),
		remedy_text(REMEDY_RELEASE_JOINING));
	Change *change;

	for (size_t at = 0; (change = addition_next(links, &at));)
		hold_addition(links, change, hold);
}

/* What fills this copy from elsewhere is a first provider, too. contextCSN comes at the end. */
static void other_source_first(const Links *links)
{
	const LiveConsumer *other = joining_other_source(&links->joining, links->of_live);

	if (!other ||
	    diff_is_released_for(links->joining.diff, GUARD_JOINING, links->joining.suffix))
		return;
	if (links->joining.here->n_context_csns == 0)
		hold_beside(links, other);
	else
		hold_unknown_sids(links);
}

static void one_source_first(const Links *links)
{
	const Content *source = joining_source(&links->joining);
	size_t index = 0;
	const size_t n_read = count_read(links, &index);

	other_source_first(links);
	if (n_read > 0 && has_all_of_a_source(links) && !has_too_much(links)) {
		if (!diff_is_released_for(links->joining.diff, GUARD_JOINING,
					  links->joining.suffix))
			hold_unknown_sids(links);
		return;
	}
	if (n_read == 1 && source)
		source_judge(links, index, source);
	hold_additions(links, n_read == 0 && source ? source->peer_id : 0);
}

/* --- a node that is a provider already --- */

/* It asks only about peers that it did not read when it was last in step: what somebody removed
 * comes back at once. */
static bool adds_unknown_peer(const Links *links)
{
	const Change *change;

	for (size_t at = 0; (change = addition_next(links, &at));)
		if (!known_is_linked(links->joining.diff->in->known, links->joining.suffix,
				     change->consumer.wanted->peer->id))
			return true;
	return false;
}

static void judge_new_peers(Links *links)
{
	const Content *here = links->joining.here;

	if (!adds_unknown_peer(links))
		return;
	if (here->state == CONTENT_UNKNOWN) {
		diff_need_content(links->joining.diff, links->joining.wanted, true);
		links->hold = joining_hold(&links->joining, GUARD_JOINING, "not asked yet",
					   remedy_text(REMEDY_APPLY));
		hold_additions(links, 0);
		return;
	}
	hold_strangers(links);
}

/* --- a consumer --- */

/* It read all that it lacked before; somebody may have emptied it since. */
static bool is_settled(const Links *links)
{
	const Joining *joining = &links->joining;
	const Content *glance = &diff_facts(joining->diff, joining->suffix)->glance;
	const bool is_emptied = glance->state == CONTENT_READ &&
				(!glance->entry.exists || glance->n_context_csns == 0);

	return !joining->was_joining && !is_emptied &&
	       known_was_complete(joining->diff->in->known, joining->suffix) &&
	       live_reads_from_somebody(joining->live);
}

static bool overlay_tells(const Links *links)
{
	const Joining *joining = &links->joining;

	return peer_is_read(joining->diff->in->wanted->self) &&
	       joining->wanted->desired->syncprov.is_managed && !joining->live->syncprov;
}

void joining_hold_links(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			const WantedConsumer *const *of_live)
{
	Links links = {.joining = joining_of(diff, wanted, live), .of_live = of_live};
	const bool is_consumer = peer_is_consumer(diff->in->wanted->self);

	if (wanted->n_consumers == 0)
		return;
	/* A flag that somebody set during the first refresh makes no provider. */
	if (live->is_multi_provider && (links.joining.is_fenced || !links.joining.was_joining)) {
		/* A provider that is met for the first time is taken as it is; what 0.1.0
		 * remembered of one is not, as it took too little for complete. */
		if (!known_database(diff->in->known, links.joining.suffix))
			joining_note_complete(&links.joining);
		judge_new_peers(&links);
		if (links.joining.is_fenced)
			joining_read_again(&links.joining, of_live,
					   joining_judge(diff, wanted, live));
		return;
	}
	if (is_consumer && is_settled(&links)) {
		judge_new_peers(&links);
		return;
	}
	links.hold = joining_judge(diff, wanted, live);
	/* Elsewhere overlay and flag wait, and report it. */
	if (is_consumer && links.hold && !overlay_tells(&links))
		plan_add_hold(diff->pool, diff->plan, *links.hold);
	if (links.hold && links.hold->guard == GUARD_JOINING &&
	    links.joining.here->state == CONTENT_READ)
		one_source_first(&links);
	else if (links.hold)
		hold_additions(&links, 0);
	hold_strangers(&links);
	joining_read_again(&links.joining, of_live, links.hold);
}
