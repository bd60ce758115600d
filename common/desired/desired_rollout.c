/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/timestamp.h"
#include "common/desired/desired_internal.h"
#include "common/remedies/remedies.h"

#define SOAK_MAX_SEC (30L * 86400)

/* --- reading --- */

static int read_first(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderKey range = {"first", .min = 1, .max = ID_MAX};
	DesiredRollout *rollout = field;
	unsigned long id;

	if (reader_array(reader, key, value, JSON_NUMBER) < 0)
		return -1;
	if (value->n_children == 0)
		return reader_refuse(reader, value->place,
				     "\"first\" is empty: nobody would try a new revision");
	rollout->first = pool_alloc(reader->pool, value->n_children * sizeof(*rollout->first));
	for (size_t i = 0; i < value->n_children; i++) {
		if (reader_number(reader, "an id in \"first\"", &value->children[i], &range, &id) <
		    0)
			return -1;
		if (rollout_has_first(rollout, (unsigned)id))
			return reader_refuse(reader, value->children[i].place,
					     "the id %lu stands in \"first\" already", id);
		rollout->first[rollout->n_first++] = (unsigned)id;
	}
	return 0;
}

static int read_soak(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	DesiredRollout *rollout = field;

	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	rollout->soak_sec = duration_parse(reader_text(reader, value));
	if (rollout->soak_sec < 1 || rollout->soak_sec > SOAK_MAX_SEC)
		return reader_refuse(reader, value->place,
				     "\"soak\" must be a time from 1s to 30d, as in \"10m\" or "
				     "\"2h\"");
	return 0;
}

static const ReaderKey rollout_keys[] = {
	{"first", read_first, .offset = 0, .is_required = true},
	{"soak", read_soak, .offset = 0, .is_required = true},
};

int read_rollout(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"rollout\"", rollout_keys, ARRAY_SIZE(rollout_keys)};
	DesiredRollout *rollout = field;

	rollout->is_off = value->type == JSON_BOOLEAN && !value->boolean;
	if (rollout->is_off)
		return 0;
	if (reader_check_type(reader, key->name, value, JSON_OBJECT) < 0)
		return -1;
	return reader_object(reader, &shape, value, rollout);
}

bool rollout_has_first(const DesiredRollout *rollout, unsigned id)
{
	for (size_t i = 0; i < rollout->n_first; i++)
		if (rollout->first[i] == id)
			return true;
	return false;
}

/* --- what it needs besides the whole file --- */

static bool has_heartbeat(const Desired *desired)
{
	for (size_t i = 0; i < desired->n_databases; i++)
		if (desired->databases[i].heartbeat.container)
			return true;
	return false;
}

/* A provider writes no heartbeat before another one showed that its copy is the right one. */
static bool has_other_provider(const Desired *desired, const DesiredDatabase *database,
			       unsigned canary)
{
	for (size_t i = 0; i < database->n_peer_ids; i++) {
		const Peer *peer = desired_peer(desired, database->peer_ids[i]);

		if (peer && peer->id != canary && peer->role == PEER_PROVIDER)
			return true;
	}
	return false;
}

bool rollout_is_shown(const Desired *desired, const DesiredDatabase *database, unsigned canary)
{
	return database->heartbeat.container && desired_database_has_peer(database, canary) &&
	       has_other_provider(desired, database, canary);
}

/* It has a heartbeat, and others are there to see it, but it is never written. */
static bool is_never_shown(const Desired *desired, unsigned canary)
{
	bool has_beat = false;

	for (size_t i = 0; i < desired->n_databases; i++) {
		if (rollout_is_shown(desired, &desired->databases[i], canary))
			return false;
		has_beat |= desired->databases[i].heartbeat.container &&
			    desired_database_has_peer(&desired->databases[i], canary);
	}
	return has_beat && desired->n_peers > 1;
}

/* A peer that would never see that node's heartbeat; NULL: all may see it. */
static const Peer *blind_find(const Desired *desired, unsigned canary)
{
	AUTO(Pool) *scratch = pool_new();
	IdTable sees = id_table_make(scratch, desired);

	for (size_t i = 0; i < desired->n_databases; i++) {
		const DesiredDatabase *database = &desired->databases[i];

		if (!rollout_is_shown(desired, database, canary))
			continue;
		for (size_t k = 0; k < database->n_peer_ids; k++)
			id_table_set(&sees, database->peer_ids[k], 1);
	}
	for (size_t i = 0; i < desired->n_peers; i++)
		if (id_table_get(&sees, desired->peers[i].id) == 0)
			return &desired->peers[i];
	return NULL;
}

/* Ids of peers that were removed may stay in the list, and do not count. */
static int check_first(Reader *reader, const JsonNode *first, const Desired *desired)
{
	size_t n_peers = 0;

	for (size_t i = 0; i < desired->policy.rollout.n_first; i++) {
		const Peer *canary = desired_peer(desired, desired->policy.rollout.first[i]);
		const Peer *blind;

		if (!canary)
			continue;
		n_peers++;
		if (canary->role != PEER_PROVIDER)
			return reader_refuse(reader, first->children[i].place,
					     "peer %u is a consumer, which writes no heartbeat: "
					     "nobody would see how it does",
					     canary->id);
		if (is_never_shown(desired, canary->id))
			return reader_refuse(
				reader, first->children[i].place,
				"peer %u is the only provider, and writes no heartbeat, because "
				"no other one shows that its copy is right: all others would wait "
				"for ever. Without another provider nothing can be tried first: "
				"write %s",
				canary->id, remedy_text(REMEDY_ROLLOUT_OFF));
		blind = blind_find(desired, canary->id);
		if (blind)
			return reader_refuse(reader, first->children[i].place,
					     "peer %u holds no database with a \"heartbeat\" that "
					     "peer %u holds: it would never see how that one does",
					     blind->id, canary->id);
	}
	if (n_peers == 0)
		return reader_refuse(reader, first->place,
				     "\"first\" names no peer of this file: nobody would try a new "
				     "revision");
	return 0;
}

int desired_check_rollout(Reader *reader, const JsonNode *root, const Desired *desired)
{
	const JsonNode *policy = json_member(root, "policy");
	const JsonNode *rollout = policy ? json_member(policy, "rollout") : NULL;

	if (desired->policy.rollout.n_first == 0)
		return 0;
	if (!desired->has_revision)
		return reader_refuse(reader, rollout->place,
				     "\"rollout\" needs a \"revision\", which says which file is "
				     "the new one");
	if (!has_heartbeat(desired))
		return reader_refuse(reader, rollout->place,
				     "\"rollout\" needs a \"heartbeat\" in \"databases\", by which "
				     "the other nodes see how those in \"first\" do");
	return check_first(reader, json_member(rollout, "first"), desired);
}
