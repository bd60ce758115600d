/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/content_here.h"

#include <ldap.h>
#include <string.h>

#include "common/copy/csn_set.h"
#include "common/copy/csn_window.h"

Content content_read_here(Pool *pool, Directory *directory, const char *suffix)
{
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_BASE,
		.attributes = content_attributes,
	};
	Tree tree = {0};
	Error err = {0};

	if (directory_read(directory, &query, pool, &tree, &err) == 0 ||
	    err.code == LDAP_NO_SUCH_OBJECT)
		return content_of(pool, &tree);
	return (Content){
		.state = err.class == ERROR_UNREACHABLE || err.class == ERROR_BUSY ||
					 err.class == ERROR_STOPPED
				 ? CONTENT_UNREACHABLE
				 : CONTENT_DENIED,
		.problem = pool_strdup(pool, err.text),
	};
}

/* Of all server IDs: slapd has no filter that names one. Many are there where contextCSN is of
 * former times, or where others wrote long since and this server did not: they are read in parts.
 */
#define NEWER_MAX 1000
#define PARTS_MAX 100

/* The entryCSN of every entry; in the tree's pool. */
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

/* As a search for it ended. */
static CopyCoverage coverage_unread(const Error *err)
{
	return err->code == LDAP_ADMINLIMIT_EXCEEDED || err->code == LDAP_SIZELIMIT_EXCEEDED
		       ? COPY_COVERAGE_CUT
		       : COPY_COVERAGE_UNKNOWN;
}

static int part_read(Directory *directory, const char *suffix, const CsnWindow *window, Pool *pool,
		     Tree *ret, Error *ret_why)
{
	static const char *const attributes[] = {"entryCSN", NULL};
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_SUBTREE,
		.filter = csn_window_filter(pool, window),
		.attributes = attributes,
		.size_limit = NEWER_MAX,
	};

	return directory_read(directory, &query, pool, ret, ret_why);
}

/* Made while we looked, or never sent: contextCSN tells. */
static bool is_covered_now(Pool *pool, Directory *directory, const char *suffix, unsigned sid,
			   const char *newest)
{
	const Content again = content_read_here(pool, directory, suffix);
	const char *csn = csn_newest(again.context_csns, again.n_context_csns, sid);

	return csn && strcmp(csn, newest) >= 0;
}

static CopyCoverage coverage_read(Directory *directory, const char *suffix, unsigned sid,
				  const Content *here, Error *ret_why)
{
	const char *own = csn_newest(here->context_csns, here->n_context_csns, sid);
	CsnWindow window = {.from = own};
	AUTO(Pool) *pool = pool_new();

	for (int i = 0; own && i < PARTS_MAX; i++) {
		Tree tree = {0};
		const char **csns, *newest;
		CsnWindowStep step;
		size_t n_csns;

		if (part_read(directory, suffix, &window, pool, &tree, ret_why) < 0)
			return coverage_unread(ret_why);
		csns = csns_of(pool, &tree, &n_csns);
		newest = csn_newest(csns, n_csns, sid);
		if (newest && !is_covered_now(pool, directory, suffix, sid, newest))
			return COPY_HAS_NEWER;
		step = csn_window_next(&window, csns, n_csns, tree.is_cut);
		if (step == CSN_WINDOW_OVER)
			return COPY_IS_COVERED;
		if (step == CSN_WINDOW_STUCK)
			return COPY_COVERAGE_CUT;
	}
	return own ? COPY_COVERAGE_CUT : coverage_unread(ret_why);
}

void content_coverage_here(Pool *pool, Directory *directory, const char *suffix, unsigned sid,
			   Content *here)
{
	Error why = {0};

	here->coverage = coverage_read(directory, suffix, sid, here, &why);
	here->coverage_problem = pool_strdup(pool, why.text);
}
