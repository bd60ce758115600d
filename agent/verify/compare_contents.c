/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/compare_contents.h"

#include "agent/session/session_lookup.h"
#include "common/copy/copy_relation.h"
#include "common/entries/contents.h"

typedef struct ContentsRun {
	const ContentsQuestion *question;
	Comparison *comparison;
	Comparison digests; /* as if they were versions */
} ContentsRun;

/* Entries to be read on both sides. */
typedef struct Wish {
	const EntryMark *marks;
	size_t n;
} Wish;

static void digest_take(void *data, const EntryMark *mark)
{
	ContentsRun *run = data;

	comparison_take(&run->digests, run->question->contents, mark);
}

static void digest_page(void *data, size_t n_read, size_t n_counted)
{
	const EntriesTaker *outer = &((ContentsRun *)data)->question->taker;

	if (outer->page)
		outer->page(outer->data, n_read, n_counted);
}

/* What of the versions differs was seen before. */
static void failed(Comparison *comparison, const char *problem)
{
	comparison->contents_problem = problem;
}

static const char *of_this_node(const Comparison *comparison, const char *problem)
{
	return pool_printf(comparison->pool, "this node: %s", problem);
}

/* --- what differs, looked at --- */

static const Entry *entry_of(const Tree *tree, const char *uuid)
{
	for (size_t i = 0; i < tree->n_entries; i++) {
		const char *found = entry_first(&tree->entries[i], "entryUUID");

		if (copy_identity(found, uuid) == COPY_IS_SAME)
			return &tree->entries[i];
	}
	return NULL;
}

/* Of another version by now: the other kinds report those. */
static void entry_look(const ContentsRun *run, const Entry *here, const Entry *there)
{
	Comparison *comparison = run->comparison;
	EntryMark mark, other;
	AttributeNames names;

	if (!here || !there ||
	    !entry_mark_read(entry_first(here, "entryUUID"), entry_first(here, "entryCSN"),
			     &mark) ||
	    !entry_mark_read(entry_first(there, "entryUUID"), entry_first(there, "entryCSN"),
			     &other) ||
	    entry_mark_compare_csn(&mark, &other) != 0)
		return;
	names = contents_differ(comparison->pool, here, there, run->question->here_sees_all);
	if (names.n_items > 0)
		comparison_add_contents(comparison, &mark, pool_strdup(comparison->pool, here->dn),
					&names);
}

/* The link may have lain idle while the other side was read. */
static bool side_read(const ContentsRun *run, PeerLink *link, Pool *pool, const Wish *wish,
		      Tree *ret)
{
	return link_revive(link) &&
	       entries_read_some(link, pool, run->question->suffix, wish->marks, wish->n, ret);
}

/* NULL, or whose connection it is where that failed. */
static PeerLink *both_look(const ContentsRun *run, const Wish *wish)
{
	AUTO(Pool) *scratch = pool_new();
	const ContentsQuestion *question = run->question;
	Tree there = {0}, here = {0};

	if (!side_read(run, question->there, scratch, wish, &there))
		return question->there;
	if (!side_read(run, question->here, scratch, wish, &here))
		return question->here;
	for (size_t i = 0; i < wish->n; i++) {
		const char *uuid = entry_mark_uuid(scratch, &wish->marks[i]);

		entry_look(run, entry_of(&here, uuid), entry_of(&there, uuid));
	}
	return NULL;
}

/* Together they may be more than is accepted of one answer: then in halves, down to one. */
static bool some_look(const ContentsRun *run, const EntryMark *marks, size_t n)
{
	PeerLink *link = both_look(run, &(Wish){marks, n});
	const char *problem;

	if (!link)
		return true;
	if (n > 1 && link_got_too_much(link)) {
		peer_link_close(link);
		return some_look(run, marks, n / 2) && some_look(run, marks + n / 2, n - n / 2);
	}
	problem = peer_link_failure(link).problem;
	failed(run->comparison,
	       link == run->question->here ? of_this_node(run->comparison, problem) : problem);
	return false;
}

static void candidates_look(const ContentsRun *run)
{
	const Comparison *digests = &run->digests;
	EntryMark wanted[ENTRIES_SOME_MAX];
	bool goes_on = true;
	size_t n = 0;

	for (size_t i = 0; i < digests->n_differences && goes_on; i++) {
		const Difference *difference = &digests->differences[i];

		if (difference->kind != DIFFERENCE_OLDER_HERE &&
		    difference->kind != DIFFERENCE_OLDER_THERE)
			continue;
		wanted[n++] = difference->here;
		if (n == ENTRIES_SOME_MAX) {
			goes_on = some_look(run, wanted, n);
			n = 0;
		}
	}
	if (goes_on && n > 0)
		(void)some_look(run, wanted, n);
}

void contents_compare(const ContentsQuestion *question, Comparison *comparison)
{
	AUTO(Pool) *scratch = pool_new();
	ContentsRun run = {
		.question = question, .comparison = comparison, .digests = {.pool = scratch}};
	const EntriesTaker taker = {.data = &run,
				    .take = digest_take,
				    .page = digest_page,
				    .rate = question->taker.rate,
				    .wants_contents = true};

	run.digests.there = entries_read_over(question->there, NULL, question->suffix, &taker);
	comparison_end(&run.digests, question->contents);
	if (!run.digests.there.is_read) {
		failed(comparison, run.digests.there.problem);
		return;
	}
	candidates_look(&run);
	/* Where one differs the rest will. */
	if (comparison_count(comparison, DIFFERENCE_OTHER_CONTENTS) > 0)
		comparison->n_more[DIFFERENCE_OTHER_CONTENTS] +=
			run.digests.n_more[DIFFERENCE_OLDER_HERE] +
			run.digests.n_more[DIFFERENCE_OLDER_THERE];
}
