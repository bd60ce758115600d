/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_setup.h"

#include <ldap.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>
#include <stdlib.h>

/* Where the plugins of libsasl lie, of which we use none: simple binds and EXTERNAL are libldap's
 * own. Each that is installed would be mapped into us and our workers, with what it needs in turn
 * (Kerberos, Berkeley DB): a quarter of the time in which a command starts. */
#define SASL_PATH    "SASL_PATH"
#define NO_DIRECTORY "/dev/null"

static void libldap_make_ready(void)
{
	const char *given = getenv(SASL_PATH);
	int version;

	(void)setenv(SASL_PATH, NO_DIRECTORY, 1);
	(void)ldap_get_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (given)
		(void)setenv(SASL_PATH, given, 1);
	else
		(void)unsetenv(SASL_PATH);
}

void ldap_set_up(void)
{
	static bool is_set_up;
	bool has_resolver;

	if (is_set_up)
		return;
	is_set_up = true;
	has_resolver = res_init() == 0;
	if (has_resolver) {
		_res.retrans = 1; /* seconds for each server */
		_res.retry = 1;
		_res.options &= ~(unsigned long)(RES_DEFNAMES | RES_DNSRCH); /* no other domain */
	}
	libldap_make_ready();
	if (has_resolver)
		(void)res_init();
}
