/* SPDX-License-Identifier: Apache-2.0 */
#include "common/url.h"

#include <ctype.h>
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *text_lower(Pool *pool, const char *text)
{
	char *lower = pool_strdup(pool, text);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lower;
}

/*
 * "ldap://name" and "ldap://name:port", in lower case: what nearly every URL looks like. A cluster
 * of many peers has thousands to read, and libldap is slow at it.
 */
static bool plain_parse(Pool *pool, const char *text, Url *ret)
{
	static const char prefix[] = "ldap://";
	const char *host = text + strlen(prefix);
	size_t host_len;
	int port = LDAP_PORT;

	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return false;
	host_len = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-");
	if (host[host_len] == ':') {
		const char *digits = host + host_len + 1;
		size_t n_digits = strspn(digits, "0123456789");

		if (*digits == '0' || n_digits < 1 || n_digits > 4 || digits[n_digits])
			return false;
		port = atoi(digits);
	} else if (host[host_len]) {
		return false;
	}
	if (host_len == 0)
		return false;
	*ret = (Url){.scheme = "ldap", .host = pool_copy(pool, host, host_len), .port = port};
	return true;
}

bool url_parse(Pool *pool, const char *text, Url *ret)
{
	LDAPURLDesc *parsed = NULL;
	bool is_local;

	if (text && plain_parse(pool, text, ret))
		return true;
	if (!text || ldap_url_parse(text, &parsed) != LDAP_URL_SUCCESS)
		return false;
	is_local = strcasecmp(parsed->lud_scheme, "ldapi") == 0;
	*ret = (Url){
		.scheme = text_lower(pool, parsed->lud_scheme),
		.port = is_local ? 0 : parsed->lud_port,
		.has_dn = parsed->lud_dn && *parsed->lud_dn,
		.has_extra = strchr(text, '?') != NULL,
	};
	/* The host of ldapi is a path: its letter case counts. */
	ret->host = parsed->lud_host ? parsed->lud_host : "";
	ret->host = is_local ? pool_strdup(pool, ret->host) : text_lower(pool, ret->host);
	ldap_free_urldesc(parsed);
	return true;
}

bool url_equal(const char *one, const char *other)
{
	AUTO(Pool) *scratch = pool_new();
	Url first, second;

	return url_parse(scratch, one, &first) && url_parse(scratch, other, &second) &&
	       strcmp(first.scheme, second.scheme) == 0 && strcmp(first.host, second.host) == 0 &&
	       first.port == second.port;
}
