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

CoverageLook coverage_begin(const Content *content, unsigned sid, unsigned n_parts)
{
	const char *csn = csn_newest(content->context_csns, content->n_context_csns, sid);

	return (CoverageLook){
		.sid = sid,
		.window = {.from = csn},
		.n_left = n_parts,
		.is_over = !csn,
		.verdict = COPY_COVERAGE_UNKNOWN,
	};
}

/* The entryCSN of every entry; in the pool. */
static const char **csns_of(Pool *pool, const Tree *tree, size_t *ret_n)
{
	const char **csns = pool_alloc(pool, (tree->n_entries + 1) * sizeof(*csns));

	*ret_n = 0;
	for (size_t i = 0; i < tree->n_entries; i++) {
		const char *csn = entry_first(&tree->entries[i], "entryCSN");

		if (csn)
			csns[(*ret_n)++] = csn;
	}
	return csns;
}

static void look_end(CoverageLook *look, CopyCoverage verdict)
{
	look->is_over = true;
	look->verdict = verdict;
}

void coverage_take(Pool *pool, CoverageLook *look, const Tree *shown, bool is_cut)
{
	AUTO(Pool) *scratch = pool_new();
	size_t n_csns;
	const char **csns = csns_of(scratch, shown, &n_csns);
	const char *newest = csn_newest(csns, n_csns, look->sid);
	const CsnWindowStep step = csn_window_next(&look->window, csns, n_csns, is_cut);

	look->newest = newest ? pool_strdup(pool, newest) : NULL;
	if (look->window.until)
		look->window.until = pool_strdup(pool, look->window.until);
	if (step == CSN_WINDOW_OVER)
		look_end(look, COPY_IS_COVERED);
	else if (step == CSN_WINDOW_STUCK || --look->n_left == 0)
		look_end(look, COPY_COVERAGE_CUT);
}

void coverage_again(CoverageLook *look, const Content *again)
{
	const char *csn = csn_newest(again->context_csns, again->n_context_csns, look->sid);

	if (again->state != CONTENT_READ)
		look_end(look, COPY_COVERAGE_UNKNOWN);
	else if (!csn || strcmp(csn, look->newest) < 0)
		look_end(look, COPY_HAS_NEWER);
}

const char *const coverage_sight_attributes[] = {"entryCSN", "hasSubordinates", NULL};

bool coverage_is_seen(const Tree *shown)
{
	size_t n_stamped = 0;
	bool has_none_below = false;

	for (size_t i = 0; i < shown->n_entries; i++) {
		const Entry *entry = &shown->entries[i];

		n_stamped += entry_first(entry, "entryCSN") != NULL;
		has_none_below = entry_has_value(entry, "hasSubordinates", "FALSE");
	}
	return n_stamped > 1 || (shown->n_entries == 1 && has_none_below);
}

CopyCoverage coverage_unread(int code)
{
	return code == SIZE_LIMIT || code == ADMIN_LIMIT ? COPY_COVERAGE_CUT
							 : COPY_COVERAGE_UNKNOWN;
}
