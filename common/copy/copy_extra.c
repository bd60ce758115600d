/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_extra.h"

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

bool copy_extra_was_known(const EntryMark *mark, const Content *peer)
{
	const char *newest =
		csn_newest(peer->context_csns, peer->n_context_csns, entry_mark_sid(mark));
	AUTO(Pool) *scratch = newest ? pool_new() : NULL;

	return newest && strcmp(entry_mark_csn(scratch, mark), newest) <= 0;
}

size_t copy_extra_find(const EntrySet *here, const Content *peer, EntryMark *ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < here->n_marks; i++) {
		const EntryMark *mark = &here->marks[i];

		if (mark->is_seen || !copy_extra_was_known(mark, peer))
			continue;
		if (n < max)
			ret[n] = *mark;
		n++;
	}
	return n;
}
