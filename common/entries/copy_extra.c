/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/copy_extra.h"

#include <string.h>

#include "common/copy/csn_set.h"

#define LASTS_MSEC   30000
#define LASTS_FACTOR 20

bool copy_extra_lasts(const CopyExtra *found, int64_t age_msec)
{
	int64_t lasts_msec = (int64_t)found->took_msec * LASTS_FACTOR;

	if (!found->problem && lasts_msec < LASTS_MSEC)
		lasts_msec = LASTS_MSEC;
	return found->was_asked && age_msec < lasts_msec;
}

static const char *newest_of(const Content *copy, unsigned sid)
{
	return csn_newest(copy->context_csns, copy->n_context_csns, sid);
}

/* Some peer keeps count of what was written under it, or this node wrote it. */
static bool is_counted(const ExtraSides *sides, unsigned sid)
{
	if (sid == sides->our_id)
		return true;
	for (size_t i = 0; i < sides->n_others; i++)
		if (newest_of(&sides->others[i], sid))
			return true;
	return false;
}

ExtraKind copy_extra_judge(const EntryMark *mark, const ExtraSides *sides)
{
	const unsigned sid = entry_mark_sid(mark);
	const char *newest = newest_of(sides->peer, sid);
	AUTO(Pool) *scratch = newest ? pool_new() : NULL;

	if (newest)
		return strcmp(entry_mark_csn(scratch, mark), newest) <= 0 ? EXTRA_DELETED
									  : EXTRA_NEWER;
	return is_counted(sides, sid) ? EXTRA_NEWER : EXTRA_DOUBTFUL;
}

bool copy_extra_is_missing(const EntryMark *mark, const Content *here)
{
	const char *newest = newest_of(here, entry_mark_sid(mark));
	AUTO(Pool) *scratch = newest ? pool_new() : NULL;

	return newest && strcmp(entry_mark_csn(scratch, mark), newest) <= 0;
}

size_t copy_extra_find(const EntrySet *here, const ExtraSides *sides, ExtraKind kind,
		       EntryMark *ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < here->n_marks; i++) {
		const EntryMark *mark = &here->marks[i];

		if (mark->is_seen || copy_extra_judge(mark, sides) != kind)
			continue;
		if (n < max)
			ret[n] = *mark;
		n++;
	}
	return n;
}
