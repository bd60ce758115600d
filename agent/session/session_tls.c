/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_tls.h"

#include <stdio.h>
#include <strings.h>

typedef struct WordValue {
	const char *word;
	int value;
} WordValue;

static const WordValue demands[] = {
	{"never", LDAP_OPT_X_TLS_NEVER},   {"allow", LDAP_OPT_X_TLS_ALLOW},
	{"try", LDAP_OPT_X_TLS_TRY},       {"demand", LDAP_OPT_X_TLS_DEMAND},
	{"hard", LDAP_OPT_X_TLS_HARD},     {"true", LDAP_OPT_X_TLS_HARD},
	{"none", LDAP_OPT_X_TLS_CRL_NONE}, {"peer", LDAP_OPT_X_TLS_CRL_PEER},
	{"all", LDAP_OPT_X_TLS_CRL_ALL},
};

static int set_text(LDAP *ldap, int option, const char *value)
{
	return ldap_set_option(ldap, option, value);
}

static int set_word(LDAP *ldap, int option, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(demands); i++)
		if (strcasecmp(demands[i].word, value) == 0)
			return ldap_set_option(ldap, option, &demands[i].value);
	return LDAP_OPT_ERROR;
}

/* "3.3" is major.minor as in the TLS record layer: 3 * 256 + 3. */
static int set_protocol(LDAP *ldap, int option, const char *value)
{
	unsigned major = 0, minor = 0;
	int protocol;

	if (sscanf(value, "%3u.%3u", &major, &minor) < 1)
		return LDAP_OPT_ERROR;
	protocol = (int)(major << 8 | minor);
	return ldap_set_option(ldap, option, &protocol);
}

static const struct {
	SyncreplKeyword keyword;
	int option;
	int (*set)(LDAP *ldap, int option, const char *value);
} tls_options[] = {
	{SYNCREPL_TLS_CERT, LDAP_OPT_X_TLS_CERTFILE, set_text},
	{SYNCREPL_TLS_KEY, LDAP_OPT_X_TLS_KEYFILE, set_text},
	{SYNCREPL_TLS_CACERT, LDAP_OPT_X_TLS_CACERTFILE, set_text},
	{SYNCREPL_TLS_CACERTDIR, LDAP_OPT_X_TLS_CACERTDIR, set_text},
	{SYNCREPL_TLS_REQCERT, LDAP_OPT_X_TLS_REQUIRE_CERT, set_word},
#ifdef LDAP_OPT_X_TLS_REQUIRE_SAN
	{SYNCREPL_TLS_REQSAN, LDAP_OPT_X_TLS_REQUIRE_SAN, set_word},
#endif
	{SYNCREPL_TLS_CIPHER_SUITE, LDAP_OPT_X_TLS_CIPHER_SUITE, set_text},
#ifdef LDAP_OPT_X_TLS_ECNAME
	{SYNCREPL_TLS_ECNAME, LDAP_OPT_X_TLS_ECNAME, set_text},
#endif
	{SYNCREPL_TLS_CRLCHECK, LDAP_OPT_X_TLS_CRLCHECK, set_word},
	{SYNCREPL_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_MIN, set_protocol},
};

int link_set_tls(LDAP *ldap, const Syncrepl *link, Error *err)
{
	const int is_server = 0;
	bool is_set = false;

	for (size_t i = 0; i < ARRAY_SIZE(tls_options); i++) {
		const char *value = link->value[tls_options[i].keyword];

		if (!value)
			continue;
		is_set = true;
		if (tls_options[i].set(ldap, tls_options[i].option, value) != LDAP_OPT_SUCCESS)
			return error_set(err, ERROR_INPUT, 0, "libldap refuses %s=%s",
					 syncrepl_keyword_name(tls_options[i].keyword), value);
	}
	/* The settings reach a connection only with a context of its own. */
	if (is_set && ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &is_server) != LDAP_OPT_SUCCESS)
		return error_set(err, ERROR_SYSTEM, 0,
				 "the certificate, key or CA files that the tls_ keywords name "
				 "cannot be used");
	return 0;
}
