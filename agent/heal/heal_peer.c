/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_peer.h"

#include "agent/peer/compare_here.h"
#include "agent/session/session_entries.h"
#include "agent/session/session_lookup.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_inherit.h"

/* One look at one peer. */
typedef struct Peering {
	HealWork *work;
	Pool *pool;
	VerifiedServer *peer;
} Peering;

static void hold(const Peering *peering, const char *text, const char *release)
{
	heal_hold(peering->work, "not-read",
		  pool_printf(peering->work->pool, "%s: %s", peering->peer->peer->uri, text),
		  release);
}

void heal_hold_hidden(HealWork *work, const VerifiedServer *server, const char *text)
{
	heal_hold(work, "not-read",
		  pool_printf(work->pool,
			      "%s: %s. What it hides from servers that replicate would be deleted",
			      server->is_self ? "here" : server->peer->uri, text),
		  pool_printf(work->pool, "%s, and apply it there", remedy_text(REMEDY_READERS)));
}

/* --- reading --- */

static void set_begin(void *data)
{
	entry_set_clear(data);
}

static void set_take(void *data, const EntryMark *mark)
{
	entry_set_add(data, mark);
}

/* False, with a hold, when there are entries that cannot be told from others. */
static bool set_read(const Peering *peering, PeerLink *link, EntrySet *set, CopyReading *ret)
{
	const EntriesTaker taker = {.data = set, .take = set_take};

	*set = (EntrySet){.pool = peering->pool};
	*ret = entries_read_counted(link, link, peering->work->healed->suffix, &taker, set_begin);
	entry_set_sort(set);
	if (ret->is_read && ret->n_unmarked == 0)
		return true;
	hold(peering, copy_reading_describe(peering->work->pool, ret),
	     remedy_text(REMEDY_HEAL_LATER));
	return false;
}

/* --- as the rootdn --- */

/* Where the password of the link is not sent in clear text, that of the rootdn is not, either. */
static bool may_send_password(const Syncrepl *link)
{
	return link_uses_tls(link) ||
	       (link->value[SYNCREPL_CREDENTIALS] && !link->value[SYNCREPL_SASLMECH]);
}

static Syncrepl as_root(const HealWork *work, const Syncrepl *link)
{
	Syncrepl root = *link;

	root.value[SYNCREPL_BINDMETHOD] = "simple";
	root.value[SYNCREPL_SASLMECH] = root.value[SYNCREPL_AUTHCID] = NULL;
	root.value[SYNCREPL_AUTHZID] = NULL;
	root.value[SYNCREPL_BINDDN] = work->writer.link.syncrepl->value[SYNCREPL_BINDDN];
	root.value[SYNCREPL_CREDENTIALS] = work->writer.link.syncrepl->value[SYNCREPL_CREDENTIALS];
	if (link->value[SYNCREPL_STARTTLS])
		root.value[SYNCREPL_STARTTLS] = "critical";
	return root;
}

static bool is_rootdn(const HealWork *work, PeerLink *link)
{
	return link_is_rootdn(link, work->healed->suffix, work->live->root_dn);
}

/* The account may be allowed to see how many entries there are: then no other need look. */
static void hold_unproven(const Peering *peering, const CopyReading *shown, const char *problem)
{
	Pool *pool = peering->work->pool;
	const char *dn = link_whoami(&peering->peer->link);
	const char *release = remedy_text(REMEDY_HEAL_LATER);

	if (dn && *dn)
		release = pool_printf(pool, "there, ahead of olcAccess of olcDatabase=monitor: %s",
				      remedy_fill(pool, REMEDY_MONITOR_COUNT, dn));
	hold(peering,
	     pool_printf(pool, "%s, and its rootdn cannot look, either: %s",
			 copy_reading_describe(pool, shown), problem),
	     release);
}

/* False, with a hold. What one of the two is shown and the other is not is judged later: it may
 * have come or gone between them. */
static bool root_read(const Peering *peering, const CopyReading *shown, PeerLink *link,
		      EntrySet *ret)
{
	CopyReading reading;

	if (is_rootdn(peering->work, link))
		return set_read(peering, link, ret, &reading);
	hold_unproven(peering, shown,
		      pool_printf(peering->work->pool, "'%s', which is it here, is not there",
				  peering->work->live->root_dn));
	return false;
}

static bool whole_read(const Peering *peering, const CopyReading *shown, EntrySet *ret)
{
	HealWork *work = peering->work;
	Syncrepl *root = pool_alloc(work->pool, sizeof(*root));
	PeerLink as;
	bool is_read = false;

	if (!work->writer.is_open || !work->writer.sees_all) {
		hold(peering, copy_reading_describe(work->pool, shown),
		     remedy_text(REMEDY_HEAL_AS_ROOT));
		return false;
	}
	if (!may_send_password(&peering->peer->syncrepl)) {
		hold_unproven(peering, shown, "its link is not encrypted, and sends no password");
		return false;
	}
	*root = as_root(work, &peering->peer->syncrepl);
	if (peer_link_open(work->pool, root, &as))
		is_read = root_read(peering, shown, &as, ret);
	else
		hold_unproven(peering, shown, peer_link_failure(&as).problem);
	peer_link_close(&as);
	return is_read;
}

bool heal_peer_read(HealWork *work, Pool *pool, VerifiedServer *peer, HealCopy *ret)
{
	const Peering peering = {work, pool, peer};
	CopyReading reading;
	CopySight sight;

	if (!set_read(&peering, &peer->link, &ret->shown, &reading))
		return false;
	ret->whole = ret->shown;
	sight = copy_reading_sight(&reading);
	if (sight == COPY_SIGHT_LESS) {
		heal_hold_hidden(work, peer, copy_reading_describe(work->pool, &reading));
		return false;
	}
	return sight == COPY_SIGHT_WHOLE || is_rootdn(work, &peer->link) ||
	       whole_read(&peering, &reading, &ret->whole);
}
