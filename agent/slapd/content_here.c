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
		.state = err.class == ERROR_UNREACHABLE ? CONTENT_UNREACHABLE : CONTENT_DENIED,
		.problem = pool_strdup(pool, err.text),
	};
}
