/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/desired/desired_internal.h"

#define REVISION_MAX (1UL << 53) /* what every JSON library keeps exactly */

const char *const policy_mode_names[] = {
	[POLICY_AUDIT] = "audit",
	[POLICY_ENFORCE] = "enforce",
};
_Static_assert(ARRAY_SIZE(policy_mode_names) == POLICY_MODE_COUNT, "name every mode");

const char *const server_id_form_names[] = {
	[SERVER_ID_AUTO] = "auto",
	[SERVER_ID_LIST] = "list",
};
_Static_assert(ARRAY_SIZE(server_id_form_names) == SERVER_ID_FORM_COUNT, "name every form");

static int read_keep(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	Desired *desired = field;

	if (reader_array(reader, key, value, JSON_STRING) < 0)
		return -1;
	desired->policy.keep =
		pool_alloc(reader->pool, value->n_children * sizeof(*desired->policy.keep));
	for (size_t i = 0; i < value->n_children; i++) {
		if (reader_check_uri(reader, key->name, &value->children[i], true) < 0)
			return -1;
		desired->policy.keep[desired->policy.n_keep++] =
			reader_text(reader, &value->children[i]);
	}
	return 0;
}

static const ReaderKey policy_keys[] = {
	{"mode", read_word, .offset = offsetof(Desired, policy.mode), .words = policy_mode_names,
	 .n_words = POLICY_MODE_COUNT},
	{"prune", read_boolean, .offset = offsetof(Desired, policy.prune)},
	{"keep", read_keep, .offset = 0},
	{"retry_may_end", read_boolean, .offset = offsetof(Desired, policy.retry_may_end)},
	{"max_removals", read_unsigned, .offset = offsetof(Desired, policy.max_removals),
	 .max = SID_MAX},
	{"rollout", read_rollout, .offset = offsetof(Desired, policy.rollout)},
};

static int read_policy(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"policy\"", policy_keys, ARRAY_SIZE(policy_keys)};

	(void)key;
	return reader_object(reader, &shape, value, field);
}

static int read_revision(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	Desired *desired = field;

	desired->has_revision = true;
	return read_unsigned_long(reader, key, value, &desired->revision);
}

/* Read before all others, by check_format(). */
static int read_format(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	(void)reader, (void)key, (void)value, (void)field;
	return 0;
}

static const ReaderKey document_keys[] = {
	{"format", read_format, .offset = 0, .is_required = true},
	{"$schema", read_nothing, .offset = 0},
	{"revision", read_revision, .offset = 0, .max = REVISION_MAX},
	{"adopted_from", read_unsigned, .offset = offsetof(Desired, adopted_from), .min = 1,
	 .max = ID_MAX},
	{"peers", read_peers, .offset = 0, .is_required = true},
	{"databases", read_databases, .offset = 0, .is_required = true},
	{"sites", read_sites, .offset = 0},
	{"topology", read_topology, .offset = 0},
	{"retired", read_retired, .offset = 0},
	{"server_id", read_word, .offset = offsetof(Desired, server_id),
	 .words = server_id_form_names, .n_words = SERVER_ID_FORM_COUNT},
	{"policy", read_policy, .offset = 0},
};

/* A file of a later format has keys that this program does not know: say the format first. */
static int check_format(Reader *reader, const JsonNode *root)
{
	const JsonNode *format = json_member(root, "format");

	if (!format)
		return 0;
	if (reader_check_type(reader, "format", format, JSON_NUMBER) < 0)
		return -1;
	if (strcmp(format->number, "1") != 0)
		return reader_refuse(reader, format->place,
				     "\"format\" must be 1: this syncward reads no other");
	return 0;
}

/* Databases without a list share one that names all peers. */
static void fill_peer_ids(Pool *pool, Desired *desired)
{
	unsigned *all = pool_alloc(pool, desired->n_peers * sizeof(*all));

	for (size_t i = 0; i < desired->n_peers; i++)
		all[i] = desired->peers[i].id;
	for (size_t i = 0; i < desired->n_databases; i++) {
		if (desired->databases[i].peer_ids)
			continue;
		desired->databases[i].peer_ids = all;
		desired->databases[i].n_peer_ids = desired->n_peers;
	}
}

static bool has_literal(const SyncreplSettings *settings)
{
	return settings->credentials.kind == CREDENTIALS_LITERAL;
}

static bool desired_has_literal(const Desired *desired)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (has_literal(desired->peers[i].syncrepl) ||
		    has_literal(desired->peers[i].as_consumer))
			return true;
	for (size_t i = 0; i < desired->n_databases; i++)
		if (has_literal(&desired->databases[i].syncrepl))
			return true;
	for (size_t i = 0; i < desired->topology.n_sites; i++)
		if (has_literal(&desired->topology.sites[i].syncrepl))
			return true;
	return false;
}

/* is_kept: it was in force before, maybe under an earlier release. */
static int document_parse(Pool *pool, const char *name, const char *bytes, size_t len, bool is_kept,
			  const Desired **ret, Error *err)
{
	static const ReaderShape shape = {"peers.json", document_keys, ARRAY_SIZE(document_keys)};
	Reader reader = {.pool = pool, .name = name, .err = err};
	Desired *desired = pool_alloc(pool, sizeof(*desired));
	AUTO(Pool) *document = pool_new();
	const JsonNode *root;

	*desired = (Desired){
		.name = pool_strdup(pool, name),
		.policy.mode = POLICY_AUDIT,
		.policy.prune = true,
		.policy.max_removals = 1,
	};
	if (json_parse(document, name, bytes, len, &root, err) < 0)
		return -1;
	if (check_format(&reader, root) < 0 || reader_object(&reader, &shape, root, desired) < 0)
		return -1;
	fill_peer_ids(pool, desired);
	if (is_kept)
		desired->policy.retry_may_end = true;
	if (desired_check(&reader, root, desired) < 0)
		return -1;
	desired->has_literal_secret = desired_has_literal(desired);
	*ret = desired;
	return 0;
}

int desired_parse(Pool *pool, const char *name, const char *bytes, size_t len, const Desired **ret,
		  Error *err)
{
	return document_parse(pool, name, bytes, len, false, ret, err);
}

int desired_parse_kept(Pool *pool, const char *name, const char *bytes, size_t len,
		       const Desired **ret, Error *err)
{
	return document_parse(pool, name, bytes, len, true, ret, err);
}
