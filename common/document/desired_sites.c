/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/desired/desired_internal.h"

/* "sites", "topology", and what a peer says of them. */

#define HOST_LEN_MAX 253

bool is_plain_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t len = strlen(name);

	return len > 0 && len <= HOST_LEN_MAX && strspn(name, allowed) == len;
}

int read_site(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	if (!is_plain_name(value->string))
		return reader_refuse(reader, value->place,
				     "\"%s\" must be a name of letters, digits, '.', '_' and '-'",
				     key->name);
	*(const char **)field = reader_text(reader, value);
	return 0;
}

static int read_one(Reader *reader, const JsonNode *item, PeerRead *ret)
{
	static const ReaderKey range = {.min = 1, .max = ID_MAX};
	static const ReaderKey site = {.name = "reads"};
	unsigned long id = 0;

	*ret = (PeerRead){.place = item->place};
	if (item->type == JSON_STRING)
		return read_site(reader, &site, item, &ret->site);
	if (item->type != JSON_NUMBER)
		return reader_refuse(reader, item->place,
				     "each item of \"reads\" must be the id of a peer or the name "
				     "of a site, not %s",
				     json_type_name(item->type));
	if (reader_number(reader, "an id in \"reads\"", item, &range, &id) < 0)
		return -1;
	ret->id = (unsigned)id;
	return 0;
}

int read_reads(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	PeerReads *reads = pool_alloc(reader->pool, sizeof(*reads));

	if (reader_check_type(reader, key->name, value, JSON_ARRAY) < 0)
		return -1;
	if (value->n_children == 0)
		return reader_refuse(reader, value->place,
				     "\"reads\" names nobody: leave it out for what the topology "
				     "says");
	reads->items = pool_alloc(reader->pool, value->n_children * sizeof(*reads->items));
	for (size_t i = 0; i < value->n_children; i++)
		if (read_one(reader, &value->children[i], &reads->items[reads->n_items++]) < 0)
			return -1;
	*(const PeerReads **)field = reads;
	return 0;
}

static const ReaderKey site_keys[] = {
	{"syncrepl", read_syncrepl, .offset = offsetof(Site, syncrepl)},
};

/* Its keys are names: "comment" is one only where its value is no text. */
int read_sites(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"a site", site_keys, ARRAY_SIZE(site_keys)};
	Desired *desired = field;

	if (reader_check_type(reader, key->name, value, JSON_OBJECT) < 0)
		return -1;
	desired->topology.sites =
		pool_alloc(reader->pool, value->n_children * sizeof(*desired->topology.sites));
	for (size_t i = 0; i < value->n_children; i++) {
		const JsonNode *member = &value->children[i];
		Site *site = &desired->topology.sites[desired->topology.n_sites];

		if (strcmp(member->key, "comment") == 0 && member->type == JSON_STRING)
			continue;
		if (!is_plain_name(member->key))
			return reader_refuse(reader, member->key_place,
					     "the name of a site has letters, digits, '.', '_' and "
					     "'-' only");
		*site = (Site){.name = pool_strdup(reader->pool, member->key),
			       .place = member->key_place};
		if (reader_object(reader, &shape, member, site) < 0)
			return -1;
		desired->topology.n_sites++;
	}
	return 0;
}

static const ReaderKey topology_keys[] = {
	{"gateways", read_unsigned, .offset = offsetof(Desired, topology.n_gateways),
	 .is_required = true, .min = 1, .max = RID_MAX},
};

int read_topology(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"topology\"", topology_keys, ARRAY_SIZE(topology_keys)};

	if (value->type == JSON_OBJECT)
		return reader_object(reader, &shape, value, field);
	if (value->type != JSON_STRING || strcmp(value->string, "mesh") != 0)
		return reader_refuse(reader, value->place,
				     "\"%s\" must be \"mesh\" or an object with \"gateways\"",
				     key->name);
	return 0;
}
