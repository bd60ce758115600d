/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/compare_settle.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/session/session_content.h"
#include "agent/system/wait.h"
#include "common/copy/csn_set.h"

#define ROUND_FIRST_MSEC 200
#define ROUND_MOST_MSEC  2000

typedef struct Settling {
	const SettleQuestion *question;
	Comparison *comparison;
	bool is_quiet; /* no change was on its way at the last look */
} Settling;

/* --- is a change on its way? --- */

static bool csns_equal(const Content *one, const Content *other)
{
	return one->n_context_csns > 0 && other->n_context_csns > 0 &&
	       csn_covers(one->context_csns, one->n_context_csns, other->context_csns,
			  other->n_context_csns) &&
	       csn_covers(other->context_csns, other->n_context_csns, one->context_csns,
			  one->n_context_csns);
}

typedef struct Contexts {
	Content there, here;
} Contexts;

static Contexts contexts_read(const SettleQuestion *question)
{
	Contexts contexts;

	contexts.there = content_read_over(question->there, question->suffix);
	contexts.here = content_read_over(question->here, question->suffix);
	return contexts;
}

static bool contexts_are_one(const Contexts *before, const Contexts *after)
{
	return csns_equal(&before->there, &before->here) &&
	       csns_equal(&before->there, &after->there) && csns_equal(&before->here, &after->here);
}

/* --- one look --- */

static int found_compare(const void *one, const void *other)
{
	const FoundEntry *left = one, *right = other;

	return entry_uuid_compare(left->mark.uuid, right->mark.uuid);
}

static const FoundEntry *found_of(const FoundEntries *found, const EntryMark *mark)
{
	const FoundEntry wanted = {.mark = *mark};

	return found->n_items > 0 ? bsearch(&wanted, found->items, found->n_items, sizeof(wanted),
					    found_compare)
				  : NULL;
}

static void found_sort(FoundEntries *found)
{
	if (found->n_items > 0)
		qsort(found->items, found->n_items, sizeof(*found->items), found_compare);
}

static void difference_look(Comparison *comparison, Difference *difference, const FoundEntry *here,
			    const FoundEntry *there, size_t *n_kept)
{
	const char *dn = difference->dn;
	Difference now;

	if (!difference_judge(here ? &here->mark : NULL, there ? &there->mark : NULL, &now))
		return;
	now.dn = dn ? dn : pool_strdup(comparison->pool, here ? here->dn : there->dn);
	comparison->differences[(*n_kept)++] = now;
}

static void failed(Settling *settling, const PeerLink *link)
{
	CopyReading *there = &settling->comparison->there;

	there->is_read = false;
	there->problem = pool_printf(settling->comparison->pool,
				     "what differs could not be looked at again: %s",
				     peer_link_failure(link).problem);
	comparison_forget(settling->comparison);
}

/* The peer first: what had reached it then must be here if nothing is missing. False when one of
 * them stopped answering. */
static bool look_again(Settling *settling)
{
	AUTO(Pool) *scratch = pool_new();
	const SettleQuestion *question = settling->question;
	Comparison *comparison = settling->comparison;
	const size_t n = comparison->n_differences;
	EntryMark *wanted = pool_alloc(scratch, (n + 1) * sizeof(*wanted));
	FoundEntries there = {0}, here = {0};
	size_t n_kept = 0;

	for (size_t i = 0; i < n; i++)
		wanted[i] = comparison->differences[i].here;
	if (!entries_find_over(question->there, scratch, question->suffix, wanted, n, &there)) {
		failed(settling, question->there);
		return false;
	}
	if (!entries_find_over(question->here, scratch, question->suffix, wanted, n, &here)) {
		failed(settling, question->here);
		return false;
	}
	found_sort(&there);
	found_sort(&here);
	for (size_t i = 0; i < n; i++)
		difference_look(comparison, &comparison->differences[i],
				found_of(&here, &wanted[i]), found_of(&there, &wanted[i]), &n_kept);
	comparison->n_differences = n_kept;
	return true;
}

/* This node's link lay idle while the peer was read, and both do between the rounds. */
static bool links_revive(Settling *settling)
{
	PeerLink *links[] = {settling->question->there, settling->question->here};

	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (!link_revive(links[i])) {
			failed(settling, links[i]);
			return false;
		}
	return true;
}

static bool round_make(Settling *settling)
{
	Contexts before, after;

	if (!links_revive(settling))
		return false;
	before = contexts_read(settling->question);
	if (!look_again(settling))
		return false;
	after = contexts_read(settling->question);
	settling->is_quiet = contexts_are_one(&before, &after);
	return true;
}

/* --- until when --- */

/* Nothing shows when an entry was deleted. */
static bool is_young(const Difference *difference, int64_t now_sec, unsigned lag_sec)
{
	const bool is_missing = difference->kind == DIFFERENCE_MISSING_THERE ||
				difference->kind == DIFFERENCE_MISSING_HERE;
	const EntryMark *newer =
		difference->kind == DIFFERENCE_OLDER_THERE ? &difference->here : &difference->there;

	return is_missing || now_sec - entry_mark_sec(newer) < (int64_t)lag_sec;
}

static bool some_are_young(const Settling *settling)
{
	const Comparison *comparison = settling->comparison;
	const int64_t now_sec = (int64_t)time(NULL);

	for (size_t i = 0; i < comparison->n_differences; i++)
		if (is_young(&comparison->differences[i], now_sec, settling->question->lag_sec))
			return true;
	return false;
}

void differences_settle(const SettleQuestion *question, Comparison *comparison)
{
	const int64_t end_msec = monotonic_msec() + (int64_t)question->lag_sec * 1000;
	Settling settling = {.question = question, .comparison = comparison};
	unsigned pause = ROUND_FIRST_MSEC;

	while (comparison->n_differences > 0 && round_make(&settling) && !settling.is_quiet &&
	       some_are_young(&settling) && monotonic_msec() < end_msec) {
		if (question->waiting)
			question->waiting(question->data, comparison->n_differences);
		pause_msec(pause);
		pause = pause * 2 < ROUND_MOST_MSEC ? pause * 2 : ROUND_MOST_MSEC;
	}
	comparison_settled(comparison);
}
