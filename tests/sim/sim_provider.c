/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_internal.h"
#include "tests/sim/sim_rules.h"

/* What syncprov.c does: its own contextCSN, the answer to a search, changes for consumers that
 * listen. */

static void log_begin(SimNode *node);

/* --- its contextCSN --- */

const SimContext *sim_context(const SimNode *node)
{
	return node->has_overlay ? &node->memory : &node->disk;
}

bool sim_context_is_empty(const SimContext *context)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (context->time[sid] > 0)
			return false;
	return true;
}

/* The clock of the server, but never the same time twice. */
static SimCsn csn_new(SimCluster *cluster, SimNode *node)
{
	const uint32_t now = ++cluster->now - node->late;

	node->last_csn = now > node->last_csn ? now : node->last_csn + 1;
	return (SimCsn){.time = node->last_csn, .sid = node->sid};
}

/* syncprov_db_open(): one that reads from others waits for theirs; else it makes one. It would look
 * for newer entries of its own, but back-mdb says that it is clean even where slapd was killed. */
void sim_overlay_open(SimCluster *cluster, size_t at)
{
	SimNode *node = &cluster->nodes[at];

	node->has_overlay = true;
	node->memory = node->disk;
	node->is_unsaved = node->is_dirty = false;
	node->forgettable = 0;
	if (sim_context_is_empty(&node->memory) && node->copy.n_entries > 0) {
		if (node->has_consumers)
			return;
		node->memory.time[node->sid] = csn_new(cluster, node).time;
		node->is_unsaved = true;
	}
	log_begin(node);
}

static void checkpoint(SimNode *node)
{
	if (node->is_unsaved && node->copy.n_entries > 0)
		node->disk = node->memory;
	node->is_unsaved = false;
	node->forgettable = 0;
}

void sim_overlay_close(SimCluster *cluster, size_t at)
{
	SimNode *node = &cluster->nodes[at];

	checkpoint(node);
	node->has_overlay = false;
	for (size_t i = 0; i < cluster->n_nodes; i++)
		sim_link_drop(cluster, i, at);
}

/* --- its session log --- */

static void log_begin(SimNode *node)
{
	node->log.since = node->memory;
	node->log.n_deleted = 0;
	node->log.has_any = false;
}

void sim_log_keep(SimNode *node, bool is_kept)
{
	if (is_kept && !node->log.is_kept)
		log_begin(node);
	node->log.is_kept = is_kept;
	node->log.is_by_hand &= is_kept;
}

/* sl_mincsn grows when the log is full. Once a log is no longer kept, nothing is known of what came
 * after it. What comes without a CSN empties it, so that the refreshes after it say what is there.
 */
void sim_log_add(SimNode *node, const SimMessage *message)
{
	SimLog *log = &node->log;

	if (!log->is_kept || log->n_deleted == SIM_LOG)
		log_begin(node);
	if (!log->is_kept)
		return;
	log->has_any = message->csn.time > 0;
	if (!log->has_any)
		log->n_deleted = 0;
	if (!log->has_any || message->kind != SIM_DELETED)
		return;
	log->deleted[log->n_deleted] = message->entry;
	log->deleted[log->n_deleted++].csn = message->csn;
}

/* A consumer that has what was there when it began. */
static bool log_covers(const SimLog *log, const SimContext *theirs)
{
	if (log->n_deleted == 0 &&
	    (!log->is_kept || (!log->has_any && sim_knows(SIM_FACT_SESSION))))
		return false;
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (theirs->time[sid] < log->since.time[sid])
			return false;
	return true;
}

/* --- changes --- */

bool sim_is_own(const SimLink *link, SimCsn csn)
{
	return csn.time > 0 && csn.sid != 0 && csn.sid == link->told_sid;
}

/* The node that made a change does not get it back; one without a CSN is taken for its entry's. */
static bool must_be_sent(const SimCluster *cluster, size_t reader, size_t at,
			 const SimMessage *message)
{
	const SimLink *link = &cluster->nodes[reader].links[at];
	const SimCsn csn = message->csn.time > 0 || message->kind == SIM_DELETED
				   ? message->csn
				   : message->entry.csn;

	return link->phase != SIM_DOWN && !link->is_logging && !sim_is_own(link, csn);
}

static bool is_filtered(const SimLink *link, const SimMessage *message)
{
	return link->is_partial && message->kind == SIM_CHANGED &&
	       message->entry.name >= SIM_FILTERED;
}

/* As the account with which others read sees it. */
static SimEntry entry_seen(const SimNode *node, SimEntry entry)
{
	if (!entry.is_bare && node->hides) {
		entry.is_bare = true;
		entry.is_by_hand = node->hides_by_hand;
	}
	return entry;
}

void sim_send(SimCluster *cluster, size_t at, size_t from, SimMessage message)
{
	message.entry = entry_seen(&cluster->nodes[at], message.entry);
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		SimLink *link = &cluster->nodes[i].links[at];

		if (is_filtered(link, &message) || (i == from && message.kind != SIM_COOKIE) ||
		    !must_be_sent(cluster, i, at, &message))
			continue;
		if (link->n_queue == SIM_QUEUE)
			sim_link_drop(cluster, i, at);
		else
			link->queue[link->n_queue++] = message;
	}
}

/* A consumer writes all that it knows, of its own server ID too (check_syncprov()). */
bool sim_context_take(SimNode *node, SimCsn csn, bool is_written)
{
	SimContext *context = node->has_overlay ? &node->memory : &node->disk;

	if (csn.time <= context->time[csn.sid])
		return false;
	context->time[csn.sid] = csn.time;
	node->is_dirty = false;
	node->is_unsaved |= node->has_overlay;
	if (is_written && node->has_overlay)
		checkpoint(node);
	return node->has_overlay;
}

bool sim_is_closed(const SimNode *node)
{
	return !node->has_flag && node->has_consumers;
}

bool sim_takes_writes(const SimNode *node)
{
	return node->is_up && node->copy.n_entries > 0 && !sim_is_closed(node);
}

static bool is_polled(const SimCluster *cluster, size_t at)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (cluster->nodes[i].links[at].is_declared &&
		    cluster->nodes[i].links[at].is_polled)
			return true;
	return false;
}

static void changed_note(SimNode *node, unsigned name, SimCsn csn)
{
	if (name >= SIM_NAMES)
		return;
	node->forgettable |= 1U << name;
	node->changed[name] = csn;
}

static SimCsn change_make(SimCluster *cluster, size_t at, SimEntry what, bool is_delete)
{
	SimNode *node = &cluster->nodes[at];
	SimEntry *entry = sim_find_name(&node->copy, what.name);
	const SimCsn csn = csn_new(cluster, node);
	SimMessage message = {.kind = is_delete ? SIM_DELETED : SIM_CHANGED, .csn = csn};
	SimCsn before = csn;

	if (entry) {
		before = entry->csn;
		entry->has_other_secret ^= what.has_other_secret;
		entry->csn = csn;
		entry->beat = what.beat;
		entry->stale = 0;
		message.entry = *entry;
	} else {
		message.entry = what;
		message.entry.uuid = ++cluster->n_uuids;
		message.entry.csn = csn;
		sim_copy_add(&node->copy, message.entry);
	}
	if (is_delete)
		sim_copy_remove(&node->copy, message.entry.uuid);
	if (is_delete && what.name < SIM_NAMES && is_polled(cluster, at) &&
	    !sim_is_covered(node, before))
		cluster->early[what.name] = message.entry.uuid;
	if (node->has_overlay) {
		sim_log_add(node, &message);
		(void)sim_context_take(node, csn, false);
		changed_note(node, what.name, csn);
		sim_send(cluster, at, SIM_CLIENT, message);
	}
	sim_changes_add(cluster, at, SIM_CLIENT,
			(SimChange){.entry = message.entry,
				    .csn = csn,
				    .is_deletion = is_delete,
				    .is_new = !entry});
	return csn;
}

static bool is_elsewhere(const SimCluster *cluster, size_t at, const SimEntry *entry)
{
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const SimEntry *same = sim_find_uuid(&cluster->nodes[i].copy, entry->uuid);

		if (i != at && same && !sim_csn_is_newer(entry->csn, same->csn))
			return true;
	}
	return false;
}

/* What a killed slapd had not sent can no longer be known after its next change. */
static void unsent_note(SimCluster *cluster, size_t at)
{
	const SimNode *node = &cluster->nodes[at];

	for (size_t i = 0; node->has_overlay && i < node->copy.n_entries; i++) {
		const SimEntry *entry = &node->copy.entries[i];

		if (entry->name < SIM_NAMES && entry->csn.sid == node->sid &&
		    !sim_is_covered(node, entry->csn) && !is_elsewhere(cluster, at, entry))
			cluster->unsent[entry->name] = entry->csn;
	}
}

SimCsn sim_write(SimCluster *cluster, size_t at, unsigned name, bool is_delete)
{
	unsent_note(cluster, at);
	return change_make(cluster, at, (SimEntry){.name = (uint8_t)name}, is_delete);
}

SimCsn sim_repass(SimCluster *cluster, size_t at)
{
	unsent_note(cluster, at);
	return change_make(cluster, at, (SimEntry){.name = 0, .has_other_secret = true}, false);
}

/* A copy without passwords has none of the account's either. */
bool sim_takes_secret(const SimCluster *cluster, size_t at, bool is_other)
{
	const SimCopy *copy = &cluster->nodes[at].copy;

	if (!cluster->is_account_inside)
		return cluster->nodes[at].takes_other_secret == is_other;
	for (size_t i = 0; i < copy->n_entries; i++)
		if (copy->entries[i].name == 0)
			return !copy->entries[i].is_bare &&
			       copy->entries[i].has_other_secret == is_other;
	return false;
}

void sim_beat(SimCluster *cluster, size_t at, size_t node, uint16_t says)
{
	(void)change_make(cluster, at,
			  (SimEntry){.name = (uint8_t)(SIM_NAMES + node), .beat = says}, false);
}

/* --- a search --- */

/* How the consumer's cookie looks to the provider. */
typedef struct Cookie {
	SimContext context;
	bool is_none;
	bool is_refused;
	bool is_changed;
	bool is_dirty;
	bool tells_present;
	bool is_logged; /* all that was deleted since is in the session log */
	uint32_t
		least; /* mincsn: the oldest of those that differ; what is older is not looked at */
	uint32_t newest; /* of the cookie */
} Cookie;

/* "consumer cookie is missing a csn we track": all of it is forgotten. */
static bool lacks_sid(const SimContext *cookie, const SimContext *ours)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (ours->time[sid] > 0 && cookie->time[sid] == 0)
			return true;
	return false;
}

static void cookie_compare(const SimNode *provider, const SimContext *ours, Cookie *cookie)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++) {
		const uint32_t theirs = cookie->context.time[sid];

		if (theirs > cookie->newest && ours->time[sid] > 0)
			cookie->newest = theirs;
		if (ours->time[sid] == 0) {
			cookie->context.time[sid] = 0; /* of a server ID that is not known here */
		} else if (theirs < ours->time[sid]) {
			cookie->is_changed = true;
			if (cookie->least == 0 || theirs < cookie->least)
				cookie->least = theirs;
		} else if (theirs > ours->time[sid] && sid == provider->sid) {
			cookie->is_refused = true; /* "consumer state is newer than provider!" */
		}
	}
}

/* That a cookie counts only when some entry is as old as its oldest CSN that differs does not
 * matter: the few entries here stand for many, of which one always is. */
static Cookie cookie_judge(const SimNode *provider, const SimContext *theirs)
{
	const SimContext *ours = &provider->memory;
	Cookie cookie = {.context = *theirs, .is_none = sim_context_is_empty(theirs)};

	if (cookie.is_none) {
		cookie.is_changed = !sim_context_is_empty(ours);
		return cookie;
	}
	if (sim_context_is_empty(ours)) {
		cookie.is_refused = true; /* "consumer has state info but provider doesn't!" */
		return cookie;
	}
	if (lacks_sid(&cookie.context, ours)) {
		cookie.is_none = cookie.is_changed = cookie.tells_present = true;
		return cookie;
	}
	cookie_compare(provider, ours, &cookie);
	if (cookie.least == 0 && sim_knows(SIM_FACT_NEWEST))
		cookie.least = cookie.newest;
	cookie.is_dirty = provider->is_dirty;
	cookie.is_logged = cookie.is_changed && log_covers(&provider->log, &cookie.context);
	cookie.tells_present = !cookie.is_logged && (cookie.is_changed || cookie.is_dirty);
	return cookie;
}

/* syncprov_play_sessionlog(): before anything else, with the CSN of the newest. */
static void log_play(const SimLog *log, const Cookie *cookie, SimLink *link)
{
	SimCsn newest = {0};

	for (size_t i = 0; i < log->n_deleted; i++)
		if (sim_csn_is_newer(log->deleted[i].csn, newest))
			newest = log->deleted[i].csn;
	for (size_t i = 0; i < log->n_deleted; i++) {
		const SimEntry *entry = &log->deleted[i];

		if (entry->csn.time > cookie->context.time[entry->csn.sid])
			link->queue[link->n_queue++] =
				(SimMessage){.kind = SIM_LOGGED, .entry = *entry, .csn = newest};
	}
}

static void link_tell_present(SimLink *link, uint16_t uuid)
{
	link->seen[link->n_seen++] = uuid;
}

/* What a relay got in its own refresh so far is not in its contextCSN, and in what it sends only if
 * it is new enough for the cookie; the reader knows the new contextCSN at the end all the same. */
static void unshown_note(SimCluster *cluster, size_t reader, size_t at)
{
	const SimNode *provider = &cluster->nodes[at];
	const SimLink *link = &cluster->nodes[reader].links[at];

	for (size_t i = 0; i < provider->copy.n_entries; i++) {
		const SimEntry *entry = &provider->copy.entries[i];
		const SimEntry *same = sim_find_uuid(&cluster->nodes[reader].copy, entry->uuid);
		bool is_sent = same && !sim_csn_is_newer(entry->csn, same->csn);

		for (size_t k = 0; k < link->n_queue; k++)
			is_sent |= link->queue[k].kind == SIM_REFRESHED &&
				   link->queue[k].entry.uuid == entry->uuid;
		if (is_sent || entry->name >= SIM_NAMES || sim_is_covered(provider, entry->csn))
			continue;
		if (provider->is_seen_cut)
			cluster->unshown[entry->name] = entry->csn;
		else
			cluster->skipped[entry->name] =
				(SimSkip){.csn = entry->csn, .reader = (uint8_t)reader};
	}
}

static void refresh_fill(const SimNode *provider, const Cookie *cookie, SimLink *link)
{
	if (cookie->is_logged)
		log_play(&provider->log, cookie, link);
	for (size_t i = 0; (cookie->is_changed || cookie->is_dirty) && i < provider->copy.n_entries;
	     i++) {
		const SimEntry *entry = &provider->copy.entries[i];

		if (link->is_partial && entry->name >= SIM_FILTERED)
			continue;
		if (cookie->tells_present)
			link_tell_present(link, entry->uuid);
		if (cookie->is_none || (entry->csn.time >= cookie->least &&
					entry->csn.time > cookie->context.time[entry->csn.sid]))
			link->queue[link->n_queue++] = (SimMessage){
				.kind = SIM_REFRESHED, .entry = entry_seen(provider, *entry)};
	}
	link->queue[link->n_queue++] = (SimMessage){.kind = SIM_DONE};
}

static bool lacks_lost_only(const SimNode *reader, const SimNode *provider)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (provider->memory.time[sid] > 0 && sim_context(reader)->time[sid] == 0 &&
		    !(reader->lost_first >> sid & 1))
			return false;
	return true;
}

void sim_connect(SimCluster *cluster, size_t reader, size_t at)
{
	SimNode *node = &cluster->nodes[reader];
	const SimNode *provider = &cluster->nodes[at];
	SimLink *link = &node->links[at];
	Cookie cookie;

	if (!node->is_up || !provider->is_up || cluster->is_cut[reader][at] ||
	    cluster->is_kept_out[reader][at] || !link->is_declared || link->phase != SIM_DOWN)
		return;
	link->is_refused = !sim_takes_secret(cluster, at, link->has_other_secret);
	if (link->is_refused || !provider->has_overlay || provider->copy.n_entries == 0 ||
	    provider->is_shut)
		return;
	if (link->reads_log && !link->has_fallen && sim_changes_connect(cluster, reader, at))
		return;
	cookie = cookie_judge(provider, sim_context(node));
	if (cookie.is_refused)
		return;
	sim_link_drop(cluster, reader, at);
	link->phase = SIM_REFRESH;
	link->began = cluster->now;
	link->made_contact = true;
	link->is_present = cookie.tells_present;
	link->is_anew = cookie.is_none && !sim_context_is_empty(sim_context(node));
	link->lost_first = link->is_anew && lacks_lost_only(node, provider);
	link->told_sid = node->has_flag ? node->sid : 0;
	link->has_cookie = cookie.is_changed;
	link->cookie = provider->memory;
	refresh_fill(provider, &cookie, link);
	unshown_note(cluster, reader, at);
}
