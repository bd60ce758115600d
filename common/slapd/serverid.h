/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SERVERID_H
#define SYNCWARD_SERVERID_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"

/* One olcServerID value: "7", "0x0a", "abc" (slapd reads it as hex) or "7 ldap://host". */
typedef struct ServerId {
	unsigned sid;
	const char *url; /* NULL for the bare form */
} ServerId;

/* How a URL is this slapd's own (slapd's config_check_my_url), from sure to fragile. */
typedef enum UrlMatch {
	URL_MATCH_NONE,
	URL_MATCH_EXACT,     /* equals a listener string, letter case aside */
	URL_MATCH_HOST_NAME, /* only through the host's own name, empty host or localhost: DNS
				decides at each start */
	URL_MATCH_COUNT
} UrlMatch;

/* What slapd would make of all olcServerID values at its next start, given its -h listeners and its
 * host's full name. */
typedef struct ServerIdVerdict {
	bool starts; /* false: "no serverID / URL match found", or a value that slapd refuses */
	bool by_host_name;   /* it starts only because of URL_MATCH_HOST_NAME */
	bool has_sid;        /* false with no values: SID 0 */
	unsigned sid;        /* the SID slapd will use */
	const char *problem; /* why it does not start; NULL otherwise */
} ServerIdVerdict;

/* Parses one value; ERROR_REFUSED with slapd's reason for what slapd refuses. */
int serverid_parse(Pool *pool, const char *text, ServerId *ret, Error *err);

/* slapd's rule for whether a URL is its own: listener is one string of -h as given; fqdn is
 * gethostname() made full, as slapd does. */
UrlMatch serverid_url_match(const char *url, const char *const *listeners, size_t n_listeners,
			    const char *fqdn);

ServerIdVerdict serverid_judge(Pool *pool, const char *const *values, size_t n_values,
			       const char *const *listeners, size_t n_listeners, const char *fqdn);

#endif
