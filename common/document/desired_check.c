/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/desired/desired_internal.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/topology/links.h"
#include "common/topology/links_graph.h"

/* Where the values of a checked document stand. */
typedef struct Check {
	Reader *reader;
	Desired *desired;
	const JsonNode *peers;
	const JsonNode *databases;
} Check;

/* A value in the spelling in which it must be unique. */
typedef struct Named {
	const char *text;
	size_t index; /* of the item it belongs to */
} Named;

static int named_compare(const void *one, const void *other)
{
	const Named *a = one, *b = other;
	int order = strcmp(a->text, b->text);

	return order != 0 ? order : a->index < b->index ? -1 : a->index > b->index;
}

/* The first item of the array whose value an earlier one has too. */
static int check_unique(Check *check, Named *names, const JsonNode *items, const char *key)
{
	size_t first = 0, second = items->n_children;
	const JsonNode *before;

	if (items->n_children > 1)
		qsort(names, items->n_children, sizeof(*names), named_compare);
	for (size_t i = 1; i < items->n_children; i++) {
		if (strcmp(names[i - 1].text, names[i].text) != 0 || names[i].index > second)
			continue;
		first = names[i - 1].index;
		second = names[i].index;
	}
	if (second == items->n_children)
		return 0;
	before = json_member(&items->children[first], key);
	return reader_refuse(check->reader, json_member(&items->children[second], key)->place,
			     "this \"%s\" means the same as the one at %u:%u; each is unique", key,
			     before->place.line, before->place.column);
}

static int check_uris(Check *check)
{
	AUTO(Pool) *scratch = pool_new();
	size_t n = check->desired->n_peers;
	Named *names = pool_alloc(scratch, n * sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = (Named){url_spelling(scratch, check->desired->peers[i].uri), i};
	return check_unique(check, names, check->peers, "uri");
}

static int check_suffixes(Check *check)
{
	AUTO(Pool) *scratch = pool_new();
	size_t n = check->desired->n_databases;
	Named *names = pool_alloc(scratch, n * sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = (Named){dn_normalise(scratch, check->desired->databases[i].suffix), i};
	return check_unique(check, names, check->databases, "suffix");
}

/* Fills the table from an id to the peer's position + 1. */
static int check_ids(Check *check, IdTable *positions)
{
	for (size_t i = 0; i < check->desired->n_peers; i++) {
		unsigned id = check->desired->peers[i].id;
		const JsonNode *value = json_member(&check->peers->children[i], "id"), *before;

		if (id_table_get(positions, id) > 0) {
			before = json_member(
				&check->peers->children[id_table_get(positions, id) - 1], "id");
			return reader_refuse(check->reader, value->place,
					     "this \"id\" is that of the peer at %u:%u too; each "
					     "is unique",
					     before->place.line, before->place.column);
		}
		id_table_set(positions, id, (unsigned short)(i + 1));
	}
	return 0;
}

static int check_peer_list(Check *check, size_t index, const IdTable *positions)
{
	AUTO(Pool) *scratch = pool_new();
	const JsonNode *list = json_member(&check->databases->children[index], "peers");
	IdTable listed;

	if (!list)
		return 0;
	listed = id_table_make(scratch, check->desired);
	for (size_t i = 0; i < list->n_children; i++) {
		unsigned id = check->desired->databases[index].peer_ids[i];

		if (id_table_get(positions, id) == 0)
			return reader_refuse(check->reader, list->children[i].place,
					     "there is no peer with the id %u", id);
		if (id_table_get(&listed, id) > 0)
			return reader_refuse(check->reader, list->children[i].place,
					     "peer %u stands in this list already", id);
		id_table_set(&listed, id, 1);
	}
	return 0;
}

/* Where a peer's rid comes from. */
static JsonPlace rid_place(const Check *check, size_t position)
{
	const JsonNode *peer = &check->peers->children[position];
	const JsonNode *rid = json_member(peer, "rid");

	return rid ? rid->place : json_member(peer, "id")->place;
}

static bool is_rid_taken(const Desired *desired, unsigned rid)
{
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];

		if ((peer->rid >= 0 ? (unsigned)peer->rid : peer->id) == rid)
			return true;
	}
	return false;
}

/* The line with a rid that no peer has, and that fits into every database. */
static const char *free_rid(Pool *pool, const Desired *desired)
{
	unsigned offset = 0;

	for (size_t i = 0; i < desired->n_databases; i++)
		if (desired->databases[i].rid_offset > offset)
			offset = desired->databases[i].rid_offset;
	for (unsigned rid = 1; rid + offset <= RID_MAX; rid++)
		if (!is_rid_taken(desired, rid))
			return remedy_fill(pool, REMEDY_PEER_RID, remedy_number(pool, rid));
	return "a smaller \"rid\", or the database a smaller \"rid_offset\"";
}

static int check_rids(Check *check, const DesiredDatabase *database, const IdTable *positions)
{
	AUTO(Pool) *scratch = pool_new();
	unsigned ids[RID_MAX + 1] = {0};

	for (size_t i = 0; i < database->n_peer_ids; i++) {
		size_t position = id_table_get(positions, database->peer_ids[i]) - 1U;
		const Peer *peer = &check->desired->peers[position];
		unsigned rid = desired_rid(database, peer);

		if (!peer_is_read(peer))
			continue;
		if (rid > RID_MAX)
			return reader_refuse(check->reader, rid_place(check, position),
					     "this peer's rid in the database at %u:%u would be "
					     "%u, and slapd takes 0 to %d: give the peer %s",
					     database->place.line, database->place.column, rid,
					     RID_MAX, free_rid(scratch, check->desired));
		if (ids[rid] > 0)
			return reader_refuse(check->reader, rid_place(check, position),
					     "peers %u and %u have the same rid %u in the "
					     "database at %u:%u: give one of them %s",
					     ids[rid], peer->id, rid, database->place.line,
					     database->place.column,
					     free_rid(scratch, check->desired));
		ids[rid] = peer->id;
	}
	return 0;
}

/* The peer that reads with settings of its own, and the peers that all the others read: these are
 * all alike. */
typedef struct Readers {
	size_t *special; /* positions of nodes */
	size_t n_special;
	RelaySet read_plainly;
} Readers;

static Readers readers_sort(Pool *pool, const Links *links)
{
	Readers readers = {.special = NULL};

	for (size_t i = 0; i < links->n_nodes; i++) {
		if (settings_are_empty(links->nodes[i]->as_consumer))
			relay_set_join(&readers.read_plainly, &links->reads[i]);
		else
			POOL_PUSH(pool, readers.special, readers.n_special, i);
	}
	return readers;
}

/* Every link that differs from the others. */
static int check_links(Check *check, const Links *links)
{
	AUTO(Pool) *scratch = pool_new();
	const Readers readers = readers_sort(scratch, links);

	for (size_t i = 0; i < links->n_relays; i++) {
		DesiredLink link = {.database = links->database, .provider = links->nodes[i]};

		if (relay_set_has(&readers.read_plainly, i) &&
		    desired_check_link(check->reader, &check->desired->policy, &link) < 0)
			return -1;
		for (size_t j = 0; j < readers.n_special; j++) {
			link.consumer = links->nodes[readers.special[j]];
			if (relay_set_has(&links->reads[readers.special[j]], i) &&
			    desired_check_link(check->reader, &check->desired->policy, &link) < 0)
				return -1;
		}
	}
	return 0;
}

/* What one writes must come to all others. */
static int check_graph(Reader *reader, const DesiredDatabase *database, const Links *links)
{
	LinksCut cut;

	if (links->n_nodes > 0 && links->n_providers == 0)
		return reader_refuse(reader, database->place, "no provider holds this database");
	if (!links_are_cut(links, &cut))
		return 0;
	return reader_refuse(reader, database->place,
			     "this database would be in parts: what is written at peer %u would "
			     "never come to peer %u; peer %u, or one that it reads, must read more "
			     "of the others",
			     cut.from->id, cut.to->id, cut.to->id);
}

static int check_database(Check *check, size_t index, const IdTable *positions)
{
	AUTO(Pool) *scratch = pool_new();
	const DesiredDatabase *database = &check->desired->databases[index];
	Links links;

	if (check_peer_list(check, index, positions) < 0 ||
	    check_rids(check, database, positions) < 0 ||
	    heartbeat_check(check->reader, &check->databases->children[index], database) < 0)
		return -1;
	links = links_make(scratch, check->desired, database);
	if (check_links(check, &links) < 0)
		return -1;
	return desired_is_mesh(check->desired) ? 0 : check_graph(check->reader, database, &links);
}

static int check_adopted_from(Reader *reader, const JsonNode *root, const Desired *desired,
			      const IdTable *positions)
{
	if (desired->adopted_from == 0 || id_table_get(positions, desired->adopted_from) > 0)
		return 0;
	return reader_refuse(reader, json_member(root, "adopted_from")->place,
			     "there is no peer with the id %u", desired->adopted_from);
}

int desired_check(Reader *reader, const JsonNode *root, Desired *desired)
{
	AUTO(Pool) *scratch = pool_new();
	IdTable positions = id_table_make(scratch, desired);
	Check check = {
		.reader = reader,
		.desired = desired,
		.peers = json_member(root, "peers"),
		.databases = json_member(root, "databases"),
	};

	if (check_ids(&check, &positions) < 0 ||
	    check_adopted_from(reader, root, desired, &positions) < 0 ||
	    desired_check_retired(reader, check.peers, desired, &positions) < 0 ||
	    check_uris(&check) < 0 || check_suffixes(&check) < 0 ||
	    desired_resolve(reader, desired, &positions) < 0)
		return -1;
	for (size_t i = 0; i < desired->n_databases; i++)
		if (check_database(&check, i, &positions) < 0)
			return -1;
	if (desired_check_hubs(reader, check.databases, desired) < 0 ||
	    desired_check_rollout(reader, root, desired) < 0)
		return -1;
	return desired_check_delta(reader, check.databases, desired);
}
