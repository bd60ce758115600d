/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/content_here.h"

#include <ldap.h>

#include "common/copy/copy_coverage.h"

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

/* Of a thousand entries each, at most. */
#define PARTS_MAX 100

static int part_read(Directory *directory, const char *suffix, const CsnWindow *window, Pool *pool,
		     Tree *ret, Error *ret_why)
{
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_SUBTREE,
		.filter = csn_window_filter(pool, window),
		.attributes = coverage_attributes,
		.size_limit = COVERAGE_PART_MAX,
	};

	return directory_read(directory, &query, pool, ret, ret_why);
}

static CopyCoverage coverage_read(Directory *directory, const char *suffix, unsigned sid,
				  const Content *here, Error *ret_why)
{
	CoverageLook look = coverage_begin(here, sid, PARTS_MAX);
	AUTO(Pool) *pool = pool_new();

	while (!look.is_over) {
		AUTO(Pool) *part = pool_new();
		Tree tree = {0};
		Content again;

		if (part_read(directory, suffix, &look.window, part, &tree, ret_why) < 0)
			return coverage_unread(ret_why->code);
		coverage_take(pool, &look, &tree, tree.is_cut);
		if (!look.newest)
			continue;
		again = content_read_here(part, directory, suffix);
		coverage_again(&look, &again);
	}
	return look.verdict;
}

/* A search says no more about what is hidden from us than about what is not there. */
static bool is_seen(Directory *directory, const char *suffix, Error *ret_why)
{
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_SUBTREE,
		.filter = COVERAGE_SIGHT_FILTER,
		.attributes = coverage_sight_attributes,
		.size_limit = COVERAGE_SIGHT_MAX,
	};
	AUTO(Pool) *pool = pool_new();
	Tree shown = {0};

	if (directory_read(directory, &query, pool, &shown, ret_why) < 0)
		return false;
	if (!coverage_is_seen(&shown))
		return error_set(ret_why, ERROR_DENIED, 0,
				 "root over ldapi is shown no entry below the suffix entry"),
		       false;
	return true;
}

void content_coverage_here(Pool *pool, Directory *directory, const char *suffix, unsigned sid,
			   Content *here)
{
	Error why = {0};

	here->view.coverage = coverage_read(directory, suffix, sid, here, &why);
	if (here->view.coverage == COPY_IS_COVERED && !is_seen(directory, suffix, &why))
		here->view.coverage = COPY_COVERAGE_UNKNOWN;
	here->view.coverage_problem = pool_strdup(pool, why.text);
}
