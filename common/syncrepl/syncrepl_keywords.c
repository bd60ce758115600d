/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/syncrepl/syncrepl_rules.h"

#define NUMBER .kind = SYNCREPL_KIND_NUMBER
#define FLAG   .kind = SYNCREPL_KIND_FLAG

const SyncreplRule syncrepl_rules[SYNCREPL_KEYWORD_COUNT] = {
	[SYNCREPL_RID] = {"rid", NUMBER, .is_required = true, .accepts = syncrepl_rid_accepts,
			  .canonical = syncrepl_decimal_canonical,
			  .wants = "a number from 0 to 999"},
	[SYNCREPL_PROVIDER] = {"provider", .is_required = true, .last_only = true,
			       .accepts = syncrepl_provider_accepts,
			       .works = syncrepl_provider_works,
			       .canonical = syncrepl_provider_canonical,
			       .wants = "one URL like ldap://host, without a DN after it"},
	[SYNCREPL_SEARCHBASE] = {"searchbase", .is_required = true, .accepts = syncrepl_dn_accepts,
				 .canonical = syncrepl_dn_canonical, .wants = "a DN"},
	[SYNCREPL_TYPE] = {"type", .assumed = "refreshonly", .accepts = syncrepl_type_accepts,
			   .works = syncrepl_type_works, .canonical = syncrepl_type_canonical,
			   .wants = "refreshOnly or refreshAndPersist"},
	[SYNCREPL_INTERVAL] = {"interval", .only_polling = true, .assumed = "86400",
			       .accepts = syncrepl_interval_accepts,
			       .works = syncrepl_interval_works,
			       .canonical = syncrepl_interval_canonical,
			       .number = syncrepl_read_interval,
			       .wants = "a time like 00:00:05:00 (dd:hh:mm:ss) or seconds"},
	[SYNCREPL_RETRY] = {"retry", .assumed = "3600 +", .accepts = syncrepl_retry_accepts,
			    .works = syncrepl_retry_works, .canonical = syncrepl_retry_canonical,
			    .wants = "pairs of seconds and a count like \"5 5 60 +\""},
	[SYNCREPL_BINDMETHOD] = {"bindmethod", .assumed = "simple",
				 .accepts = syncrepl_bindmethod_accepts,
				 .works = syncrepl_bindmethod_works,
				 .canonical = syncrepl_lower_canonical, .wants = "simple or sasl"},
	[SYNCREPL_BINDDN] = {"binddn", .assumed = "", .accepts = syncrepl_dn_accepts,
			     .canonical = syncrepl_dn_canonical, .wants = "a DN"},
	[SYNCREPL_CREDENTIALS] = {"credentials", .is_secret = true,
				  .works = syncrepl_credentials_work,
				  .wants = "a password that is neither empty nor all asterisks"},
	[SYNCREPL_SASLMECH] = {"saslmech", .works = syncrepl_saslmech_works,
			       .canonical = syncrepl_lower_canonical,
			       .wants = "the name of a SASL mechanism, like EXTERNAL"},
	[SYNCREPL_REALM] = {.name = "realm"},
	[SYNCREPL_AUTHCID] = {.name = "authcid"},
	[SYNCREPL_AUTHZID] = {"authzid", .accepts = syncrepl_authzid_accepts,
			      .works = syncrepl_authzid_works,
			      .canonical = syncrepl_authzid_canonical,
			      .wants = "dn:<DN> or u:<name>"},
	[SYNCREPL_SECPROPS] = {"secprops", .works = syncrepl_secprops_work,
			       .canonical = syncrepl_secprops_canonical,
			       .wants = "a list of SASL properties like noanonymous,minssf=56"},
	[SYNCREPL_TIMEOUT] = {"timeout", NUMBER, .assumed = "0", .accepts = syncrepl_int_accepts,
			      .works = syncrepl_seconds_work,
			      .canonical = syncrepl_number_canonical,
			      .number = syncrepl_read_any_base, .wants = "a number of seconds"},
	[SYNCREPL_NETWORK_TIMEOUT] = {"network-timeout", NUMBER, .assumed = "0",
				      .accepts = syncrepl_int_accepts,
				      .works = syncrepl_seconds_work,
				      .canonical = syncrepl_number_canonical,
				      .number = syncrepl_read_any_base,
				      .wants = "a number of seconds"},
	[SYNCREPL_KEEPALIVE] = {"keepalive", .assumed = "0:0:0",
				.accepts = syncrepl_keepalive_accepts,
				.canonical = syncrepl_keepalive_canonical,
				.wants = "idle:probes:interval, like 240:10:30"},
	[SYNCREPL_TCP_USER_TIMEOUT] = {"tcp-user-timeout", NUMBER, .since = 20500, .assumed = "0",
				       .accepts = syncrepl_unsigned_accepts,
				       .works = syncrepl_seconds_work,
				       .canonical = syncrepl_unsigned_canonical,
				       .number = syncrepl_read_any_base,
				       .wants = "a number of milliseconds"},
	[SYNCREPL_STARTTLS] = {"starttls", .assumed = "no", .accepts = syncrepl_starttls_accepts,
			       .canonical = syncrepl_lower_canonical,
			       .wants = "no, yes or critical"},
	[SYNCREPL_TLS_CERT] = {"tls_cert", .works = syncrepl_is_path, .wants = "an absolute path"},
	[SYNCREPL_TLS_KEY] = {"tls_key", .works = syncrepl_is_path, .wants = "an absolute path"},
	[SYNCREPL_TLS_CACERT] = {"tls_cacert", .works = syncrepl_is_path,
				 .wants = "an absolute path"},
	[SYNCREPL_TLS_CACERTDIR] = {"tls_cacertdir", .works = syncrepl_is_path,
				    .wants = "an absolute path"},
	[SYNCREPL_TLS_REQCERT] = {"tls_reqcert", .assumed = "demand",
				  .works = syncrepl_tls_demand_works,
				  .canonical = syncrepl_tls_demand_canonical,
				  .wants = "never, allow, try, demand or hard"},
	[SYNCREPL_TLS_REQSAN] = {"tls_reqsan", .since = 20457, .assumed = "allow",
				 .works = syncrepl_tls_demand_works,
				 .canonical = syncrepl_tls_demand_canonical,
				 .wants = "never, allow, try, demand or hard"},
	[SYNCREPL_TLS_CIPHER_SUITE] = {"tls_cipher_suite", .works = syncrepl_is_not_empty,
				       .wants = "a list of ciphers"},
	[SYNCREPL_TLS_ECNAME] = {"tls_ecname", .since = 20457, .works = syncrepl_is_not_empty,
				 .wants = "the name of a curve"},
	[SYNCREPL_TLS_CRLCHECK] = {"tls_crlcheck", .assumed = "none",
				   .works = syncrepl_tls_crlcheck_works,
				   .canonical = syncrepl_lower_canonical,
				   .wants = "none, peer or all"},
	[SYNCREPL_TLS_PROTOCOL_MIN] = {"tls_protocol_min", .works = syncrepl_tls_protocol_works,
				       .canonical = syncrepl_tls_protocol_canonical,
				       .wants = "a protocol number like 3.3 (TLS 1.2)"},
	[SYNCREPL_FILTER] = {"filter", .assumed = "(objectclass=*)", .last_only = true,
			     .accepts = syncrepl_filter_is_valid,
			     .canonical = syncrepl_filter_canonical, .wants = "a search filter"},
	[SYNCREPL_SCOPE] = {"scope", .assumed = "sub", .accepts = syncrepl_scope_accepts,
			    .canonical = syncrepl_scope_canonical,
			    .wants = "sub, one, base or subord"},
	[SYNCREPL_ATTRS] = {"attrs", .adds_up = true, .assumed = "*,+",
			    .accepts = syncrepl_attrs_accepts, .works = syncrepl_attrs_work,
			    .canonical = syncrepl_attrs_canonical,
			    .wants = "a list of attributes like cn,sn"},
	[SYNCREPL_EXATTRS] = {"exattrs", .adds_up = true, .assumed = "",
			      .accepts = syncrepl_attrs_accepts, .works = syncrepl_attrs_work,
			      .canonical = syncrepl_exattrs_canonical,
			      .wants = "a list of attributes like cn,sn"},
	[SYNCREPL_ATTRSONLY] = {"attrsonly", FLAG},
	[SYNCREPL_SCHEMACHECKING] = {"schemachecking", .assumed = "off",
				     .works = syncrepl_on_off_works,
				     .canonical = syncrepl_schemachecking_canonical,
				     .wants = "on or off"},
	[SYNCREPL_SIZELIMIT] = {"sizelimit", NUMBER, .assumed = "0",
				.accepts = syncrepl_limit_accepts,
				.canonical = syncrepl_limit_canonical,
				.wants = "a number, or unlimited"},
	[SYNCREPL_TIMELIMIT] = {"timelimit", NUMBER, .assumed = "0",
				.accepts = syncrepl_limit_accepts,
				.canonical = syncrepl_limit_canonical,
				.wants = "a number of seconds, or unlimited"},
	[SYNCREPL_SYNCDATA] = {"syncdata", .assumed = "default", .works = syncrepl_syncdata_works,
			       .canonical = syncrepl_lower_canonical,
			       .wants = "default, accesslog or changelog"},
	[SYNCREPL_LOGBASE] = {"logbase", .accepts = syncrepl_dn_accepts,
			      .canonical = syncrepl_dn_canonical, .wants = "a DN"},
	[SYNCREPL_LOGFILTER] = {"logfilter", .last_only = true, .accepts = syncrepl_filter_is_valid,
				.canonical = syncrepl_filter_canonical, .wants = "a search filter"},
	[SYNCREPL_SUFFIXMASSAGE] = {"suffixmassage", .accepts = syncrepl_dn_accepts,
				    .canonical = syncrepl_dn_canonical, .wants = "a DN"},
	[SYNCREPL_MANAGEDSAIT] = {"manageDSAit", NUMBER, .assumed = "0",
				  .accepts = syncrepl_boolean_number_accepts,
				  .canonical = syncrepl_decimal_canonical, .wants = "0 or 1"},
	[SYNCREPL_STRICTREFRESH] = {"strictrefresh", FLAG},
	[SYNCREPL_LAZYCOMMIT] = {"lazycommit", FLAG, .since = 20500},
	[SYNCREPL_VERSION] = {"version", NUMBER, .assumed = "3", .last_only = true,
			      .accepts = syncrepl_version_accepts, .wants = "3"},
};

const char *syncrepl_keyword_name(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].name;
}

int syncrepl_keyword_find(const char *name, size_t len)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (syncrepl_rules[i].name[0] == tolower((unsigned char)*name) &&
		    strncasecmp(syncrepl_rules[i].name, name, len) == 0 &&
		    syncrepl_rules[i].name[len] == '\0')
			return i;
	return len == 3 && strncasecmp(name, "uri", 3) == 0 ? SYNCREPL_PROVIDER : -1;
}

SyncreplKind syncrepl_keyword_kind(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].kind;
}

bool syncrepl_keyword_is_secret(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].is_secret;
}

unsigned syncrepl_keyword_since(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].since;
}

/* 2.4.57 knows those of TLS. */
bool syncrepl_is_left_out_by_2_4(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].since >= 20500;
}

const char *syncrepl_keyword_default(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].assumed;
}
