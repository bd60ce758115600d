/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_inherit.h"

#include <string.h>
#include <strings.h>

const SyncreplKeyword link_tls_files[LINK_TLS_FILES] = {
	SYNCREPL_TLS_CERT,
	SYNCREPL_TLS_KEY,
	SYNCREPL_TLS_CACERT,
};

const SyncreplKeyword link_tls_paths[LINK_TLS_PATHS] = {
	SYNCREPL_TLS_CERT,
	SYNCREPL_TLS_KEY,
	SYNCREPL_TLS_CACERT,
	SYNCREPL_TLS_CACERTDIR,
};

static bool keyword_is(const Syncrepl *link, SyncreplKeyword keyword, const char *text)
{
	return link->value[keyword] && strcasecmp(link->value[keyword], text) == 0;
}

bool link_uses_tls(const Syncrepl *link)
{
	const char *uri = link->value[SYNCREPL_PROVIDER];

	return (uri && strncasecmp(uri, "ldaps:", strlen("ldaps:")) == 0) ||
	       keyword_is(link, SYNCREPL_STARTTLS, "yes") ||
	       keyword_is(link, SYNCREPL_STARTTLS, "critical");
}

static const struct {
	SyncreplKeyword keyword;
	const char *attribute;
} inherited[] = {
	{SYNCREPL_TLS_CERT, "olcTLSCertificateFile"},
	{SYNCREPL_TLS_KEY, "olcTLSCertificateKeyFile"},
	{SYNCREPL_TLS_CACERT, "olcTLSCACertificateFile"},
	{SYNCREPL_TLS_CACERTDIR, "olcTLSCACertificatePath"},
	{SYNCREPL_TLS_CIPHER_SUITE, "olcTLSCipherSuite"},
};

Syncrepl link_inherit_tls(const Syncrepl *link, const Entry *global)
{
	Syncrepl whole = *link;

	for (size_t i = 0; link_uses_tls(link) && i < ARRAY_SIZE(inherited); i++)
		if (!whole.value[inherited[i].keyword])
			whole.value[inherited[i].keyword] =
				entry_first(global, inherited[i].attribute);
	return whole;
}
