/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/settings.h"

#include <string.h>

#include "common/desired/desired_internal.h"
#include "common/slapd/url.h"

const AgentSettings settings_defaults = {
	.peers_file = "/etc/syncward/peers.json",
	.interval_sec = 60,
	.ldap_timeout_sec = 30,
	.state_dir = "/var/lib/syncward",
	.run_dir = "/run/syncward",
	.probes = true,
	.probe_interval_sec = 300,
	.holds_contested = true,
};

/* SASL EXTERNAL, by which the agent is let in, needs the local socket. */
static int read_ldap_uri(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	AUTO(Pool) *scratch = pool_new();
	Url url;

	if (read_string(reader, key, value, field) < 0)
		return -1;
	if (!url_parse(scratch, value->string, &url) || strcmp(url.scheme, "ldapi") != 0)
		return reader_refuse(reader, value->place,
				     "\"%s\" must be slapd's local socket, like ldapi:///",
				     key->name);
	return 0;
}

/* An id is welcome as a number too. */
static int read_node(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderKey range = {.min = 1, .max = ID_MAX};
	unsigned long id;

	if (value->type != JSON_NUMBER)
		return read_string(reader, key, value, field);
	if (reader_number(reader, "\"node\"", value, &range, &id) < 0)
		return -1;
	*(const char **)field = pool_printf(reader->pool, "%lu", id);
	return 0;
}

static const ReaderKey verify_keys[] = {
	{"binddn", read_dn, .offset = offsetof(VerifySettings, binddn), .is_required = true},
	{"credentials", read_credentials, .offset = offsetof(VerifySettings, credentials),
	 .is_required = true},
	{"container", read_dn, .offset = offsetof(VerifySettings, container)},
};

static int read_verify(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"verify\"", verify_keys, ARRAY_SIZE(verify_keys)};

	(void)key;
	return reader_object(reader, &shape, value, field);
}

static const ReaderKey settings_keys[] = {
	{"$schema", read_nothing, .offset = 0},
	{"ldap_uri", read_ldap_uri, .offset = offsetof(AgentSettings, ldap_uri)},
	{"peers_file", read_path, .offset = offsetof(AgentSettings, peers_file)},
	{"node", read_node, .offset = offsetof(AgentSettings, node)},
	{"interval", read_unsigned, .offset = offsetof(AgentSettings, interval_sec), .min = 5,
	 .max = 86400},
	{"ldap_timeout", read_unsigned, .offset = offsetof(AgentSettings, ldap_timeout_sec),
	 .min = 1, .max = 300},
	{"state_dir", read_path, .offset = offsetof(AgentSettings, state_dir)},
	{"run_dir", read_path, .offset = offsetof(AgentSettings, run_dir)},
	{"metrics_file", read_path, .offset = offsetof(AgentSettings, metrics_file)},
	{"config_dir", read_path, .offset = offsetof(AgentSettings, config_dir)},
	{"probe", read_boolean, .offset = offsetof(AgentSettings, probes)},
	{"probe_interval", read_unsigned, .offset = offsetof(AgentSettings, probe_interval_sec),
	 .min = 5, .max = 86400},
	{"hold_contested", read_boolean, .offset = offsetof(AgentSettings, holds_contested)},
	{"renew_tls", read_boolean, .offset = offsetof(AgentSettings, renews_tls)},
	{"verify", read_verify, .offset = offsetof(AgentSettings, verify)},
};

int settings_parse(Pool *pool, const char *name, const char *bytes, size_t len, AgentSettings *ret,
		   Error *err)
{
	static const ReaderShape shape = {"agent.json", settings_keys, ARRAY_SIZE(settings_keys)};
	Reader reader = {.pool = pool, .name = name, .err = err};
	AgentSettings settings = settings_defaults;
	const JsonNode *root;

	if (json_parse(pool, name, bytes, len, &root, err) < 0 ||
	    reader_object(&reader, &shape, root, &settings) < 0)
		return -1;
	*ret = settings;
	return 0;
}
