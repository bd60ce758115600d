/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_judge.h"

#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_pace.h"
#include "common/topology/links_relay.h"

#define READ_MIN 2
#define READ_MAX 16 /* a full mesh of 17 */

/* n: with the first one; one, many: what the others are. */
static const char *more(Pool *pool, size_t n, const char *one, const char *many)
{
	if (n < 2)
		return "";
	return pool_printf(pool, " (and %zu more %s)", n - 1, n == 2 ? one : many);
}

static const char *loss_text(Pool *pool, const LinksCuts *cuts)
{
	for (size_t i = 0; i < cuts->n_items; i++)
		if (links_cut_may_lose(&cuts->items[i]))
			return pool_printf(pool,
					   "; when such a provider is back, slapd may lose some "
					   "of what both sides wrote: with OpenLDAP 2.5 or later, "
					   "syncward-fence there prevents that after a restart, "
					   "and the daemon after a network failure; `%s` shows it",
					   remedy_text(REMEDY_COMPARE));
	return "";
}

static void judge_losses(Pool *pool, const Links *links, LinksJudgement *ret)
{
	const LinksCuts cuts = links_cuts_by_loss(pool, links);
	const LinksCut *first = cuts.items;

	if (cuts.n_items == 0)
		return;
	POOL_PUSH(pool, ret->warnings, ret->n_warnings,
		  pool_printf(pool,
			      "%s: while peer %u is away, what is written at peer %u does not "
			      "come to peer %u%s%s",
			      links->database->suffix, first->lost->id, first->from->id,
			      first->to->id, more(pool, cuts.n_items, "such peer", "such peers"),
			      loss_text(pool, &cuts)));
}

/* How many others there are that the node may read. */
static size_t count_others(const Links *links, size_t at)
{
	const bool is_provider = links->nodes[at]->role == PEER_PROVIDER;
	const size_t n = is_provider ? links->n_providers : links->n_relays;

	return n - (at < n ? 1 : 0);
}

static void judge_reads(Pool *pool, const Links *links, LinksJudgement *ret)
{
	size_t n_few = 0, first_few = 0, n_many = 0, most = 0, n_most = 0;

	for (size_t i = 0; i < links->n_nodes; i++) {
		const size_t n = relay_set_count(&links->reads[i]);

		if (n < READ_MIN && n < count_others(links, i) && n_few++ == 0)
			first_few = i;
		n_many += n > READ_MAX;
		if (n > n_most) {
			most = i;
			n_most = n;
		}
	}
	if (n_few > 0)
		POOL_PUSH(pool, ret->warnings, ret->n_warnings,
			  pool_printf(pool,
				      "%s: peer %u reads one other only, and gets nothing while "
				      "that one is away%s",
				      links->database->suffix, links->nodes[first_few]->id,
				      more(pool, n_few, "such peer", "such peers")));
	if (n_many > 0)
		POOL_PUSH(pool, ret->notes, ret->n_notes,
			  pool_printf(pool,
				      "%s: peer %u reads %zu others%s; more than %d cost much and "
				      "bring little",
				      links->database->suffix, links->nodes[most]->id, n_most,
				      more(pool, n_many, "peer with so many", "peers with so many"),
				      READ_MAX));
}

/* A node that connects again without the CSN of a new server ID is sent everything, and takes back
 * what was deleted at it and not yet there (2.5.13, 2.6.10: test_joining_readers.py). One that is
 * connected is sent the change alone. */
static void judge_polls(Pool *pool, const Links *links, LinksJudgement *ret)
{
	const Peer *reader = NULL, *provider = NULL;
	size_t n = 0;

	for (size_t i = 0; i < links->n_providers; i++)
		for (size_t k = relay_set_next(&links->reads[i], 0); k < links->n_providers;
		     k = relay_set_next(&links->reads[i], k + 1))
			if (desired_interval_sec(links->database, links->nodes[k],
						 links->nodes[i]) > 0 &&
			    n++ == 0) {
				reader = links->nodes[i];
				provider = links->nodes[k];
			}
	if (n > 0)
		POOL_PUSH(
			pool, ret->warnings, ret->n_warnings,
			pool_printf(pool,
				    "%s: peer %u reads peer %u, which clients write to, at "
				    "intervals (type refreshOnly)%s: when that one writes for the "
				    "first time, what was deleted within the interval may come "
				    "back; providers read each other all the time "
				    "(refreshAndPersist)",
				    links->database->suffix, reader->id, provider->id,
				    more(pool, n, "such link", "such links")));
}

/* Of many links nearly all have the same words, of which the same is true. */
static bool is_same_pace(const Syncrepl *one, const Syncrepl *other)
{
	return one->value[SYNCREPL_TYPE] == other->value[SYNCREPL_TYPE] &&
	       one->value[SYNCREPL_INTERVAL] == other->value[SYNCREPL_INTERVAL] &&
	       one->value[SYNCREPL_RETRY] == other->value[SYNCREPL_RETRY];
}

static const char *pace_remedy(bool is_retry)
{
	return remedy_text(is_retry ? REMEDY_RETRY : REMEDY_INTERVAL);
}

static void judge_pace(Pool *pool, const Links *links, LinksJudgement *ret)
{
	const char *fault = NULL, *first = NULL;
	bool is_retry = false, first_is_retry = false;
	Syncrepl last = {0};
	size_t n = 0;

	for (size_t i = 0; i < links->n_nodes; i++)
		for (size_t k = relay_set_next(&links->reads[i], 0); k < links->n_nodes;
		     k = relay_set_next(&links->reads[i], k + 1)) {
			const Syncrepl pace =
				desired_pace(links->database, links->nodes[k], links->nodes[i]);

			if (!is_same_pace(&pace, &last))
				fault = syncrepl_pace_fault(pool, &pace, &is_retry);
			last = pace;
			if (!fault || n++ > 0)
				continue;
			first = pool_printf(pool, "%s: reading peer %u, slapd of peer %u %s",
					    links->database->suffix, links->nodes[k]->id,
					    links->nodes[i]->id, fault);
			first_is_retry = is_retry;
		}
	if (first)
		POOL_PUSH(pool, ret->warnings, ret->n_warnings,
			  pool_printf(pool, "%s%s; better is, in \"syncrepl\", %s", first,
				      more(pool, n, "such link", "such links"),
				      pace_remedy(first_is_retry)));
}

static void judge_hubs(Pool *pool, const Links *links, LinksJudgement *ret)
{
	AUTO(Pool) *scratch = pool_new();
	const size_t *n_readers = links_count_readers(scratch, links);
	const Peer *unread = NULL;
	size_t n = 0;

	for (size_t i = links->n_providers; i < links->n_relays; i++)
		if (n_readers[i] == 0 && n++ == 0)
			unread = links->nodes[i];
	if (n > 0)
		POOL_PUSH(pool, ret->notes, ret->n_notes,
			  pool_printf(
				  pool,
				  "%s: peer %u is a hub that nobody reads%s: name it in \"reads\" "
				  "of those that shall",
				  links->database->suffix, unread->id,
				  more(pool, n, "such hub", "such hubs")));
}

LinksJudgement links_judge(Pool *pool, const Links *links)
{
	LinksJudgement judgement = {0};

	judge_losses(pool, links, &judgement);
	judge_reads(pool, links, &judgement);
	judge_polls(pool, links, &judgement);
	judge_pace(pool, links, &judgement);
	judge_hubs(pool, links, &judgement);
	return judgement;
}
