/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/content_here.h"

#include <ldap.h>

#include "common/copy/copy_coverage.h"
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

static CopyCoverage coverage_read(Directory *directory, const char *suffix, unsigned sid,
				  const Content *here, Error *ret_why)
{
	const char *csn = csn_newest(here->context_csns, here->n_context_csns, sid);
	AUTO(Pool) *pool = pool_new();
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_SUBTREE,
		.filter = csn ? coverage_filter(pool, csn) : NULL,
		.attributes = coverage_attributes,
		.size_limit = COVERAGE_NEWER_MAX,
	};
	const char *newest;
	Content again;
	Tree tree = {0};

	if (!csn || directory_read(directory, &query, pool, &tree, ret_why) < 0)
		return coverage_unread(ret_why->code);
	newest = coverage_newest(&tree, sid, csn);
	if (!newest)
		return tree.is_cut ? COPY_COVERAGE_CUT : COPY_IS_COVERED;
	again = content_read_here(pool, directory, suffix);
	return coverage_again(&again, sid, newest);
}

void content_coverage_here(Pool *pool, Directory *directory, const char *suffix, unsigned sid,
			   Content *here)
{
	Error why = {0};

	here->coverage = coverage_read(directory, suffix, sid, here, &why);
	here->coverage_problem = pool_strdup(pool, why.text);
}
