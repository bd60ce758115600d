/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_look.h"

#include "agent/heal/heal_peer.h"
#include "agent/peer/compare_here.h"
#include "agent/system/interrupt.h"
#include "agent/system/progress.h"
#include "common/base/buf.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

/* A change on its way between two looks is there at the second one. */
#define LOOK_AGAIN_MSEC 1000
#define MAX_LOOKS       4
/* More are counted, but not named: the problem is then another one than these. */
#define MAX_NAMED 100

/* Columns of sets: what each server shows to those who replicate, then all that each has. */
typedef struct Look {
	Pool *pool;     /* of this look alone: a set is as large as the database */
	EntrySet *sets; /* two of each server */
	HereCopy here;
	bool has_here;
} Look;

static size_t n_sets(const HealWork *work)
{
	return work->servers->n_servers * 2;
}

/* --- reading --- */

static void look_end(Look *look)
{
	if (look->has_here)
		here_copy_close(&look->here);
	pool_free(look->pool);
	*look = (Look){0};
}

/* The connection for asking that server: this node is asked as the account that reads it. */
static PeerLink *link_of(HealWork *work, Look *look, size_t i)
{
	return i == 0 ? &look->here.link : &work->servers->servers[i].link;
}

/* The accounts of links, and after them the rootdn where its password is known: the last one is
 * tried first. */
static void accounts_find(const HealWork *work, HereQuestion *question)
{
	Syncrepl *accounts = NULL;

	for (size_t i = 1; i < work->servers->n_servers; i++) {
		const Syncrepl *link = &work->servers->servers[i].syncrepl;

		if (link->value[SYNCREPL_BINDDN] && link->value[SYNCREPL_CREDENTIALS] &&
		    !link->value[SYNCREPL_SASLMECH])
			POOL_PUSH(work->pool, accounts, question->n_accounts, *link);
	}
	if (work->writer.is_open && work->writer.sees_all)
		POOL_PUSH(work->pool, accounts, question->n_accounts, *work->writer.link.syncrepl);
	question->accounts = accounts;
}

/* What the rootdn is shown is all there is. */
static bool is_whole(const HealWork *work, HereCopy *here)
{
	const char *dn = here->is_open ? link_whoami(&here->link) : NULL;

	return copy_reading_sight(&here->reading) == COPY_SIGHT_WHOLE ||
	       (dn && *dn && work->live->root_dn && dn_equal(dn, work->live->root_dn));
}

static void hold_here(HealWork *work, const HereCopy *here)
{
	const char *why = copy_reading_describe(work->pool, &here->reading);

	if (!here->reading.is_read || here->reading.n_unmarked > 0)
		heal_hold(work, "not-read", pool_printf(work->pool, "here: %s", why),
			  remedy_text(REMEDY_HEAL_LATER));
	else
		heal_hold(work, "not-read",
			  pool_printf(work->pool,
				      "nobody whom syncward may act for is known to see every "
				      "entry of %s here%s%s: one that is not seen could be deleted "
				      "by the next refresh, unasked",
				      work->healed->suffix, *why ? ": " : "", why),
			  remedy_text(REMEDY_HEAL_AS_ROOT));
}

static bool here_read(HealWork *work, Look *look)
{
	HereQuestion question = {
		.ldap_uri = work->options->ldap_uri,
		.suffix = work->healed->suffix,
		.lists = live_access_lists(&work->world->live, work->live, work->healed->suffix)};

	accounts_find(work, &question);
	here_copy_read(look->pool, &question, &look->here);
	look->has_here = true;
	look->sets[0] = look->sets[work->servers->n_servers] = look->here.set;
	if (look->here.reading.is_read && look->here.reading.n_unmarked == 0 &&
	    is_whole(work, &look->here))
		return true;
	hold_here(work, &look->here);
	return false;
}

/* Peers first: what one of them had is here, or on its way. */
static bool sets_read(HealWork *work, Look *look)
{
	const size_t n = work->servers->n_servers;
	HealCopy copy;

	look->pool = pool_new();
	look->sets = pool_alloc(look->pool, n_sets(work) * sizeof(*look->sets));
	for (size_t i = n; i-- > 1;) {
		if (!heal_peer_read(work, look->pool, &work->servers->servers[i], &copy))
			return false;
		look->sets[i] = copy.shown;
		look->sets[n + i] = copy.whole;
	}
	return here_read(work, look);
}

/* --- what they differ in --- */

static void tallies_keep(HealWork *work, const SidTallies *tallies, const Look *look)
{
	SidTally *kept = pool_alloc(work->pool, (work->old.n_items + 1) * sizeof(*kept));

	for (size_t i = 0; i < work->old.n_items; i++)
		for (size_t k = n_sets(work); k-- > 0;) {
			const SidTally *tally = sid_tally_find(&tallies[k], work->old.items[i]);

			if (!tally)
				continue;
			if (work->old.items[i] == 0 &&
			    (!work->has_newest ||
			     entry_mark_compare_csn(&tally->newest, &work->newest) > 0)) {
				work->newest = tally->newest;
				work->has_newest = true;
			}
			kept[i] = *tally;
		}
	work->healed->old = kept;
	work->healed->n_old = work->old.n_items;
	work->healed->n_entries = look->sets[0].n_marks;
}

/* The list lives in the work's pool. */
static OneSidedList one_sided_of(const HealWork *work, const Look *look)
{
	return old_entries_one_sided(work->pool, look->sets, n_sets(work), &work->old);
}

static const char *server_name(const HealWork *work, size_t i)
{
	const VerifiedServer *server = &work->servers->servers[i];

	return i == 0 ? "here"
		      : pool_printf(work->pool, "%u %s", server->peer->id, server->peer->uri);
}

static const char *names(const HealWork *work, const bool *is_at, bool wanted)
{
	Buf text = BUF_IN(work->pool);

	for (size_t i = 0; i < work->servers->n_servers; i++)
		if (is_at[i] == wanted)
			buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", server_name(work, i));
	return buf_text(&text);
}

/* A change that changes nothing gives the entry a server ID that contextCSN has. */
static void commands_find(HealWork *work, const Entry *entry, size_t server, HealedEntry *told)
{
	const VerifiedServer *at = &work->servers->servers[server];
	const Attribute *classes = entry_attribute(entry, "objectClass");
	const char *lines =
		remedy_lines(work->pool, "objectClass", attribute_texts(work->pool, classes),
			     classes ? classes->n_values : 0);
	const char *root = work->live->root_dn ? work->live->root_dn : "";
	const char *uri = server == 0 ? work->options->ldap_uri : at->peer->uri;
	/* Else the rootdn's password would go in clear text where the link's does not. */
	const char *tls = server > 0 && at->syncrepl.value[SYNCREPL_STARTTLS] ? " -ZZ" : "";

	told->keep = remedy_fill(work->pool, REMEDY_ENTRY_KEEP, entry->dn, lines, tls, root, uri);
	told->remove = remedy_fill(work->pool, REMEDY_ENTRY_REMOVE, tls, root, uri, entry->dn);
}

static void one_sided_tell(HealWork *work, Look *look, const OneSided *one)
{
	PeerLink *link = link_of(work, look, one->first_at);
	HealedEntry told = {.uuid = entry_mark_uuid(work->pool, &one->mark),
			    .at = names(work, one->is_at, true),
			    .missing = names(work, one->is_at, false)};
	FoundEntries found = {0};
	Entry entry;

	if (entries_find_over(link, work->pool, work->healed->suffix, &one->mark, 1, &found) &&
	    found.n_items > 0 &&
	    link_attribute(link, work->pool, found.items[0].dn, "objectClass", &entry)) {
		told.dn = entry.dn;
		commands_find(work, &entry, one->first_at, &told);
	}
	POOL_PUSH(work->pool, work->healed->one_sided, work->healed->n_one_sided, told);
}

/* The entries of the list that this server has and does not show. */
static size_t n_hidden(const HealWork *work, const OneSidedList *list, size_t server)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].is_at[server] !=
		    list->items[i].is_at[work->servers->n_servers + server])
			n++;
	return n;
}

/* No command for the entry helps: the server that keeps it must show it. */
static bool hidden_hold(HealWork *work, const OneSidedList *list)
{
	const size_t n_before = work->healed->holds.n_items;

	for (size_t i = 0; i < work->servers->n_servers; i++) {
		const size_t n = n_hidden(work, list, i);

		if (n > 0)
			heal_hold_hidden(work, &work->servers->servers[i],
					 pool_printf(work->pool, "it hides %zu old entr%s", n,
						     n == 1 ? "y" : "ies"));
	}
	return work->healed->holds.n_items > n_before;
}

static void one_sided_hold(HealWork *work, Look *look, const OneSidedList *list)
{
	if (list->n_items == 0 || hidden_hold(work, list))
		return;
	for (size_t i = 0; i < list->n_items && i < MAX_NAMED; i++)
		one_sided_tell(work, look, &list->items[i]);
	heal_hold(work, "one-sided",
		  pool_printf(work->pool,
			      "%zu old entr%s not at every server. Healed, %s deleted by the next "
			      "refresh. A person decides for each whether it stays or goes",
			      list->n_items, list->n_items == 1 ? "y is" : "ies are",
			      list->n_items == 1 ? "it would be" : "they would be"),
		  remedy_text(REMEDY_HEAL_ONE_SIDED));
}

/* --- looks --- */

static bool look_once(HealWork *work, Look *look)
{
	look_end(look);
	return sets_read(work, look);
}

/* What lasts over looks; false when one of them failed. */
static bool looks_compare(HealWork *work, Look *look)
{
	OneSidedList lasting = one_sided_of(work, look), now;
	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Looking again at what only some servers have of %s ...",
		       work->healed->suffix);
	for (int i = 1; i < MAX_LOOKS && lasting.n_items > 0; i++) {
		(void)interrupt_pause(LOOK_AGAIN_MSEC);
		if (!look_once(work, look))
			return false;
		now = one_sided_of(work, look);
		lasting = one_sided_lasting(work->pool, &lasting, &now, n_sets(work));
	}
	one_sided_hold(work, look, &lasting);
	return true;
}

static void old_find(HealWork *work, const Look *look)
{
	const Content *here = &work->servers->servers[0].content;
	SidTallies *tallies = pool_alloc(look->pool, n_sets(work) * sizeof(*tallies));

	for (size_t i = 0; i < n_sets(work); i++)
		tallies[i] = sid_tallies(look->pool, &look->sets[i]);
	work->old = old_sids(work->pool, tallies, n_sets(work), here->context_csns,
			     here->n_context_csns);
	tallies_keep(work, tallies, look);
}

static bool looks_make(HealWork *work, Look *look)
{
	Content *here = &work->servers->servers[0].content;

	if (!look_once(work, look))
		return false;
	/* After the entries: what was written meanwhile is in it. */
	*here = world_content_here(work->options->directory, work->pool, work->world,
				   work->healed->suffix);
	if (here->state != CONTENT_READ || here->n_context_csns == 0) {
		heal_hold(work, "not-read", "its contextCSN cannot be read here",
			  remedy_text(REMEDY_HEAL_LATER));
		return false;
	}
	old_find(work, look);
	return work->old.n_items == 0 || looks_compare(work, look);
}

bool heal_look(HealWork *work)
{
	Look look = {0};
	const bool is_good = looks_make(work, &look);

	look_end(&look);
	return is_good;
}
