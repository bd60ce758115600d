/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/memory.h"

#include <string.h>

#include "common/slapd/dn.h"
#include "common/slapd/url.h"

const KnownDatabase *known_database(const Known *known, const char *suffix)
{
	for (size_t i = 0; i < known->n_databases; i++)
		if (dn_equal(known->databases[i].suffix, suffix))
			return &known->databases[i];
	return NULL;
}

const LeftDatabase *known_left(const KnownLeave *leave, const char *suffix)
{
	for (size_t i = 0; i < leave->n_databases; i++)
		if (dn_equal(leave->databases[i].suffix, suffix))
			return &leave->databases[i];
	return NULL;
}

const ConsumerAge *known_age(const KnownPeers *peers, const char *suffix, unsigned peer_id)
{
	for (size_t i = 0; i < peers->n_ages; i++)
		if (peers->ages[i].peer_id == peer_id && strcmp(peers->ages[i].suffix, suffix) == 0)
			return &peers->ages[i];
	return NULL;
}

bool known_was_in_step(const Known *known, const char *suffix)
{
	const KnownDatabase *database = known_database(known, suffix);

	return database && !database->suspect && !database->is_joining;
}

bool known_was_complete(const Known *known, const char *suffix)
{
	return known_was_in_step(known, suffix) && known_database(known, suffix)->is_complete;
}

bool known_is_linked(const Known *known, const char *suffix, unsigned peer_id)
{
	const KnownDatabase *database = known_database(known, suffix);

	return database && peer_ids_have(&database->linked, peer_id);
}

bool known_is_foreign(const Known *known, const char *suffix, const char *uri)
{
	const KnownDatabase *database = known_database(known, suffix);

	if (!known_was_in_step(known, suffix))
		return true;
	for (size_t i = 0; i < database->n_foreign; i++)
		if (url_equal(database->foreign[i], uri))
			return true;
	return false;
}
