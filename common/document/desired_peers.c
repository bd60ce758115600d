/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/desired/desired_internal.h"
#include "common/slapd/url.h"

/* What a resolver can be asked for: a name, or an address, of IPv6 perhaps with its zone. */
static bool is_host(const char *host)
{
	const char *zone = strchr(host, '%');

	if (!strchr(host, ':'))
		return is_plain_name(host);
	return strspn(host, "0123456789abcdef:.") ==
		       (zone ? (size_t)(zone - host) : strlen(host)) &&
	       (!zone || is_plain_name(zone + 1));
}

/* slapd takes any host and port, and then never reaches it. */
static const char *place_fault(const Url *url)
{
	if (!is_host(url->host))
		return "names no host name or address: a name has letters, digits, '.', '_' and "
		       "'-'";
	return url->port < 0 || url->port > 65535 ? "must have a port up to 65535" : NULL;
}

int reader_check_uri(Reader *reader, const char *key, const JsonNode *value, bool may_be_local)
{
	AUTO(Pool) *scratch = pool_new();
	const char *fault = NULL, *host = strstr(value->string, "://");
	Url url;

	if (strpbrk(value->string, " \t\r\n") || (host && strstr(host + 1, "://")) ||
	    !url_parse(scratch, value->string, &url) || strchr(url.host, ','))
		fault = "must be one URL, like ldap://ldap1.example.com";
	else if (strcmp(url.scheme, "ldap") != 0 && strcmp(url.scheme, "ldaps") != 0 &&
		 !(may_be_local && strcmp(url.scheme, "ldapi") == 0))
		fault = "must begin with ldap:// or ldaps://: other servers read it";
	else if (*url.host == '\0')
		fault = "names no host";
	else if (url.has_dn || url.has_extra)
		fault = "must end after the host or port; the suffix stands in \"databases\"";
	else if (!may_be_local)
		fault = place_fault(&url);
	return fault ? reader_refuse(reader, value->place, "\"%s\" %s", key, fault) : 0;
}

static int read_uri(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	*(const char **)field = reader_text(reader, value);
	return url_is_plain(value->string) ? 0 : reader_check_uri(reader, key->name, value, false);
}

static int read_names(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	Peer *peer = field;

	if (reader_array(reader, key, value, JSON_STRING) < 0)
		return -1;
	peer->names = pool_alloc(reader->pool, value->n_children * sizeof(*peer->names));
	for (size_t i = 0; i < value->n_children; i++) {
		if (!is_plain_name(value->children[i].string))
			return reader_refuse(reader, value->children[i].place,
					     "each item of \"names\" must be a host name");
		peer->names[peer->n_names++] = reader_text(reader, &value->children[i]);
	}
	return 0;
}

static int read_own(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	SyncreplSettings *settings = pool_alloc(reader->pool, sizeof(*settings));

	*(const SyncreplSettings **)field = settings;
	return read_syncrepl(reader, key, value, settings);
}

/* Its range depends on the role: see peer_check(). */
static int read_id(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	(void)field;
	return reader_check_type(reader, key->name, value, JSON_NUMBER);
}

static const ReaderKey peer_keys[] = {
	{"id", read_id, .offset = offsetof(Peer, id), .is_required = true},
	{"uri", read_uri, .offset = offsetof(Peer, uri), .is_required = true},
	{"names", read_names, .offset = 0},
	{"role", read_word, .offset = offsetof(Peer, role), .words = peer_role_names,
	 .n_words = PEER_ROLE_COUNT},
	{"hub", read_boolean, .offset = offsetof(Peer, is_hub)},
	{"update_ref", read_boolean, .offset = offsetof(Peer, refers_updates)},
	{"site", read_site, .offset = offsetof(Peer, site)},
	{"reads", read_reads, .offset = offsetof(Peer, reads)},
	{"rid", read_unsigned, .offset = offsetof(Peer, rid), .min = 0, .max = RID_MAX},
	{"syncrepl", read_own, .offset = offsetof(Peer, syncrepl)},
	{"as_consumer", read_own, .offset = offsetof(Peer, as_consumer)},
};

/* What several keys of a peer say together. */
static int peer_check(Reader *reader, const JsonNode *node, Peer *peer)
{
	const bool is_provider = peer->role == PEER_PROVIDER;
	const ReaderKey range = {.name = "id", .min = 1, .max = is_provider ? SID_MAX : ID_MAX};
	const JsonNode *hub = json_member(node, "hub");
	const JsonNode *update_ref = json_member(node, "update_ref");
	unsigned long id;

	if (reader_number(reader, NULL, json_member(node, "id"), &range, &id) < 0)
		return -1;
	peer->id = (unsigned)id;
	if (is_provider && peer->is_hub)
		return reader_refuse(
			reader, hub->place,
			"\"hub\" is for a consumer: a provider is read by others anyway");
	if (is_provider && peer->refers_updates)
		return reader_refuse(
			reader, update_ref->place,
			"\"update_ref\" is for a consumer: a provider takes writes itself");
	return 0;
}

int read_peers(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"a peer", peer_keys, ARRAY_SIZE(peer_keys)};
	Desired *desired = field;

	if (reader_array(reader, key, value, JSON_OBJECT) < 0)
		return -1;
	if (value->n_children > ID_MAX)
		return reader_refuse(reader, value->place, "\"peers\" has more than %d items",
				     ID_MAX);
	desired->peers = pool_alloc(reader->pool, value->n_children * sizeof(*desired->peers));
	for (size_t i = 0; i < value->n_children; i++) {
		Peer *peer = &desired->peers[desired->n_peers++];

		*peer = (Peer){.rid = -1,
			       .site_syncrepl = &settings_none,
			       .syncrepl = &settings_none,
			       .as_consumer = &settings_none,
			       .place = value->children[i].place};
		if (reader_object(reader, &shape, &value->children[i], peer) < 0 ||
		    peer_check(reader, &value->children[i], peer) < 0)
			return -1;
	}
	return 0;
}
