/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/sim/sim_internal.h"
#include "tests/sim/sim_rules.h"

/* What syncrepl.c does with what a provider sends; copies; slapd's start and end. */

/* --- copies --- */

bool sim_csn_is_newer(SimCsn one, SimCsn other)
{
	return one.time != other.time ? one.time > other.time : one.sid > other.sid;
}

SimEntry *sim_find_name(SimCopy *copy, unsigned name)
{
	for (size_t i = 0; i < copy->n_entries; i++)
		if (copy->entries[i].name == name)
			return &copy->entries[i];
	return NULL;
}

const SimEntry *sim_find_uuid(const SimCopy *copy, uint16_t uuid)
{
	for (size_t i = 0; i < copy->n_entries; i++)
		if (copy->entries[i].uuid == uuid)
			return &copy->entries[i];
	return NULL;
}

bool sim_copies_equal(const SimCopy *one, const SimCopy *other)
{
	size_t n = 0, n_other = 0;

	for (size_t i = 0; i < other->n_entries; i++)
		n_other += other->entries[i].name < SIM_NAMES;
	for (size_t i = 0; i < one->n_entries; i++) {
		const SimEntry *entry = &one->entries[i];
		const SimEntry *same = sim_find_uuid(other, entry->uuid);

		if (entry->name >= SIM_NAMES)
			continue;
		n++;
		if (!same || same->csn.time != entry->csn.time || same->csn.sid != entry->csn.sid ||
		    same->is_bare != entry->is_bare || same->stale != entry->stale)
			return false;
	}
	return n == n_other;
}

void sim_copy_add(SimCopy *copy, SimEntry entry)
{
	if (copy->n_entries < SIM_ENTRIES)
		copy->entries[copy->n_entries++] = entry;
}

void sim_copy_remove(SimCopy *copy, uint16_t uuid)
{
	for (size_t i = 0; i < copy->n_entries; i++)
		if (copy->entries[i].uuid == uuid) {
			if (copy->entries[i].name < SIM_NAMES)
				copy->gone[copy->entries[i].name] = uuid;
			copy->entries[i] = copy->entries[--copy->n_entries];
			return;
		}
}

/* --- what arrives --- */

/* syncrepl_entry(), "not new enough, ignored": the loop over contextCSN ends at its first server
 * ID unless that is the one asked for. 2.4 does not ask. */
static bool is_covered_lowest(const SimNode *node, SimCsn csn)
{
	const SimContext *context = sim_context(node);

	for (size_t sid = 0; sim_knows(SIM_FACT_LOWEST) && sid < SIM_SIDS; sid++)
		if (context->time[sid] > 0)
			return sid == csn.sid && csn.time <= context->time[sid];
	return false;
}

/* dn_callback(): what is newer here stays; an entry of that name and another UUID is replaced. */
static bool entry_take(SimNode *node, const SimEntry *entry)
{
	SimEntry *here = sim_find_name(&node->copy, entry->name);

	if (is_covered_lowest(node, entry->csn))
		return false;
	if (!here) {
		sim_copy_add(&node->copy, *entry);
		return true;
	}
	if (!sim_csn_is_newer(entry->csn, here->csn))
		return false;
	*here = *entry;
	return true;
}

static bool was_present(const SimLink *link, uint16_t uuid)
{
	for (size_t i = 0; i < link->n_seen; i++)
		if (link->seen[i] == uuid)
			return true;
	return false;
}

/* Deletions of a refresh go under the first CSN of the cookie that is new here. */
static SimCsn cookie_csn(const SimNode *node, const SimContext *cookie)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (cookie->time[sid] > sim_context(node)->time[sid])
			return (SimCsn){.time = cookie->time[sid], .sid = (uint8_t)sid};
	return (SimCsn){0};
}

/* syncrepl_del_nonpresent(): only what the cookie covers. */
static void nonpresent_remove(SimCluster *cluster, size_t at, size_t from, const SimLink *link)
{
	SimNode *node = &cluster->nodes[at];
	SimCsn csn = cookie_csn(node, &link->cookie);
	const SimCsn logged = csn;

	for (size_t i = node->copy.n_entries; i-- > 0;) {
		const SimEntry entry = node->copy.entries[i];
		const SimMessage deleted = {
			.kind = SIM_DELETED, .entry = entry, .csn = csn, .is_of_refresh = true};

		if (was_present(link, entry.uuid) ||
		    (sim_knows(SIM_FACT_COVERED) &&
		     entry.csn.time > link->cookie.time[entry.csn.sid]) ||
		    (!sim_knows(SIM_FACT_USED) && entry.csn.sid == cluster->nodes[from].sid))
			continue;
		sim_copy_remove(&node->copy, entry.uuid);
		if (node->has_overlay && sim_knows(SIM_FACT_SESSION))
			sim_log_add(node, &deleted);
		sim_send(cluster, at, from, deleted);
		if (sim_knows(SIM_FACT_REFRESH))
			sim_changes_add(cluster, at, from,
					(SimChange){.entry = entry,
						    .csn = logged,
						    .is_deletion = true,
						    .is_allowed = node->changes.is_said});
		csn = (SimCsn){0}; /* it is no news any more */
	}
}

/* syncrepl_updateCookie(): the nodes that read here get the whole of it. */
static void cookie_take(SimCluster *cluster, size_t at, const SimContext *cookie)
{
	SimNode *node = &cluster->nodes[at];
	bool is_new = false;

	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		is_new |= sim_context_take(
			node, (SimCsn){.time = cookie->time[sid], .sid = (uint8_t)sid}, true);
	if (is_new)
		sim_send(cluster, at, SIM_CLIENT,
			 (SimMessage){.kind = SIM_COOKIE, .cookie = node->memory});
}

static bool is_covered_whole(const SimNode *node)
{
	for (size_t i = 0; i < node->copy.n_entries; i++)
		if (!sim_is_covered(node, node->copy.entries[i].csn))
			return false;
	return true;
}

static void refresh_end(SimCluster *cluster, size_t at, size_t from, SimLink *link)
{
	if (sim_knows(SIM_FACT_PRESENT) && link->is_present && link->has_cookie)
		nonpresent_remove(cluster, at, from, link);
	if (link->has_cookie)
		cookie_take(cluster, at, &link->cookie);
	cluster->nodes[at].is_seen_cut &= !is_covered_whole(&cluster->nodes[at]);
	link->phase = SIM_PERSIST;
	link->since = cluster->now;
	link->replayed = (SimCsn){0};
	if (link->is_polled || link->has_fallen)
		sim_link_drop(cluster, at, from);
	link->has_fallen = false;
}

bool sim_is_covered(const SimNode *node, SimCsn csn)
{
	return csn.time > 0 && csn.time <= sim_context(node)->time[csn.sid];
}

static bool has_uuid(const SimCopy *copy, uint16_t uuid)
{
	return sim_find_uuid(copy, uuid) != NULL;
}

/* After a change that changes nothing here only the cookie moves on. */
static void csn_take(SimCluster *cluster, size_t at, SimCsn csn)
{
	SimContext cookie = {0};

	cookie.time[csn.sid] = csn.time;
	cookie_take(cluster, at, &cookie);
}

static void name_note(uint16_t uuids[SIM_NAMES], const SimEntry *entry)
{
	if (entry->name < SIM_NAMES)
		uuids[entry->name] = entry->uuid;
}

/* One node that read all anew says what it knows now, before another one's deletion is here: that
 * one is too old then, and what it deletes stays. */
static void overtaken_note(SimCluster *cluster, size_t at, const SimContext *cookie)
{
	const SimNode *node = &cluster->nodes[at];

	for (size_t from = 0; from < cluster->n_nodes; from++)
		for (size_t i = 0; i < node->links[from].n_queue; i++) {
			const SimMessage *message = &node->links[from].queue[i];

			if (message->kind == SIM_DELETED && !sim_is_covered(node, message->csn) &&
			    message->csn.time > 0 &&
			    message->csn.time <= cookie->time[message->csn.sid])
				name_note(cluster->kept, &message->entry);
		}
}

static bool is_without_csn(const SimMessage *message)
{
	return message->kind == SIM_CHANGED && message->csn.time == 0;
}

/* "CSN too old, ignoring" is said of what the own contextCSN covers. */
static void change_take(SimCluster *cluster, size_t at, size_t from, const SimMessage *message)
{
	SimNode *node = &cluster->nodes[at];

	bool is_taken = message->kind == SIM_DELETED && has_uuid(&node->copy, message->entry.uuid);
	bool is_new = false;

	if (sim_is_covered(node, message->csn))
		return;
	if (message->kind == SIM_DELETED)
		sim_copy_remove(&node->copy, message->entry.uuid);
	else {
		const bool was_here = has_uuid(&node->copy, message->entry.uuid);

		is_taken = entry_take(node, &message->entry);
		is_new = !was_here;
		if (is_taken && !was_here && sim_is_covered(node, message->entry.csn))
			name_note(cluster->overtaken, &message->entry);
	}
	if (!is_taken) {
		csn_take(cluster, at, message->csn);
		return;
	}
	node->is_dirty |= message->csn.time == 0;
	if (node->has_overlay)
		sim_log_add(node, message);
	if (message->csn.time > 0)
		(void)sim_context_take(node, message->csn, true);
	sim_send(cluster, at, from, *message);
	/* syncrepl_entry(): what comes without a CSN has that of its entry. */
	sim_changes_add(
		cluster, at, from,
		(SimChange){.entry = message->entry,
			    .csn = is_without_csn(message) ? message->entry.csn : message->csn,
			    .is_deletion = message->kind == SIM_DELETED,
			    .is_new = is_new,
			    .is_allowed = message->is_of_refresh && node->changes.is_said});
}

static void replayed_note(const SimNode *node, SimLink *link, SimCsn csn)
{
	const uint32_t before = sim_context(node)->time[csn.sid];

	if (csn.time <= before)
		return;
	link->replayed = csn;
	link->before_replayed = before;
}

/* Fact 25: what was written before a deletion that the session log sent first is "not new enough",
 * and with the next change of any node those that have it delete it. */
static void outrun_note(SimCluster *cluster, size_t at, size_t from, const SimEntry *entry)
{
	const SimLink *link = &cluster->nodes[at].links[from];

	if (cluster->nodes[from].log.is_by_hand && entry->name < SIM_NAMES &&
	    entry->csn.sid == link->replayed.sid && entry->csn.time > link->before_replayed &&
	    entry->csn.time <= link->replayed.time)
		cluster->outrun[entry->name] = entry->csn;
}

/* What comes out of a log is not asked for its age, but the entry for its own, as those are that a
 * refresh does not name; a provider takes the CSN for its own. */
static void logged_take(SimCluster *cluster, size_t at, size_t from, const SimMessage *message)
{
	SimNode *node = &cluster->nodes[at];
	const SimEntry *here = sim_find_uuid(&node->copy, message->entry.uuid);
	SimMessage deleted = *message;

	deleted.kind = SIM_DELETED;
	if (!here || (sim_knows(SIM_FACT_COVERED) && !sim_is_covered(node, here->csn)))
		return;
	sim_copy_remove(&node->copy, message->entry.uuid);
	sim_log_add(node, &deleted);
	if (sim_knows(SIM_FACT_LOGGED) && node->has_overlay) {
		replayed_note(node, &node->links[from], message->csn);
		(void)sim_context_take(node, message->csn, true);
	}
	sim_send(cluster, at, from, deleted);
}

/* A refreshOnly reads all anew after the first change of a provider, however well that one and its
 * reader were connected before, and so does a reader whose connection broke while that change was
 * on its way: it may bring back what is deleted here and not yet there. */
static void return_note(SimCluster *cluster, size_t at, size_t from, const SimEntry *entry)
{
	const SimNode *node = &cluster->nodes[at];
	const SimLink *link = &node->links[from];

	if ((link->is_polled || link->lost_first) && link->is_anew && entry->name < SIM_NAMES &&
	    !has_uuid(&node->copy, entry->uuid) && node->copy.gone[entry->name] == entry->uuid &&
	    cluster->anew[entry->name].uuid != entry->uuid) /* the others get it from here */
		cluster->anew[entry->name] =
			(SimReturn){.uuid = entry->uuid, .covered = link->cookie};
}

/* syncprov_matchops() knows from its cookie which node a change came from, and what a refresh names
 * has none: it goes back there, too, which may have deleted it meanwhile. Seen on 2.4.57, 2.5.13,
 * 2.6.10. */
static void refreshed_take(SimCluster *cluster, size_t at, size_t from, const SimEntry *entry)
{
	SimNode *node = &cluster->nodes[at];
	const bool was_here = has_uuid(&node->copy, entry->uuid);

	return_note(cluster, at, from, entry);
	if ((!sim_knows(SIM_FACT_SEVERAL) && sim_is_covered(node, entry->csn)) ||
	    !entry_take(node, entry)) {
		outrun_note(cluster, at, from, entry);
		return;
	}
	node->is_dirty = true;
	if (node->has_overlay && sim_knows(SIM_FACT_SESSION))
		sim_log_add(node, &(SimMessage){.kind = SIM_CHANGED, .entry = *entry});
	if (!sim_knows(SIM_FACT_WHOLE))
		(void)sim_context_take(node, entry->csn, true);
	sim_send(cluster, at, SIM_CLIENT,
		 (SimMessage){.kind = SIM_CHANGED, .entry = *entry, .is_of_refresh = true});
	if (sim_knows(SIM_FACT_REFRESH))
		sim_changes_add(cluster, at, SIM_CLIENT,
				(SimChange){.entry = *entry,
					    .csn = entry->csn,
					    .is_new = !was_here,
					    .is_allowed = node->changes.is_said,
					    .is_first = node->changes.is_said &&
							sim_context_is_empty(sim_context(node))});
}

static void message_take(SimCluster *cluster, size_t at, size_t from, const SimMessage *message)
{
	SimNode *node = &cluster->nodes[at];

	switch (message->kind) {
	case SIM_LOGGED:
		logged_take(cluster, at, from, message);
		break;
	case SIM_REFRESHED:
		refreshed_take(cluster, at, from, &message->entry);
		break;
	case SIM_COOKIE:
		overtaken_note(cluster, at, &message->cookie);
		cookie_take(cluster, at, &message->cookie);
		break;
	case SIM_TOLD:
		sim_change_take(cluster, at, from, message);
		break;
	case SIM_DONE:
		refresh_end(cluster, at, from, &node->links[from]);
		break;
	default:
		change_take(cluster, at, from, message);
	}
}

size_t sim_deliver(SimCluster *cluster, size_t reader, size_t provider, size_t n)
{
	SimLink *link = &cluster->nodes[reader].links[provider];
	size_t done = 0;

	while (done < n && link->phase != SIM_DOWN && link->n_queue > 0) {
		const SimMessage message = link->queue[0];

		link->n_queue--;
		memmove(link->queue, link->queue + 1, link->n_queue * sizeof(*link->queue));
		message_take(cluster, reader, provider, &message);
		done++;
	}
	return done;
}

/* --- life --- */

/* The reader was connected when the first change of a server was made, and never got it. */
static void first_note(SimNode *reader, const SimLink *link)
{
	for (size_t i = 0; link->phase == SIM_PERSIST && i < link->n_queue; i++)
		if (link->queue[i].csn.time > 0 &&
		    sim_context(reader)->time[link->queue[i].csn.sid] == 0)
			reader->lost_first |= 1U << link->queue[i].csn.sid;
}

/* Most of it is the queue, which an empty one need not have cleared. */
void sim_link_drop(SimCluster *cluster, size_t reader, size_t provider)
{
	SimLink *link = &cluster->nodes[reader].links[provider];

	first_note(&cluster->nodes[reader], link);
	link->phase = SIM_DOWN;
	link->since = cluster->now;
	link->is_present = link->has_cookie = link->is_logging = link->is_anew = link->lost_first =
		false;
	link->told_sid = 0;
	link->cookie = (SimContext){0};
	link->replayed = (SimCsn){0};
	link->n_seen = link->n_queue = 0;
}

static void links_drop(SimCluster *cluster, size_t at)
{
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		sim_link_drop(cluster, at, i);
		sim_link_drop(cluster, i, at);
	}
}

static void forgotten_note(SimCluster *cluster, const SimNode *node)
{
	for (unsigned name = 0; name < SIM_NAMES; name++)
		if (node->forgettable >> name & 1 &&
		    sim_csn_is_newer(node->changed[name], cluster->forgotten[name]))
			cluster->forgotten[name] = node->changed[name];
}

void sim_stop(SimCluster *cluster, size_t at, bool is_killed)
{
	SimNode *node = &cluster->nodes[at];
	const bool has_overlay = node->has_overlay;

	node->is_seen_cut = false;
	links_drop(cluster, at);
	sim_changes_close(node, is_killed);
	if (is_killed && has_overlay)
		forgotten_note(cluster, node);
	if (!is_killed && has_overlay)
		sim_overlay_close(cluster, at);
	node->has_overlay = has_overlay;
	node->is_up = false;
}

void sim_start(SimCluster *cluster, size_t at)
{
	SimNode *node = &cluster->nodes[at];

	node->is_up = true;
	node->started = ++cluster->now;
	if (node->has_overlay)
		sim_overlay_open(cluster, at);
}
