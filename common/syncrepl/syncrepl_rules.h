/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_RULES_H
#define SYNCWARD_SYNCREPL_RULES_H

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/syncrepl/syncrepl_rule.h"

/* The functions that the table of keywords points to. */

SyncreplTest syncrepl_rid_accepts;
SyncreplTest syncrepl_boolean_number_accepts;
SyncreplTest syncrepl_limit_accepts;
SyncreplTest syncrepl_int_accepts;
SyncreplTest syncrepl_seconds_work;
SyncreplTest syncrepl_unsigned_accepts;
SyncreplTest syncrepl_interval_accepts;
SyncreplTest syncrepl_interval_works;
SyncreplTest syncrepl_retry_accepts;
SyncreplTest syncrepl_retry_works;
SyncreplTest syncrepl_keepalive_accepts;
SyncreplTest syncrepl_type_accepts;
SyncreplTest syncrepl_type_works;
SyncreplTest syncrepl_on_off_works;
SyncreplTest syncrepl_scope_accepts;
SyncreplTest syncrepl_bindmethod_accepts;
SyncreplTest syncrepl_bindmethod_works;
SyncreplTest syncrepl_starttls_accepts;
SyncreplTest syncrepl_syncdata_works;
SyncreplTest syncrepl_version_accepts;
SyncreplTest syncrepl_tls_demand_works;
SyncreplTest syncrepl_tls_crlcheck_works;
SyncreplTest syncrepl_tls_protocol_works;
SyncreplTest syncrepl_saslmech_works;
SyncreplTest syncrepl_secprops_work;
SyncreplTest syncrepl_attrs_accepts;
SyncreplTest syncrepl_attrs_work;
SyncreplTest syncrepl_dn_accepts;
SyncreplTest syncrepl_provider_accepts;
SyncreplTest syncrepl_provider_works;
SyncreplTest syncrepl_authzid_accepts;
SyncreplTest syncrepl_authzid_works;
SyncreplTest syncrepl_is_path;
SyncreplTest syncrepl_is_not_empty;
SyncreplTest syncrepl_credentials_work;

SyncreplCanonical syncrepl_lower_canonical;
SyncreplCanonical syncrepl_decimal_canonical;
SyncreplCanonical syncrepl_number_canonical;
SyncreplCanonical syncrepl_limit_canonical;
SyncreplCanonical syncrepl_unsigned_canonical;
SyncreplCanonical syncrepl_interval_canonical;
SyncreplCanonical syncrepl_keepalive_canonical;
SyncreplCanonical syncrepl_type_canonical;
SyncreplCanonical syncrepl_schemachecking_canonical;
SyncreplCanonical syncrepl_scope_canonical;
SyncreplCanonical syncrepl_tls_demand_canonical;
SyncreplCanonical syncrepl_tls_protocol_canonical;
SyncreplCanonical syncrepl_secprops_canonical;
SyncreplCanonical syncrepl_exattrs_canonical;
SyncreplCanonical syncrepl_attrs_canonical;
SyncreplCanonical syncrepl_dn_canonical;
SyncreplCanonical syncrepl_provider_canonical;
SyncreplCanonical syncrepl_authzid_canonical;
SyncreplCanonical syncrepl_filter_canonical;

/* Words that is_one_of() looks through, in any letter case. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline bool is_one_of(const char *value, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

static inline bool begins_with(const char *value, const char *word)
{
	return strncasecmp(value, word, strlen(word)) == 0;
}

#endif
