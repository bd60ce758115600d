/* SPDX-License-Identifier: Apache-2.0 */
#include "common/url.h"

#include <ctype.h>
#include <ldap.h>
#include <string.h>
#include <strings.h>

static const char *text_lower(Pool *pool, const char *text)
{
	char *lower = pool_strdup(pool, text);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lower;
}

bool url_parse(Pool *pool, const char *text, Url *ret)
{
	LDAPURLDesc *parsed = NULL;
	bool is_local;

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
