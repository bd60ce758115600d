/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_URL_H
#define SYNCWARD_URL_H

#include <stdbool.h>

#include "common/base/pool.h"

/* A parsed ldap://, ldaps:// or ldapi:// URL; scheme and host in lower case, the default port
 * filled in (0 for ldapi). */
typedef struct Url {
	const char *scheme;
	const char *host; /* "" when the URL names none; without [] around IPv6 */
	int port;
	bool has_dn;    /* a DN follows the host; an empty one after a slash does not count */
	bool has_extra; /* attributes, scope, filter or extensions */
} Url;

/* True for "ldap://name" and "ldap://name:port" in lower case, and nothing else: what nearly every
 * URL looks like. */
bool url_is_plain(const char *text);

/* Parses one LDAP URL with ldap_url_parse(3); false when it is none. */
bool url_parse(Pool *pool, const char *text, Url *ret);

/* The URL of a server in one spelling, "ldap://host:389", for comparing; the text itself when it is
 * already in that spelling or not an LDAP URL; NULL for NULL. */
const char *url_spelling(Pool *pool, const char *text);

/* True when both name the same server: letter case, default port and trailing slash do not count.
 */
bool url_equal(const char *one, const char *other);

#endif
