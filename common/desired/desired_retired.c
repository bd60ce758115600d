/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"

static const ReaderKey retired_keys[] = {
	{"id", read_unsigned, .offset = offsetof(RetiredId, id), .is_required = true, .min = 1,
	 .max = SID_MAX},
};

int read_retired(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"a retired id", retired_keys, ARRAY_SIZE(retired_keys)};
	Desired *desired = field;

	if (reader_array(reader, key, value, JSON_OBJECT) < 0)
		return -1;
	desired->retired = pool_alloc(reader->pool, value->n_children * sizeof(*desired->retired));
	for (size_t i = 0; i < value->n_children; i++) {
		RetiredId *retired = &desired->retired[i];

		*retired = (RetiredId){.place = value->children[i].place};
		if (reader_object(reader, &shape, &value->children[i], retired) < 0)
			return -1;
		if (desired_is_retired(desired, retired->id))
			return reader_refuse(reader, retired->place,
					     "the id %u is retired already in this list",
					     retired->id);
		desired->n_retired++;
	}
	return 0;
}

bool desired_is_retired(const Desired *desired, unsigned server_id)
{
	for (size_t i = 0; i < desired->n_retired; i++)
		if (desired->retired[i].id == server_id)
			return true;
	return false;
}

/* Also of a consumer, which writes under none: it may be made a provider one day. */
int desired_check_retired(Reader *reader, const JsonNode *peers, const Desired *desired,
			  const IdTable *positions)
{
	for (size_t i = 0; i < desired->n_retired; i++) {
		const RetiredId *retired = &desired->retired[i];
		const unsigned position = id_table_get(positions, retired->id);

		if (position > 0)
			return reader_refuse(
				reader, json_member(&peers->children[position - 1], "id")->place,
				"this \"id\" is retired at %u:%u: the databases hold changes of the "
				"server that had it, and nobody else may write under it",
				retired->place.line, retired->place.column);
	}
	return 0;
}
