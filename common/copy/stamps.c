/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/stamps.h"

#include "common/copy/csn_set.h"
#include "common/copy/lag.h"
#include "common/remedies/remedies.h"

const char *stamp_latest(const char *const *csns, size_t n_csns)
{
	const char *latest = NULL;

	for (size_t i = 0; i < n_csns; i++)
		if (csn_msec(csns[i]) >= 0 && (!latest || csn_msec(csns[i]) > csn_msec(latest)))
			latest = csns[i];
	return latest;
}

const char *stamp_ahead_text(Pool *pool, const char *suffix, const char *csn, int64_t now_sec)
{
	const int64_t msec = csn_msec(csn);

	if (msec < 0 || msec - now_sec * 1000 <= STAMP_AHEAD_MSEC)
		return NULL;
	return pool_printf(
		pool,
		"%s: contextCSN of server ID %d (hex %03x) is %.14sZ, which has not come yet: what "
		"is written under that ID until then gets to no peer that is away meanwhile, and "
		"contextCSN is the same everywhere. %s",
		suffix, csn_sid(csn), (unsigned)csn_sid(csn), csn, remedy_text(REMEDY_CONFLICTS));
}

const char *stamp_missing_text(Pool *pool, const char *suffix, size_t n_entries)
{
	return pool_printf(
		pool,
		"%s has %zu entries without entryUUID or entryCSN among the first that it shows, as "
		"when they were written under olcLastMod FALSE: a peer's refresh ends at such an "
		"entry, and gets no further. With slapd stopped, %s",
		suffix, n_entries, remedy_text(REMEDY_STAMP_ALL));
}
