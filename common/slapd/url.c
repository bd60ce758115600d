/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/url.h"

#include <ctype.h>
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"

static const char *text_lower(Pool *pool, const char *text)
{
	char *lower = pool_strdup(pool, text);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lower;
}

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
	       byte == '-';
}

/* See url_is_plain(). A cluster of many peers has thousands to read, and libldap is slow at it. */
typedef struct PlainUrl {
	const char *host;
	size_t host_len;
	bool has_port;
	int port;
} PlainUrl;

static bool plain_split(const char *text, PlainUrl *ret)
{
	static const char prefix[] = "ldap://";
	PlainUrl url = {.host = text + strlen(prefix), .port = LDAP_PORT};
	const char *digits;
	size_t n_digits = 0;

	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return false;
	while (is_name_byte(url.host[url.host_len]))
		url.host_len++;
	url.has_port = url.host[url.host_len] == ':';
	if (url.has_port) {
		digits = url.host + url.host_len + 1;
		url.port = 0;
		for (; n_digits < 4 && digits[n_digits] >= '0' && digits[n_digits] <= '9';
		     n_digits++)
			url.port = url.port * 10 + (digits[n_digits] - '0');
		if (*digits == '0' || n_digits < 1 || digits[n_digits])
			return false;
	}
	*ret = url;
	return url.host_len > 0 && (url.has_port || !url.host[url.host_len]);
}

bool url_is_plain(const char *text)
{
	PlainUrl plain;

	return plain_split(text, &plain);
}

bool url_parse(Pool *pool, const char *text, Url *ret)
{
	LDAPURLDesc *parsed = NULL;
	PlainUrl plain;
	bool is_local;

	if (text && plain_split(text, &plain)) {
		*ret = (Url){.scheme = "ldap",
			     .host = pool_copy(pool, plain.host, plain.host_len),
			     .port = plain.port};
		return true;
	}
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

const char *url_spelling(Pool *pool, const char *text)
{
	Buf spelling = BUF_IN(pool);
	PlainUrl plain;
	Url url;

	if (text && plain_split(text, &plain)) {
		if (plain.has_port)
			return text;
		buf_puts(&spelling, text);
		buf_puts(&spelling, ":389");
		return buf_text(&spelling);
	}
	if (!url_parse(pool, text, &url))
		return text;
	/* Brackets separate an address of IPv6 from the port. */
	return pool_printf(pool, strchr(url.host, ':') ? "%s://[%s]:%d" : "%s://%s:%d", url.scheme,
			   url.host, url.port);
}

bool url_equal(const char *one, const char *other)
{
	AUTO(Pool) *scratch = pool_new();
	Url first, second;

	return url_parse(scratch, one, &first) && url_parse(scratch, other, &second) &&
	       strcmp(first.scheme, second.scheme) == 0 && strcmp(first.host, second.host) == 0 &&
	       first.port == second.port;
}
