/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"
#include "common/slapd/dn.h"

#define HEARTBEAT_DAY_SEC 86400

static const ReaderKey heartbeat_keys[] = {
	{"container", read_dn, .offset = offsetof(DesiredHeartbeat, container),
	 .is_required = true},
	{"interval", read_unsigned, .offset = offsetof(DesiredHeartbeat, interval_sec),
	 .is_required = true, .min = HEARTBEAT_MIN_SEC, .max = HEARTBEAT_DAY_SEC},
};

int read_heartbeat(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	static const ReaderShape shape = {"\"heartbeat\"", heartbeat_keys,
					  ARRAY_SIZE(heartbeat_keys)};
	DesiredHeartbeat *heartbeat = field;

	if (reader_check_type(reader, key->name, value, JSON_OBJECT) < 0)
		return -1;
	return reader_object(reader, &shape, value, heartbeat);
}

/* Every node writes at every interval, and what one writes all read: one write a second at most. */
int heartbeat_check(Reader *reader, const JsonNode *database, const DesiredDatabase *desired)
{
	const DesiredHeartbeat *heartbeat = &desired->heartbeat;
	const JsonNode *object = json_member(database, "heartbeat");

	if (!heartbeat->container)
		return 0;
	if (!dn_is_within(heartbeat->container, desired->suffix) ||
	    dn_is_within(desired->suffix, heartbeat->container))
		return reader_refuse(reader, json_member(object, "container")->place,
				     "\"container\" must lie below the suffix of its database, %s",
				     desired->suffix);
	if (heartbeat->interval_sec < desired->n_peer_ids)
		return reader_refuse(reader, json_member(object, "interval")->place,
				     "\"interval\" must be at least %zu, a second for each node of "
				     "this database: each writes once in it, and all read that",
				     desired->n_peer_ids);
	return 0;
}
