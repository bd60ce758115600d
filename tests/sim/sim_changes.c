/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/sim/sim_internal.h"
#include "tests/sim/sim_rules.h"

/*
 * Logs of changes: what accesslog.c writes, what syncprov.c says of it, and what syncrepl.c does
 * with it. What came by a refresh stands there under its own CSN, its deletions all under the one
 * of the refresh.
 */

/* --- the log --- */

static void readers_drop(SimCluster *cluster, size_t at)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (cluster->nodes[i].links[at].is_logging)
			sim_link_drop(cluster, i, at);
}

/* accesslog_db_root(): with the contextCSN that the database has on disk, which may be older than
 * the first change that comes into it. Begun by what writes it 2.5.13 adds each server once more.
 */
static void begin(SimNode *node, bool is_written)
{
	SimChanges *changes = &node->changes;

	changes->has_begun = true;
	changes->least = changes->memory = changes->disk =
		sim_knows(SIM_FACT_BEGUN) ? node->disk : *sim_context(node);
	changes->is_twice = is_written && !sim_context_is_empty(&node->disk);
}

void sim_changes_configure(SimCluster *cluster, size_t at, SimChangesConfig config)
{
	SimNode *node = &cluster->nodes[at];
	SimChanges *changes = &node->changes;

	if (!config.is_there) {
		if (changes->is_there)
			readers_drop(cluster, at);
		*changes = (SimChanges){.is_there = false};
		return;
	}
	changes->is_there = true;
	if (config.is_begun && !changes->has_begun)
		begin(node, config.is_written);
	changes->is_written = config.is_written;
	changes->is_said = config.is_said;
	changes->is_closed = config.is_closed;
	changes->is_shut = config.is_shut;
}

static void oldest_drop(SimChanges *changes)
{
	const SimCsn csn = changes->items[0].csn;

	if (csn.time > changes->least.time[csn.sid])
		changes->least.time[csn.sid] = csn.time;
	changes->n_items--;
	memmove(changes->items, changes->items + 1, changes->n_items * sizeof(*changes->items));
}

/* What it hides from links that read it they never get, and contextCSN goes on: a person who does
 * that loses data, with syncward or without. */
static bool is_read(const SimCluster *cluster, size_t at)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (cluster->nodes[i].links[at].reads_log)
			return true;
	return false;
}

void sim_changes_hide(SimCluster *cluster, size_t at)
{
	SimChanges *changes = &cluster->nodes[at].changes;

	changes->is_hidden = changes->is_there && !changes->is_hidden && !is_read(cluster, at);
}

void sim_changes_purge(SimNode *node, uint32_t before)
{
	SimChanges *changes = &node->changes;

	while (changes->n_items > 0 && changes->items[0].csn.time < before)
		oldest_drop(changes);
}

static void queue(SimLink *link, const SimChange *change)
{
	link->queue[link->n_queue++] = (SimMessage){.kind = SIM_TOLD,
						    .entry = change->entry,
						    .csn = change->csn,
						    .is_deletion = change->is_deletion,
						    .is_new = change->is_new,
						    .is_allowed = change->is_allowed,
						    .is_first = change->is_first};
}

/* Of a server that it did not know yet the log says that it begins with this. */
void sim_changes_add(SimCluster *cluster, size_t at, size_t from, SimChange change)
{
	SimChanges *changes = &cluster->nodes[at].changes;
	const SimCsn csn = change.csn;

	if (!changes->is_written || csn.time == 0)
		return;
	if (changes->n_items == SIM_CHANGES)
		oldest_drop(changes);
	changes->items[changes->n_items++] = change;
	if (changes->least.time[csn.sid] == 0)
		changes->least.time[csn.sid] = csn.time;
	if (csn.time > changes->memory.time[csn.sid])
		changes->memory.time[csn.sid] = csn.time;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		SimLink *link = &cluster->nodes[i].links[at];

		if (!link->is_logging || changes->is_shut || i == from || sim_is_own(link, csn))
			continue;
		if (link->n_queue == SIM_QUEUE)
			sim_link_drop(cluster, i, at);
		else
			queue(link, &change);
	}
}

/* It has no checkpoint: what it knew is written when slapd ends in order. */
void sim_changes_close(SimNode *node, bool is_killed)
{
	if (is_killed)
		node->changes.memory = node->changes.disk;
	else
		node->changes.disk = node->changes.memory;
}

/* --- a search of it --- */

static bool is_behind(const SimContext *theirs, const SimContext *ours)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (theirs->time[sid] < ours->time[sid])
			return true;
	return false;
}

/* "sync cookie is stale": something that the consumer lacks may not be in it any more. */
static bool is_stale(const SimChanges *changes, const SimContext *theirs)
{
	return is_behind(theirs, &changes->least) ||
	       (changes->is_twice && is_behind(theirs, &changes->memory));
}

bool sim_changes_is_behind(const SimNode *provider, const SimContext *theirs)
{
	const uint32_t ours = provider->changes.memory.time[provider->sid];

	return ours > 0 && theirs->time[provider->sid] > ours;
}

bool sim_changes_connect(SimCluster *cluster, size_t reader, size_t at)
{
	SimNode *node = &cluster->nodes[reader];
	const SimNode *provider = &cluster->nodes[at];
	const SimChanges *changes = &provider->changes;
	const SimContext theirs = *sim_context(node);
	SimLink *link = &node->links[at];

	/* Not there, closed, hidden, or nothing is in it that it could be compared with: it is
	 * tried again, and the database is not read. */
	if (!changes->is_there || changes->is_closed || changes->is_hidden || changes->is_shut ||
	    !changes->has_begun ||
	    (!sim_context_is_empty(&theirs) && sim_context_is_empty(&changes->memory)) ||
	    sim_changes_is_behind(provider, &theirs))
		return true;
	link->has_fallen = sim_context_is_empty(&theirs) || is_stale(changes, &theirs);
	if (link->has_fallen)
		return false;
	sim_link_drop(cluster, reader, at);
	link->phase = SIM_REFRESH;
	link->began = cluster->now;
	link->made_contact = link->is_logging = true;
	link->told_sid = node->has_flag ? node->sid : 0;
	link->has_cookie = is_behind(&theirs, &changes->memory);
	link->cookie = changes->memory;
	for (size_t i = 0; link->has_cookie && i < changes->n_items; i++)
		if (changes->items[i].csn.time > theirs.time[changes->items[i].csn.sid])
			queue(link, &changes->items[i]);
	link->queue[link->n_queue++] = (SimMessage){.kind = SIM_DONE};
	return true;
}

/* --- what it says --- */

/* syncrepl_op_modify() looks there for newer changes of the entry. */
static bool has_newer(const SimChanges *changes, const SimMessage *message)
{
	for (size_t i = 0; i < changes->n_items; i++)
		if (changes->items[i].entry.uuid == message->entry.uuid &&
		    sim_csn_is_newer(changes->items[i].csn, message->csn))
			return true;
	return false;
}

/* "delta-sync lost sync, switching to REFRESH": the entry is not there, or there already. */
static bool is_lost(const SimCopy *copy, const SimMessage *message)
{
	const SimEntry *here = sim_find_uuid(copy, message->entry.uuid);

	if (!message->is_new || message->is_deletion)
		return !here;
	for (size_t i = 0; i < copy->n_entries; i++)
		if (copy->entries[i].name == message->entry.name)
			return true;
	return false;
}

/* Of an older change than the one that is here nothing remains where the own log has the newer one;
 * else it is carried out, under the newer one's CSN. The same change, come back to a server that
 * was killed, is none that is older. */
static void modify(SimNode *node, SimEntry *here, const SimMessage *message)
{
	if (sim_csn_is_newer(message->csn, here->csn))
		*here = message->entry;
	else if (sim_csn_is_newer(here->csn, message->csn) && sim_knows(SIM_FACT_OWN_LOG) &&
		 !has_newer(&node->changes, message))
		here->stale = message->csn.time;
}

/* Deletions of a refresh bear a CSN that is not theirs. */
static void passed_mark(SimCluster *cluster, const SimEntry *entry, SimCsn csn, bool is_deletion)
{
	if (is_deletion)
		cluster->kept[entry->name] = entry->uuid;
	else
		cluster->passed[entry->name] = csn;
}

/* A newer change of the same server stood in the log before this one, as the refresh had it. That
 * goes into a log also where links fall back to the database by themselves. */
static void passed_note(SimCluster *cluster, size_t at, const SimMessage *message)
{
	const SimEntry *here = sim_find_uuid(&cluster->nodes[at].copy, message->entry.uuid);

	if (message->is_allowed && message->entry.name < SIM_NAMES &&
	    (message->is_deletion ? here != NULL
				  : !here || sim_csn_is_newer(message->csn, here->csn)))
		passed_mark(cluster, &message->entry, message->csn, message->is_deletion);
}

/* What stands before it in the log was not told: whoever reads a log again whose slapd was killed
 * is in step with what it says, and then with its next change. */
static void untold_note(SimCluster *cluster, size_t at, size_t from, const SimMessage *message)
{
	const SimChanges *changes = &cluster->nodes[from].changes;
	const SimContext *known = sim_context(&cluster->nodes[at]);

	for (size_t i = 0; i < changes->n_items; i++) {
		const SimChange *change = &changes->items[i];

		if (change->csn.sid == message->csn.sid && change->csn.time == message->csn.time)
			return;
		if (change->csn.sid == message->csn.sid && change->entry.name < SIM_NAMES &&
		    change->csn.time < message->csn.time &&
		    change->csn.time > known->time[change->csn.sid])
			passed_mark(cluster, &change->entry, change->csn, change->is_deletion);
	}
}

/* Of deletions a first refresh says nothing, so the log of a node that was emptied lacks them: with
 * what it has instead the reader is in step, and keeps what they would have deleted. */
static void first_note(SimCluster *cluster, size_t at, size_t from, const SimMessage *message)
{
	const SimNode *node = &cluster->nodes[at], *provider = &cluster->nodes[from];

	for (size_t i = 0; message->is_first && i < node->copy.n_entries; i++) {
		const SimEntry *entry = &node->copy.entries[i];

		if (entry->name < SIM_NAMES && !sim_find_uuid(&provider->copy, entry->uuid) &&
		    sim_is_covered(provider, entry->csn))
			cluster->kept[entry->name] = entry->uuid;
	}
}

/* Only the log has it still, for somebody emptied the database or put an older one there: whoever
 * gets it so deletes it with the next change of that node. */
static void orphan_note(SimCluster *cluster, size_t from, const SimMessage *message)
{
	const SimNode *provider = &cluster->nodes[from];

	if (!message->is_deletion && message->entry.name < SIM_NAMES &&
	    !sim_find_uuid(&provider->copy, message->entry.uuid) &&
	    !has_newer(&provider->changes, message))
		cluster->unsent[message->entry.name] = message->csn;
}

void sim_change_take(SimCluster *cluster, size_t at, size_t from, const SimMessage *message)
{
	SimNode *node = &cluster->nodes[at];
	SimLink *link = &node->links[from];
	SimMessage plain = {.kind = message->is_deletion ? SIM_DELETED : SIM_CHANGED,
			    .entry = message->entry,
			    .csn = message->csn};

	if (sim_is_covered(node, message->csn)) {
		passed_note(cluster, at, message);
		return;
	}
	untold_note(cluster, at, from, message);
	orphan_note(cluster, from, message);
	first_note(cluster, at, from, message);
	if (is_lost(&node->copy, message)) {
		sim_link_drop(cluster, at, from);
		link->has_fallen = true;
		return;
	}
	if (message->is_deletion)
		sim_copy_remove(&node->copy, message->entry.uuid);
	else if (message->is_new)
		sim_copy_add(&node->copy, message->entry);
	else
		modify(node, sim_find_name(&node->copy, message->entry.name), message);
	if (node->has_overlay)
		sim_log_add(node, &plain);
	(void)sim_context_take(node, message->csn, true);
	sim_send(cluster, at, from, plain);
	sim_changes_add(cluster, at, from,
			(SimChange){.entry = message->entry,
				    .csn = message->csn,
				    .is_deletion = message->is_deletion,
				    .is_new = message->is_new});
}
