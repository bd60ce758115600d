/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/link_probes.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/sha256.h"

/* slapd starts a new consumer when its main loop next wakes. */
#define MARGIN_SEC       5
#define MAX_PATIENCE_SEC 60

#define IDENTITY_LEN 32 /* of 64 hex digits: enough to tell links apart */

static const SyncreplKeyword deciding[] = {
	SYNCREPL_PROVIDER,    SYNCREPL_BINDMETHOD,    SYNCREPL_BINDDN,
	SYNCREPL_SASLMECH,    SYNCREPL_REALM,         SYNCREPL_AUTHCID,
	SYNCREPL_AUTHZID,     SYNCREPL_SECPROPS,      SYNCREPL_STARTTLS,
	SYNCREPL_TLS_CERT,    SYNCREPL_TLS_KEY,       SYNCREPL_TLS_CACERT,
	SYNCREPL_TLS_REQCERT, SYNCREPL_TLS_REQSAN,    SYNCREPL_TLS_CIPHER_SUITE,
	SYNCREPL_TLS_ECNAME,  SYNCREPL_TLS_CRLCHECK,  SYNCREPL_TLS_PROTOCOL_MIN,
	SYNCREPL_VERSION,     SYNCREPL_TLS_CACERTDIR, SYNCREPL_SYNCDATA,
	SYNCREPL_LOGBASE,     SYNCREPL_LOGFILTER,
};

const char *link_identity(Pool *pool, const Syncrepl *syncrepl, const char *secret)
{
	AUTO(Pool) *scratch = pool_new();
	Buf text = BUF_IN(scratch);
	char digest[SHA256_HEX_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(deciding); i++)
		if (syncrepl->value[deciding[i]])
			buf_printf(&text, "%d=%s\n", deciding[i], syncrepl->value[deciding[i]]);
	buf_printf(&text, "secret=%s\n", secret ? secret : "");
	sha256_hex(text.bytes, text.len, digest);
	return pool_copy(pool, digest, IDENTITY_LEN);
}

bool link_differs(const Syncrepl *one, const Syncrepl *other)
{
	for (size_t i = 0; i < ARRAY_SIZE(deciding); i++)
		if (!syncrepl_same(deciding[i], one, other))
			return true;
	return !syncrepl_same(SYNCREPL_CREDENTIALS, one, other);
}

bool link_is_another_identity(const Syncrepl *one, const Syncrepl *other)
{
	static const SyncreplKeyword naming[] = {
		SYNCREPL_BINDMETHOD, SYNCREPL_BINDDN,  SYNCREPL_SASLMECH, SYNCREPL_REALM,
		SYNCREPL_AUTHCID,    SYNCREPL_AUTHZID, SYNCREPL_TLS_CERT,
	};

	for (size_t i = 0; i < ARRAY_SIZE(naming); i++)
		if (!syncrepl_same(naming[i], one, other))
			return true;
	return false;
}

unsigned link_patience_sec(const Syncrepl *syncrepl)
{
	const char *retry = syncrepl->value[SYNCREPL_RETRY];
	unsigned long sec = retry ? strtoul(retry, NULL, 10) : 0;

	if (syncrepl_number(syncrepl, SYNCREPL_TIMEOUT) > sec)
		sec = syncrepl_number(syncrepl, SYNCREPL_TIMEOUT);
	if (syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT) > sec)
		sec = syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT);
	return (unsigned)(sec > MAX_PATIENCE_SEC ? MAX_PATIENCE_SEC : sec) + MARGIN_SEC;
}

const LinkProbe *link_probe_find(const LinkProbes *probes, const char *suffix, unsigned peer_id,
				 const char *identity)
{
	for (size_t i = 0; i < probes->n_items; i++) {
		const LinkProbe *item = &probes->items[i];

		if (item->peer_id == peer_id && strcmp(item->suffix, suffix) == 0 &&
		    (!identity || strcmp(item->identity, identity) == 0))
			return item;
	}
	return NULL;
}

/* Peers in step say the same, and peers of one cluster have the same database. */
static void add_copy(Pool *pool, LinkProbes *list, const LinkProbe *item)
{
	const LinkProbe *last = list->n_items > 0 ? &list->items[list->n_items - 1] : NULL;
	LinkProbe copy = *item;

	copy.suffix = last && strcmp(last->suffix, item->suffix) == 0
			      ? last->suffix
			      : pool_strdup(pool, item->suffix);
	copy.identity = pool_strdup(pool, item->identity);
	copy.probe = probe_copy(pool, &item->probe, last ? &last->probe : NULL);
	copy.probe.suffix = copy.suffix;
	POOL_PUSH(pool, list->items, list->n_items, copy);
}

LinkProbes link_probes_join(Pool *pool, const LinkProbes *older, const LinkProbes *newer)
{
	LinkProbes joined = {0};

	for (size_t i = 0; i < older->n_items; i++)
		if (!link_probe_find(newer, older->items[i].suffix, older->items[i].peer_id, NULL))
			add_copy(pool, &joined, &older->items[i]);
	for (size_t i = 0; i < newer->n_items; i++)
		add_copy(pool, &joined, &newer->items[i]);
	return joined;
}

bool link_probe_is_beyond_us(const LinkProbe *answer)
{
	return probe_verdict(&answer->probe) == PROBE_BEYOND_US;
}
