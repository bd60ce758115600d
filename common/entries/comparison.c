/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/comparison.h"

#include <string.h>

static const char *const kind_names[] = {
	[DIFFERENCE_MISSING_THERE] = "missing-there",   [DIFFERENCE_MISSING_HERE] = "missing-here",
	[DIFFERENCE_OLDER_THERE] = "older-there",       [DIFFERENCE_OLDER_HERE] = "older-here",
	[DIFFERENCE_OTHER_CONTENTS] = "other-contents",
};
_Static_assert(ARRAY_SIZE(kind_names) == DIFFERENCE_KIND_COUNT, "name every kind");

static const char *const verdict_names[] = {
	[COMPARISON_NOT_COMPARABLE] = "not-comparable",
	[COMPARISON_NOT_KNOWN] = "not-known",
	[COMPARISON_DIFFERENT] = "different",
	[COMPARISON_EQUAL] = "equal",
};
_Static_assert(ARRAY_SIZE(verdict_names) == COMPARISON_VERDICT_COUNT, "name every verdict");

const char *difference_kind_name(DifferenceKind kind)
{
	return kind_names[kind];
}

const char *comparison_verdict_name(ComparisonVerdict verdict)
{
	return verdict_names[verdict];
}

ComparisonVerdict comparison_verdict_named(const char *name)
{
	for (ComparisonVerdict verdict = 0; name && verdict < COMPARISON_VERDICT_COUNT; verdict++)
		if (strcmp(verdict_names[verdict], name) == 0)
			return verdict;
	return COMPARISON_NOT_KNOWN;
}

bool difference_judge(const EntryMark *here, const EntryMark *there, Difference *ret)
{
	const int order = here && there ? entry_mark_compare_csn(here, there) : 0;

	if ((!here && !there) || (here && there && order == 0))
		return false;
	*ret = (Difference){.kind = !there      ? DIFFERENCE_MISSING_THERE
				    : !here     ? DIFFERENCE_MISSING_HERE
				    : order > 0 ? DIFFERENCE_OLDER_THERE
						: DIFFERENCE_OLDER_HERE};
	if (here)
		ret->here = *here;
	else
		memcpy(ret->here.uuid, there->uuid, ENTRY_UUID_SIZE);
	if (there)
		ret->there = *there;
	else
		memcpy(ret->there.uuid, here->uuid, ENTRY_UUID_SIZE);
	return true;
}

static void difference_add(Comparison *comparison, Difference difference)
{
	if (comparison->n_differences < DIFFERENCES_MAX)
		POOL_PUSH(comparison->pool, comparison->differences, comparison->n_differences,
			  difference);
	else
		comparison->n_more[difference.kind]++;
}

static void difference_find(Comparison *comparison, const EntryMark *here, const EntryMark *there)
{
	Difference difference;

	if (difference_judge(here, there, &difference))
		difference_add(comparison, difference);
}

void comparison_add_contents(Comparison *comparison, const EntryMark *mark, const char *dn,
			     const AttributeNames *attributes)
{
	difference_add(comparison, (Difference){.kind = DIFFERENCE_OTHER_CONTENTS,
						.here = *mark,
						.there = *mark,
						.dn = dn,
						.attributes = *attributes});
}

void comparison_take(Comparison *comparison, EntrySet *here, const EntryMark *there)
{
	EntryMark *mark = entry_set_find(here, there->uuid);

	if (mark)
		mark->is_seen = 1;
	difference_find(comparison, mark, there);
}

void comparison_forget(Comparison *comparison)
{
	comparison->n_differences = 0;
	memset(comparison->n_more, 0, sizeof(comparison->n_more));
}

void comparison_settled(Comparison *comparison)
{
	size_t n_more = 0;

	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		n_more += comparison->n_more[kind];
	if (comparison->n_differences > 0 || n_more == 0)
		return;
	comparison_forget(comparison);
	comparison->there.is_read = false;
	comparison->there.problem = pool_printf(
		comparison->pool,
		"more than %d entries differed at first; so many were looked at again and are "
		"equal now, %zu were not: it may be tried again",
		DIFFERENCES_MAX, n_more);
}

void comparison_end(Comparison *comparison, EntrySet *here)
{
	const bool is_read = comparison->there.is_read;

	for (size_t i = 0; i < here->n_marks; i++) {
		if (is_read && !here->marks[i].is_seen)
			difference_find(comparison, &here->marks[i], NULL);
		here->marks[i].is_seen = 0;
	}
	if (!is_read)
		comparison_forget(comparison);
}

size_t comparison_count(const Comparison *comparison, DifferenceKind kind)
{
	size_t n = comparison->n_more[kind];

	for (size_t i = 0; i < comparison->n_differences; i++)
		n += comparison->differences[i].kind == kind;
	return n;
}

bool comparison_proves(const Comparison *comparison, const CopyReading *here, DifferenceKind kind)
{
	if (!here->is_read || !comparison->there.is_read)
		return false;
	if (kind == DIFFERENCE_MISSING_THERE)
		return copy_reading_sight(&comparison->there) == COPY_SIGHT_WHOLE;
	if (kind == DIFFERENCE_MISSING_HERE)
		return copy_reading_sight(here) == COPY_SIGHT_WHOLE;
	return true;
}

static bool is_shown_all(const Comparison *comparison, const CopyReading *here)
{
	return copy_reading_sight(here) == COPY_SIGHT_WHOLE &&
	       copy_reading_sight(&comparison->there) == COPY_SIGHT_WHOLE;
}

static bool is_comparable(const CopyReading *reading)
{
	return reading->is_read && copy_reading_sight(reading) != COPY_SIGHT_LESS;
}

ComparisonVerdict comparison_verdict(const Comparison *comparison, const CopyReading *here)
{
	size_t n = 0;

	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++) {
		const size_t n_kind = comparison_count(comparison, kind);

		if (n_kind > 0 && comparison_proves(comparison, here, kind))
			return COMPARISON_DIFFERENT;
		n += n_kind;
	}
	if (is_shown_all(comparison, here) && !comparison->asks_contents)
		return COMPARISON_EQUAL;
	return n == 0 && !comparison->contents_problem && is_comparable(here) &&
			       is_comparable(&comparison->there)
		       ? COMPARISON_NOT_KNOWN
		       : COMPARISON_NOT_COMPARABLE;
}

ComparisonVerdict comparison_verdict_all(const ComparedDatabase *databases, size_t n_databases)
{
	size_t n = 0, n_of[COMPARISON_VERDICT_COUNT] = {0};

	for (size_t i = 0; i < n_databases; i++)
		for (size_t k = 0; k < databases[i].n_peers; k++) {
			n_of[comparison_verdict(&databases[i].peers[k], &databases[i].here)]++;
			n++;
		}
	if (n_of[COMPARISON_DIFFERENT] > 0)
		return COMPARISON_DIFFERENT;
	if (n == 0 || n_of[COMPARISON_NOT_COMPARABLE] > 0)
		return COMPARISON_NOT_COMPARABLE;
	return n_of[COMPARISON_NOT_KNOWN] > 0 ? COMPARISON_NOT_KNOWN : COMPARISON_EQUAL;
}
