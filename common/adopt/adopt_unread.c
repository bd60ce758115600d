/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/adopt.h"
#include "common/remedies/remedies.h"
#include "common/slapd/serverid.h"

static bool has_id(const Adoption *adoption, unsigned id)
{
	for (size_t i = 0; i < adoption->n_peers; i++)
		if (adoption->peers[i].id == id)
			return true;
	return false;
}

void adopt_note_unread(Adoption *adoption)
{
	const Attribute *values = adoption->live->server_ids;

	for (size_t i = 0; values && i < values->n_values; i++) {
		ServerId id;

		if (serverid_parse(adoption->pool, values->values[i].bytes, &id, NULL) < 0 ||
		    !id.url || adopt_find_peer(adoption, id.url) >= 0 || has_id(adoption, id.sid))
			continue;
		adopt_note(
			adoption,
			"olcServerID gives %s the id %u, but no olcSyncrepl value that peers.json "
			"can say reads from there: it is not among the peers; if it is one, which "
			"this node does not read, run adopt there too, and combine the files with "
			"`%s`",
			id.url, id.sid, remedy_text(REMEDY_ADOPT_MERGE));
	}
}
