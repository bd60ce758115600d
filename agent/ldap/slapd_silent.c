/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/slapd_silent.h"

#include <ldap.h>

#include "agent/ldap/directory_ldap.h"

bool slapd_is_silent(const char *uri, unsigned patience_msec)
{
	const DirectoryLdapOptions options = {.uri = uri, .timeout_msec = patience_msec};
	AUTO(Directory) *directory = NULL;
	Error err;

	return directory_ldap_open(&options, &directory, &err) < 0 &&
	       err.class == ERROR_UNREACHABLE && err.code == LDAP_TIMEOUT;
}
