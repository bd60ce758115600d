/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_H
#define SYNCWARD_SYNCREPL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"

/* Every keyword of an olcSyncrepl value, in the order in which we write them (slapd.conf(5),
 * slapd-config(5)). */
typedef enum SyncreplKeyword {
	SYNCREPL_RID,
	SYNCREPL_PROVIDER,
	SYNCREPL_SEARCHBASE,
	SYNCREPL_TYPE,
	SYNCREPL_INTERVAL,
	SYNCREPL_RETRY,
	SYNCREPL_BINDMETHOD,
	SYNCREPL_BINDDN,
	SYNCREPL_CREDENTIALS,
	SYNCREPL_SASLMECH,
	SYNCREPL_REALM,
	SYNCREPL_AUTHCID,
	SYNCREPL_AUTHZID,
	SYNCREPL_SECPROPS,
	SYNCREPL_TIMEOUT,
	SYNCREPL_NETWORK_TIMEOUT,
	SYNCREPL_KEEPALIVE,
	SYNCREPL_TCP_USER_TIMEOUT,
	SYNCREPL_STARTTLS,
	SYNCREPL_TLS_CERT,
	SYNCREPL_TLS_KEY,
	SYNCREPL_TLS_CACERT,
	SYNCREPL_TLS_CACERTDIR,
	SYNCREPL_TLS_REQCERT,
	SYNCREPL_TLS_REQSAN,
	SYNCREPL_TLS_CIPHER_SUITE,
	SYNCREPL_TLS_ECNAME,
	SYNCREPL_TLS_CRLCHECK,
	SYNCREPL_TLS_PROTOCOL_MIN,
	SYNCREPL_FILTER,
	SYNCREPL_SCOPE,
	SYNCREPL_ATTRS,
	SYNCREPL_EXATTRS,
	SYNCREPL_ATTRSONLY,
	SYNCREPL_SCHEMACHECKING,
	SYNCREPL_SIZELIMIT,
	SYNCREPL_TIMELIMIT,
	SYNCREPL_SYNCDATA,
	SYNCREPL_LOGBASE,
	SYNCREPL_LOGFILTER,
	SYNCREPL_SUFFIXMASSAGE,
	SYNCREPL_MANAGEDSAIT,
	SYNCREPL_STRICTREFRESH,
	SYNCREPL_LAZYCOMMIT,
	SYNCREPL_VERSION,
	SYNCREPL_KEYWORD_COUNT
} SyncreplKeyword;

/* One olcSyncrepl value by keyword. NULL: not given (slapd's default); "" for a bare word such as
 * attrsonly. */
typedef struct Syncrepl {
	const char *value[SYNCREPL_KEYWORD_COUNT];
} Syncrepl;

/* How a keyword's value is written in JSON: decides what peers.json may hold for it. */
typedef enum SyncreplKind {
	SYNCREPL_KIND_STRING,
	SYNCREPL_KIND_NUMBER, /* a JSON number, not negative */
	SYNCREPL_KIND_FLAG,   /* a JSON boolean; slapd knows it as a bare word */
	SYNCREPL_KIND_COUNT
} SyncreplKind;

/* slapd's spelling of the keyword, lower case except manageDSAit and the like. */
const char *syncrepl_keyword_name(SyncreplKeyword keyword);

/* Finds a keyword by name in any letter case ("uri" is slapd's alias of provider); -1 when unknown.
 */
int syncrepl_keyword_find(const char *name, size_t len);

SyncreplKind syncrepl_keyword_kind(SyncreplKeyword keyword);

/* True for a keyword whose value must never be shown. */
bool syncrepl_keyword_is_secret(SyncreplKeyword keyword);

/* The first OpenLDAP release that knows the keyword, as major * 10000 + minor * 100 + patch; 0 for
 * all since 2.4. */
unsigned syncrepl_keyword_since(SyncreplKeyword keyword);

/* True for a keyword that slapd 2.4 does not know, and without which a link reads the same, as well
 * protected. */
bool syncrepl_is_left_out_by_2_4(SyncreplKeyword keyword);

/* What slapd assumes for an absent keyword, in the form in which values are compared; NULL when it
 * assumes nothing. */
const char *syncrepl_keyword_default(SyncreplKeyword keyword);

/*
 * Tokenises and parses a value exactly as slapd does (config.c strtok_quote_ldif, syncrepl.c
 * parse_syncrepl_line): words split at white space, a quote ends only before white space, a
 * backslash is an ordinary byte, the last of two equal keywords wins. A leading "{n}" is skipped.
 * Refuses (ERROR_REFUSED) what slapd refuses; the message never holds a secret. Strings live in the
 * pool.
 */
int syncrepl_parse(Pool *pool, const char *text, Syncrepl *ret, Error *err);

/* The same, but faster if like, which was parsed before, has many of the same values: these are
 * shared with it instead of being judged again. like may be NULL. */
int syncrepl_parse_like(Pool *pool, const char *text, const Syncrepl *like, Syncrepl *ret,
			Error *err);

/*
 * Checks the value of one keyword by slapd's grammar, and more strictly where slapd accepts what
 * later fails (tls_*, secprops, saslmech, syncdata, a quote before white space, which no quoting
 * can express). The message names the keyword.
 */
int syncrepl_check(SyncreplKeyword keyword, const char *value, Error *err);

/* The value's text so that slapd reads back the same; ERROR_INPUT for what slapd's quoting cannot
 * express. */
int syncrepl_print(Pool *pool, const Syncrepl *syncrepl, const char **ret, Error *err);

/* The keyword's value in the one spelling in which values are compared. */
const char *syncrepl_canonical(Pool *pool, SyncreplKeyword keyword, const char *value);

/* True when its list of retries ends: once it is used up, slapd does not try again until the value
 * is written anew or slapd restarts. */
bool syncrepl_gives_up(const char *retry);

/* True when slapd would do the same with both values of the keyword (defaults, DN, URL and list
 * spelling). */
bool syncrepl_same(SyncreplKeyword keyword, const Syncrepl *one, const Syncrepl *other);

/* True when all keywords are the same by meaning. */
bool syncrepl_equal(const Syncrepl *one, const Syncrepl *other);

/* rid as a number; -1 when it is absent or not a number. */
int syncrepl_rid(const Syncrepl *syncrepl);

/* A number keyword's value in seconds, bytes or whatever its unit; 0 when absent. */
unsigned long syncrepl_number(const Syncrepl *syncrepl, SyncreplKeyword keyword);

/* True when it reads at intervals (type=refreshOnly, slapd's default) and keeps no connection. */
bool syncrepl_is_refresh_only(const Syncrepl *syncrepl);

#endif
