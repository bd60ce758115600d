/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_coverage.h"

#include <string.h>

#include "common/copy/csn_set.h"

/* LDAP results (RFC 4511) */
enum {
	SIZE_LIMIT = 4,
	ADMIN_LIMIT = 11,
};

const char *const coverage_attributes[] = {"entryCSN", NULL};

const char *coverage_filter(Pool *pool, const char *csn)
{
	return pool_printf(pool, "(&(entryCSN>=%s)(!(entryCSN=%s)))", csn, csn);
}

const char *coverage_newest(const Tree *tree, unsigned sid, const char *csn)
{
	const char *newest = NULL;

	for (size_t i = 0; i < tree->n_entries; i++) {
		const char *one = entry_first(&tree->entries[i], "entryCSN");

		if (one && csn_sid(one) == (int)sid && strcmp(one, newest ? newest : csn) > 0)
			newest = one;
	}
	return newest;
}

CopyCoverage coverage_again(const Content *again, unsigned sid, const char *newest)
{
	const char *csn = csn_newest(again->context_csns, again->n_context_csns, sid);

	return csn && strcmp(csn, newest) >= 0 ? COPY_IS_COVERED : COPY_HAS_NEWER;
}

CopyCoverage coverage_unread(int code)
{
	return code == SIZE_LIMIT || code == ADMIN_LIMIT ? COPY_COVERAGE_CUT
							 : COPY_COVERAGE_UNKNOWN;
}
