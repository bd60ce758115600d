/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/ldap_setup.h"

#include <ldap.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>

void ldap_set_up(void)
{
	static bool is_set_up;
	bool has_resolver;
	int version;

	if (is_set_up)
		return;
	is_set_up = true;
	has_resolver = res_init() == 0;
	if (has_resolver) {
		_res.retrans = 1; /* seconds for each server */
		_res.retry = 1;
		_res.options &= ~(unsigned long)(RES_DEFNAMES | RES_DNSRCH); /* no other domain */
	}
	(void)ldap_get_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (has_resolver)
		(void)res_init();
}
