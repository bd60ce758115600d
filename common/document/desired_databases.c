/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/desired/desired_internal.h"

static int read_peer_ids(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderKey range = {.min = 1, .max = ID_MAX};
	DesiredDatabase *database = field;

	if (reader_array(reader, key, value, JSON_NUMBER) < 0)
		return -1;
	if (value->n_children == 0)
		return reader_refuse(reader, value->place,
				     "\"peers\" of a database names nobody: without it all peers "
				     "hold the database");
	if (value->n_children > ID_MAX)
		return reader_refuse(reader, value->place, "\"peers\" has more than %d items",
				     ID_MAX);
	database->peer_ids = pool_alloc(reader->pool, value->n_children * sizeof(unsigned));
	for (size_t i = 0; i < value->n_children; i++) {
		unsigned long id;

		if (reader_number(reader, "each item of \"peers\"", &value->children[i], &range,
				  &id) < 0)
			return -1;
		database->peer_ids[database->n_peer_ids++] = (unsigned)id;
	}
	return 0;
}

static int read_readers(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderKey item = {.name = "readers"};
	DesiredDatabase *database = field;

	if (reader_array(reader, key, value, JSON_STRING) < 0)
		return -1;
	if (value->n_children == 0)
		return reader_refuse(
			reader, value->place,
			"\"readers\" names nobody: without it the bind DN of the links "
			"counts");
	database->readers = pool_alloc(reader->pool, value->n_children * sizeof(const char *));
	for (size_t i = 0; i < value->n_children; i++)
		if (read_dn(reader, &item, &value->children[i],
			    &database->readers[database->n_readers++]) < 0)
			return -1;
	return 0;
}

/* One or more digits without a leading zero; 0 when there are none. */
static size_t count_len(const char *text)
{
	return *text == '0' ? 0 : strspn(text, "0123456789");
}

static int read_checkpoint(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	const char *text = value->string;
	size_t operations, minutes = 0;

	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	operations = count_len(text);
	if (text[operations] == ' ')
		minutes = count_len(text + operations + 1);
	if (operations == 0 || operations > 9 || minutes == 0 || minutes > 7 ||
	    text[operations + 1 + minutes])
		return reader_refuse(reader, value->place,
				     "\"checkpoint\" must be \"OPERATIONS MINUTES\", both above 0, "
				     "like \"100 10\"");
	*(const char **)field = reader_text(reader, value);
	return 0;
}

static int read_sessionlog(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	DesiredDatabase *database = field;
	unsigned long operations;

	if (value->type == JSON_BOOLEAN && !value->boolean) {
		database->syncprov.removes_sessionlog = true;
		return 0;
	}
	if (value->type == JSON_BOOLEAN)
		return reader_refuse(reader, value->place,
				     "\"sessionlog\" must be a number of operations, or false "
				     "when there shall be none");
	if (read_unsigned_long(reader, key, value, &operations) < 0)
		return -1;
	database->syncprov.sessionlog = pool_printf(reader->pool, "%lu", operations);
	return 0;
}

static const ReaderKey syncprov_keys[] = {
	{"checkpoint", read_checkpoint, .offset = offsetof(DesiredDatabase, syncprov.checkpoint)},
	{"sessionlog", read_sessionlog, .offset = 0, .max = 2147483647},
};

static int read_syncprov(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"syncprov\"", syncprov_keys, ARRAY_SIZE(syncprov_keys)};
	DesiredDatabase *database = field;

	(void)key;
	database->syncprov.checkpoint = NULL;
	if (value->type == JSON_OBJECT)
		return reader_object(reader, &shape, value, database);
	if (value->type != JSON_BOOLEAN || value->boolean)
		return reader_refuse(reader, value->place,
				     "\"syncprov\" must be an object, or false when it is not ours "
				     "to manage");
	database->syncprov.is_managed = false;
	return 0;
}

static const ReaderKey database_keys[] = {
	{"suffix", read_dn, .offset = offsetof(DesiredDatabase, suffix), .is_required = true},
	{"rid_offset", read_unsigned, .offset = offsetof(DesiredDatabase, rid_offset),
	 .max = RID_MAX},
	{"peers", read_peer_ids, .offset = 0},
	{"syncrepl", read_syncrepl, .offset = offsetof(DesiredDatabase, syncrepl)},
	{"readers", read_readers, .offset = 0},
	{"syncprov", read_syncprov, .offset = 0},
	{"index", read_boolean, .offset = offsetof(DesiredDatabase, manages_index)},
	{"limits", read_boolean, .offset = offsetof(DesiredDatabase, manages_limits)},
	{"access", read_boolean, .offset = offsetof(DesiredDatabase, manages_access)},
	{"delta", read_delta, .offset = offsetof(DesiredDatabase, delta)},
	{"heartbeat", read_heartbeat, .offset = offsetof(DesiredDatabase, heartbeat)},
};

int read_databases(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"a database", database_keys, ARRAY_SIZE(database_keys)};
	Desired *desired = field;
	size_t n = value->n_children;

	if (reader_array(reader, key, value, JSON_OBJECT) < 0)
		return -1;
	if (n > DATABASES_MAX)
		return reader_refuse(reader, value->place, "\"databases\" has more than %d items",
				     DATABASES_MAX);
	desired->databases = pool_alloc(reader->pool, n * sizeof(*desired->databases));
	for (size_t i = 0; i < n; i++) {
		DesiredDatabase *database = &desired->databases[desired->n_databases++];

		*database = (DesiredDatabase){
			.syncprov.is_managed = true,
			.syncprov.checkpoint = SYNCPROV_CHECKPOINT,
			.manages_index = true,
			.manages_limits = true,
			.place = value->children[i].place,
		};
		if (reader_object(reader, &shape, &value->children[i], database) < 0)
			return -1;
	}
	return 0;
}
