/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_relation.h"

#include <string.h>
#include <strings.h>

#include "common/copy/csn_set.h"

CopyIdentity copy_identity(const char *entry_uuid, const char *other_uuid)
{
	if (!entry_uuid || !other_uuid)
		return COPY_IDENTITY_UNKNOWN;
	return strcasecmp(entry_uuid, other_uuid) == 0 ? COPY_IS_SAME : COPY_IS_OTHER;
}

bool content_has_data(const Content *content)
{
	return content->state == CONTENT_READ && content->entry.exists;
}

bool content_is_provider(const Content *content)
{
	return content->server_id > 0 || content->is_open_hub;
}

static bool has_csns(const Content *content)
{
	return content_has_data(content) && content->n_context_csns > 0;
}

bool copy_covers(const Content *here, const Content *peer)
{
	return has_csns(here) && has_csns(peer) &&
	       csn_covers(here->context_csns, here->n_context_csns, peer->context_csns,
			  peer->n_context_csns);
}

static CopyOrder order_of(const Content *here, const Content *peer)
{
	const bool has_theirs = copy_covers(here, peer), has_ours = copy_covers(peer, here);

	if (!has_csns(here) || !has_csns(peer))
		return COPY_ORDER_UNKNOWN;
	if (has_theirs)
		return has_ours ? COPY_IS_EQUAL : COPY_IS_AHEAD;
	return has_ours ? COPY_IS_BEHIND : COPY_IS_APART;
}

CopyRelation copy_relation(const Content *here, const Content *peer)
{
	CopyRelation relation = {0};

	if (!content_has_data(here) || !content_has_data(peer))
		return relation;
	relation.identity = copy_identity(here->entry.uuid, peer->entry.uuid);
	if (relation.identity == COPY_IS_SAME)
		relation.order = order_of(here, peer);
	return relation;
}

bool copy_lacks_own(const Content *here, const Content *peer, unsigned sid)
{
	const char *theirs = content_has_data(peer)
				     ? csn_newest(peer->context_csns, peer->n_context_csns, sid)
				     : NULL;
	const char *ours = csn_newest(here->context_csns, here->n_context_csns, sid);

	return theirs && (!ours || strcmp(theirs, ours) > 0);
}

Suspicion content_suspicion(const Content *here, const Content *peer, unsigned sid)
{
	if (!content_has_data(peer))
		return SUSPICION_NONE;
	if (copy_identity(here->entry.uuid, peer->entry.uuid) == COPY_IS_OTHER)
		return SUSPICION_OTHER;
	return copy_lacks_own(here, peer, sid) ? SUSPICION_OLDER : SUSPICION_NONE;
}

Suspicion contents_suspicion(const Content *here, const Content *others, size_t n, unsigned sid,
			     const Content **ret)
{
	Suspicion found = SUSPICION_NONE;

	for (size_t i = 0; i < n && found == SUSPICION_NONE; i++) {
		found = content_suspicion(here, &others[i], sid);
		if (found != SUSPICION_NONE)
			*ret = &others[i];
	}
	return found;
}

const char *suspicion_describe(Pool *pool, Suspicion suspicion, unsigned sid)
{
	switch (suspicion) {
	case SUSPICION_OTHER:
		return "has another suffix entry (entryUUID)";
	case SUSPICION_OLDER:
		return pool_printf(pool, "has newer changes of server ID %u than this node", sid);
	default:
		return "";
	}
}
