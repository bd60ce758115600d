/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_relation.h"

#include <string.h>
#include <strings.h>

#include "common/copy/csn_set.h"

Suspicion content_suspicion(const Content *here, const Content *peer, unsigned sid)
{
	const bool has_data = peer->state == CONTENT_READ && peer->has_suffix;
	const char *theirs =
		has_data ? csn_newest(peer->context_csns, peer->n_context_csns, sid) : NULL;
	const char *ours = csn_newest(here->context_csns, here->n_context_csns, sid);

	if (!theirs)
		return SUSPICION_NONE;
	if (here->entry_uuid && peer->entry_uuid &&
	    strcasecmp(here->entry_uuid, peer->entry_uuid) != 0)
		return SUSPICION_OTHER;
	return !ours || strcmp(theirs, ours) > 0 ? SUSPICION_OLDER : SUSPICION_NONE;
}

const char *suspicion_describe(Pool *pool, Suspicion suspicion, unsigned sid)
{
	switch (suspicion) {
	case SUSPICION_OTHER:
		return pool_printf(pool,
				   "knows server ID %u, and its suffix entry is another one "
				   "(entryUUID)",
				   sid);
	case SUSPICION_OLDER:
		return pool_printf(pool, "has newer changes of server ID %u than this node", sid);
	default:
		return "";
	}
}
