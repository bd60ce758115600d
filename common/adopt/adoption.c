/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/adoption.h"

#include <stdarg.h>
#include <string.h>

#include "common/remedies/remedies.h"
#include "common/slapd/url.h"

void adopt_note(Adoption *adoption, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	POOL_PUSH(adoption->pool, adoption->notes, adoption->n_notes,
		  pool_vprintf(adoption->pool, format, arguments));
	va_end(arguments);
}

int adopt_find_provider(const Adoption *adoption, const char *provider)
{
	for (size_t i = 0; i < adoption->n_peers; i++)
		if (adoption->peers[i].provider &&
		    strcmp(adoption->peers[i].provider, provider) == 0)
			return (int)i;
	return -1;
}

int adopt_find_peer(const Adoption *adoption, const char *uri)
{
	AUTO(Pool) *scratch = pool_new();

	return adopt_find_provider(adoption, url_spelling(scratch, uri));
}

int adopt_set_id(Adoption *adoption, size_t peer, unsigned id, const char *said_by, Error *err)
{
	AdoptPeer *named = &adoption->peers[peer];

	if (named->id != 0 && named->id != id)
		return error_set(
			err, ERROR_REFUSED, 0,
			"%s has the server ID %u according to %s, but %u according to %s: %s",
			named->uri, named->id, named->id_said_by, id, said_by,
			remedy_text(REMEDY_ADOPT_WHO_ANSWERS));
	if (adoption->is_consumer && peer != 0 && adoption->peers[0].id == id)
		return error_set(err, ERROR_REFUSED, 0,
				 "%s has the server ID %u, which is the id of this consumer "
				 "according to %s: each peer has an id of its own",
				 named->uri, id, adoption->peers[0].id_said_by);
	if (peer != 0 && adoption->peers[0].id == id)
		return error_set(
			err, ERROR_REFUSED, 0,
			"%s has this node's own server ID %u: either slapd replicates "
			"from itself, because no listener of it (-h) is that URL (then %s, "
			"or %s), or two servers share an ID, which loses changes (then %s)",
			named->uri, id, remedy_fill(adoption->pool, REMEDY_LISTENER, named->uri),
			remedy_text(REMEDY_LINKS_ANEW), remedy_text(REMEDY_ADOPT_ID_SHARED));
	for (size_t i = 0; i < adoption->n_peers; i++)
		if (i != peer && adoption->peers[i].id == id)
			return error_set(
				err, ERROR_REFUSED, 0,
				"%s and %s have the same server ID %u: either both are names of "
				"one server (then %s), or two servers share an ID, which loses "
				"changes (then %s)",
				adoption->peers[i].uri, named->uri, id,
				remedy_text(REMEDY_ADOPT_ONE_NAME),
				remedy_text(REMEDY_ADOPT_ID_SHARED));
	if (named->id == 0)
		named->id_said_by = said_by;
	named->id = id;
	return 0;
}
