/* SPDX-License-Identifier: Apache-2.0 */
/* floor URI: the least that any program must do that looks at slapd as `syncward plan` does: link
 * the same libraries, connect, bind, and read what the same two searches return. */
#include <json-c/json.h>
#include <ldap.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "common/live/live_config.h"

/* Never used: the libraries shall be loaded as for the program. */
const void *const links[] = {(const void *)json_object_put, (const void *)ber_free,
			     (const void *)SSL_new, (const void *)X509_free,
			     (const void *)sd_event_default};

static int search(LDAP *ldap, const char *base, const char *filter, const char *const *attributes)
{
	LDAPMessage *result = NULL;
	int rc = ldap_search_ext_s(ldap, base, LDAP_SCOPE_SUBTREE, filter,
				   (char **)(uintptr_t)attributes, 0, NULL, NULL, NULL,
				   LDAP_NO_LIMIT, &result);
	int n_entries = ldap_count_entries(ldap, result);

	ldap_msgfree(result);
	if (rc != LDAP_SUCCESS) {
		(void)fprintf(stderr, "floor: %s: %s\n", base, ldap_err2string(rc));
		return -1;
	}
	return n_entries;
}

int main(int argc, char **argv)
{
	struct berval empty = {.bv_len = 0, .bv_val = (char[]){""}};
	const int version = LDAP_VERSION3;
	LDAP *ldap = NULL;
	int n_config, n_monitor;

	if (argc != 2 || ldap_initialize(&ldap, argv[1]) != LDAP_SUCCESS)
		return 64;
	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (ldap_sasl_bind_s(ldap, NULL, "EXTERNAL", &empty, NULL, NULL, NULL) != LDAP_SUCCESS)
		return 69;
	n_config = search(ldap, "cn=config", live_config_filter, live_config_attributes);
	n_monitor = search(ldap, "cn=Monitor", live_monitor_filter, live_monitor_attributes);
	(void)printf("%d %d\n", n_config, n_monitor);
	(void)ldap_unbind_ext(ldap, NULL, NULL);
	return n_config < 1 || n_monitor < 1;
}
