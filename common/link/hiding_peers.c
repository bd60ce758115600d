/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/hiding_peers.h"

#include "common/base/text.h"
#include "common/slapd/dn.h"

const char *hiding_account(Pool *pool, const Syncrepl *link)
{
	static const SyncreplKeyword naming[] = {SYNCREPL_PROVIDER, SYNCREPL_BINDDN,
						 SYNCREPL_AUTHCID, SYNCREPL_AUTHZID};
	const char *text = "";

	for (size_t i = 0; i < ARRAY_SIZE(naming); i++)
		text = pool_printf(pool, "%s%s%s", text, i > 0 ? " " : "",
				   link->value[naming[i]] ? link->value[naming[i]] : "-");
	return text;
}

const HidingPeer *hiding_peer_find(const HidingPeers *peers, const char *suffix, unsigned peer_id)
{
	for (size_t i = 0; i < peers->n_items; i++)
		if (peers->items[i].peer_id == peer_id && dn_equal(peers->items[i].suffix, suffix))
			return &peers->items[i];
	return NULL;
}

bool hiding_is_over(const HidingPeer *before, CopyShown sight, const char *account)
{
	return sight == COPY_SHOWS_ALL ||
	       (sight == COPY_NOT_SURE && !text_equal(before->account, account));
}

bool hiding_peers_equal(const HidingPeers *one, const HidingPeers *other)
{
	if (one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++) {
		const HidingPeer *item = &one->items[i];
		const HidingPeer *same = hiding_peer_find(other, item->suffix, item->peer_id);

		if (!same || !text_equal(item->account, same->account) ||
		    !text_equal(item->text, same->text))
			return false;
	}
	return true;
}
