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

const LeftDatabase *known_left(const Known *known, const char *suffix)
{
	for (size_t i = 0; i < known->n_left; i++)
		if (dn_equal(known->left[i].suffix, suffix))
			return &known->left[i];
	return NULL;
}

static bool is_link(const KnownLink *link, const char *suffix, unsigned peer_id)
{
	return link->peer_id == peer_id && strcmp(link->suffix, suffix) == 0;
}

const KnownLink *known_link_next(const Known *known, const char *suffix, unsigned peer_id,
				 size_t *position)
{
	for (size_t n = 0; n < known->n_links; n++) {
		const size_t i = (*position + n) % known->n_links;

		if (is_link(&known->links[i], suffix, peer_id)) {
			*position = i + 1;
			return &known->links[i];
		}
	}
	return NULL;
}

bool known_link_is(const Known *known, const char *suffix, unsigned peer_id, const char *identity)
{
	size_t position = 0;
	const KnownLink *link = known_link_next(known, suffix, peer_id, &position);

	return link && strcmp(link->identity, identity) == 0;
}

bool known_was_in_step(const Known *known, const char *suffix)
{
	const KnownDatabase *database = known_database(known, suffix);

	return database && !database->suspect && !database->is_joining;
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
