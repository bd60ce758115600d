/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/content_here.h"

#include <ldap.h>

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

bool content_is_covered(Directory *directory, const char *suffix, const char *csn)
{
	static const char *const nothing[] = {"1.1", NULL};
	AUTO(Pool) *pool = pool_new();
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_SUBTREE,
		.filter = pool_printf(pool, "(&(entryCSN>=%s)(!(entryCSN=%s)))", csn, csn),
		.attributes = nothing,
	};
	Tree tree = {0};
	Error err = {0};

	return directory_read(directory, &query, pool, &tree, &err) == 0 && tree.n_entries == 0;
}
