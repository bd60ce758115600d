/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/content_here.h"

#include <ldap.h>
#include <string.h>

#include "common/copy/csn_set.h"

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

/* The newest entryCSN of that server ID in the tree, where any is newer than csn; else NULL. */
static const char *newest_of(const Tree *tree, unsigned sid, const char *csn)
{
	const char *newest = NULL;

	for (size_t i = 0; i < tree->n_entries; i++) {
		const char *one = entry_first(&tree->entries[i], "entryCSN");

		if (one && csn_sid(one) == (int)sid && strcmp(one, newest ? newest : csn) > 0)
			newest = one;
	}
	return newest;
}

/* Of all server IDs: slapd has no filter that names one. Many are there only where contextCSN is of
 * former times. */
#define NEWER_MAX 1000

/* As a search for it ended. */
static CopyCoverage coverage_unread(const Error *err)
{
	return err->code == LDAP_ADMINLIMIT_EXCEEDED || err->code == LDAP_SIZELIMIT_EXCEEDED
		       ? COPY_COVERAGE_CUT
		       : COPY_COVERAGE_UNKNOWN;
}

static CopyCoverage coverage_read(Directory *directory, const char *suffix, unsigned sid,
				  const Content *here, Error *ret_why)
{
	static const char *const attributes[] = {"entryCSN", NULL};
	const char *csn = csn_newest(here->context_csns, here->n_context_csns, sid);
	AUTO(Pool) *pool = pool_new();
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_SUBTREE,
		.filter = csn ? pool_printf(pool, "(&(entryCSN>=%s)(!(entryCSN=%s)))", csn, csn)
			      : NULL,
		.attributes = attributes,
		.size_limit = NEWER_MAX,
	};
	const char *newest;
	Content again;
	Tree tree = {0};

	if (!csn || directory_read(directory, &query, pool, &tree, ret_why) < 0)
		return coverage_unread(ret_why);
	newest = newest_of(&tree, sid, csn);
	if (!newest)
		return tree.is_cut ? COPY_COVERAGE_CUT : COPY_IS_COVERED;
	again = content_read_here(pool, directory, suffix);
	csn = csn_newest(again.context_csns, again.n_context_csns, sid);
	return csn && strcmp(csn, newest) >= 0 ? COPY_IS_COVERED : COPY_HAS_NEWER;
}

void content_coverage_here(Pool *pool, Directory *directory, const char *suffix, unsigned sid,
			   Content *here)
{
	Error why = {0};

	here->coverage = coverage_read(directory, suffix, sid, here, &why);
	here->coverage_problem = pool_strdup(pool, why.text);
}
