/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/sim/sim_excuse.h"
#include "tests/sim/sim_play.h"
#include "tests/sim/sim_rules.h"

/*
 * What must hold. A copy that was never wiped, restored or of another cluster, and that had the
 * newest acknowledged version of an entry, keeps it, and one where the entry was deleted does not
 * get it back, unless slapd alone, without syncward, does the same in this history. After quiet the
 * copies of the cluster are equal, or a pass says why not; and no plan has steps still whose node
 * says nothing.
 */

/* --- the ledger --- */

static bool has_version(SimCopy *copy, unsigned name, SimCsn csn)
{
	const SimEntry *entry = sim_find_name(copy, name);

	return entry && entry->csn.time == csn.time && entry->csn.sid == csn.sid &&
	       entry->stale == 0;
}

static bool has_uuid(SimCopy *copy, const SimRecord *record, unsigned name)
{
	const SimEntry *entry = sim_find_name(copy, name);

	return entry && entry->uuid == record->uuid;
}

/* Of a deletion nothing is seen but that the entry is gone and the change is covered. */
static bool has_record(SimNode *node, unsigned name, const SimRecord *record)
{
	if (!record->is_deleted)
		return has_version(&node->copy, name, record->csn);
	return record->csn.time > 0 && !has_uuid(&node->copy, record, name) &&
	       sim_context(node)->time[record->csn.sid] >= record->csn.time;
}

static bool is_broken(SimNode *node, unsigned name, const SimRecord *record)
{
	if (!record->is_deleted)
		return !has_version(&node->copy, name, record->csn);
	return has_uuid(&node->copy, record, name);
}

/* A person who takes rights away from the account where others read already loses passwords, with
 * syncward or without: it can only say so. */
static bool is_stripped(const SimEntry *entry)
{
	return entry->is_bare && !entry->is_by_hand;
}

/* The copy had the entry's passwords, and has it without. */
static bool is_bared(SimPlay *play, size_t at, unsigned name)
{
	const SimRecord *record = &play->ledger[name];
	const SimEntry *entry = sim_find_name(&play->sim.cluster.nodes[at].copy, name);

	return record->was_whole[at] && entry && entry->uuid == record->uuid && is_stripped(entry);
}

static void passwords_look(SimPlay *play, size_t at, unsigned name)
{
	SimRecord *record = &play->ledger[name];
	const SimEntry *entry = sim_find_name(&play->sim.cluster.nodes[at].copy, name);

	record->was_whole[at] |= entry && entry->uuid == record->uuid && !entry->is_bare;
	if (!play->lost[name] && is_bared(play, at, name)) {
		play->lost[name] = SIM_LOST;
		play->lost_at[name] = at;
	}
}

static bool is_same(SimCsn one, SimCsn other)
{
	return one.time > 0 && one.time == other.time && one.sid == other.sid;
}

/* It came after all. */
static void skipped_look(SimCluster *cluster)
{
	for (unsigned name = 0; name < SIM_NAMES; name++) {
		SimSkip *skip = &cluster->skipped[name];

		if (has_version(&cluster->nodes[skip->reader].copy, name, skip->csn))
			*skip = (SimSkip){0};
	}
}

void sim_play_look(SimPlay *play)
{
	SimCluster *cluster = &play->sim.cluster;

	skipped_look(cluster);
	for (size_t at = 0; at < cluster->n_nodes; at++) {
		play->sim.hosts[at].had_entries |= cluster->nodes[at].copy.n_entries > 0;
		for (unsigned name = 0; name < SIM_NAMES; name++) {
			SimRecord *record = &play->ledger[name];

			if (!play->sim.hosts[at].is_reference)
				continue;
			passwords_look(play, at, name);
			if (record->is_contested)
				continue;
			if (has_record(&cluster->nodes[at], name, record))
				record->is_held[at] = true;
			else if (record->is_held[at] && !play->lost[name] &&
				 is_broken(&cluster->nodes[at], name, record)) {
				play->lost[name] = record->is_deleted ? SIM_BACK : SIM_LOST;
				play->lost_at[name] = at;
			}
		}
	}
}

static bool is_in_cluster(const Sim *sim, size_t at)
{
	const SimNode *node = &sim->cluster.nodes[at];

	return sim->consumers >> at & 1 ? sim_is_closed(node) : node->has_flag && node->has_overlay;
}

/* One copy in the cluster has the version that another lacks. */
static bool is_apart(SimPlay *play, unsigned name)
{
	SimCluster *cluster = &play->sim.cluster;
	const SimEntry *first = NULL;
	bool is_first = true;

	for (size_t at = 0; at < cluster->n_nodes; at++) {
		const SimEntry *entry = sim_find_name(&cluster->nodes[at].copy, name);

		if (!is_in_cluster(&play->sim, at))
			continue;
		if (!is_first && (!entry != !first || (entry && !is_same(entry->csn, first->csn))))
			return true;
		first = entry;
		is_first = false;
	}
	return false;
}

static void excuses_look(SimPlay *play, unsigned name, bool is_lost)
{
	SimRecord *record = &play->ledger[name];
	const SimCluster *cluster = &play->sim.cluster;
	const unsigned loss = sim_excuses_of_loss(cluster, name, record);
	const unsigned difference = sim_excuses_of_difference(cluster, name, record);

	record->is_slapds = loss != 0;
	record->may_differ = difference != 0;
	if (is_lost)
		play->excuses |= loss;
	if (is_apart(play, name))
		play->excuses |= loss | difference;
}

/* What was repaired by itself in the end was no loss; a slapd that was killed brings back by itself
 * what was deleted there last. For slapd alone it is recorded that it does. */
static void forget_healed(SimPlay *play, bool has_agent)
{
	SimCluster *cluster = &play->sim.cluster;

	for (unsigned name = 0; name < SIM_NAMES; name++) {
		SimRecord *record = &play->ledger[name];
		bool is_lost = false, is_bare = false;

		for (size_t at = 0; at < cluster->n_nodes; at++) {
			if (!play->sim.hosts[at].is_reference)
				continue;
			is_bare |= is_bared(play, at, name);
			is_lost |= !record->is_contested && record->is_held[at] &&
				   is_broken(&cluster->nodes[at], name, record);
		}
		if (has_agent)
			excuses_look(play, name, is_lost);
		if (!is_bare && (!is_lost || record->is_slapds))
			play->lost[name] = SIM_NO_FAULT;
	}
}

/* --- copies --- */

/* With a late clock, slapd keeps one version of what was overwritten here and the other there;
 * heartbeats are nobody's data. */
static bool is_excused(const SimRecord *ledger, const SimEntry *entry)
{
	return entry->name >= SIM_NAMES || ledger[entry->name].is_slapds ||
	       ledger[entry->name].may_differ ||
	       (ledger[entry->name].is_contested && ledger[entry->name].is_tolerated);
}

static size_t count_judged(const SimCopy *copy, const SimRecord *ledger)
{
	size_t n = 0;

	for (size_t i = 0; i < copy->n_entries; i++)
		n += !is_excused(ledger, &copy->entries[i]);
	return n;
}

static bool copies_equal(SimCopy *one, SimCopy *other, const SimRecord *ledger)
{
	for (size_t i = 0; i < one->n_entries; i++)
		if (!is_excused(ledger, &one->entries[i]) &&
		    (!has_version(other, one->entries[i].name, one->entries[i].csn) ||
		     is_stripped(sim_find_name(other, one->entries[i].name)) !=
			     is_stripped(&one->entries[i])))
			return false;
	return count_judged(one, ledger) == count_judged(other, ledger);
}

static bool somebody_said(const Sim *sim)
{
	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (sim->hosts[i].has_said)
			return true;
	return false;
}

/* Each daemon reports what is gone of its own changes, and shown by a peer (lost_changes.c): no
 * peer sends them back as long as the link works. */
static bool lacks_own(const Sim *sim, size_t at, size_t other)
{
	return sim_context(&sim->cluster.nodes[at])->time[at + 1] <
	       sim_context(&sim->cluster.nodes[other])->time[at + 1];
}

/* In a mesh each node asks all others; elsewhere one between them may say it. */
static bool either_said(const Sim *sim, size_t one, size_t other)
{
	if (lacks_own(sim, one, other) || lacks_own(sim, other, one))
		return true;
	if (sim->shape == SIM_MESH && !sim->consumers)
		return sim->hosts[one].has_said || sim->hosts[other].has_said;
	return somebody_said(sim);
}

static bool copies_differ(SimPlay *play, size_t *ret_one, size_t *ret_other)
{
	SimCluster *cluster = &play->sim.cluster;

	for (*ret_one = 0; *ret_one < cluster->n_nodes; ++*ret_one)
		for (*ret_other = *ret_one + 1; *ret_other < cluster->n_nodes; ++*ret_other)
			if (is_in_cluster(&play->sim, *ret_one) &&
			    is_in_cluster(&play->sim, *ret_other) &&
			    !copies_equal(&cluster->nodes[*ret_one].copy,
					  &cluster->nodes[*ret_other].copy, play->ledger))
				return true;
	return false;
}

/* --- the verdict --- */

SimTally sim_tally;

/* How a history is played; deeds: what was done after each choice, NULL: nothing but what it
 * says. */
typedef struct Manner {
	bool has_agent;
	bool is_loud;
	const SimDeeds *deeds;
} Manner;

static void play_all(SimPlay *play, const SimHistory *history, Manner manner)
{
	const bool is_loud = manner.is_loud;

	*play = (SimPlay){.sim = {.pool = pool_new(), .is_loud = is_loud}};
	sim_play_begin(play, history, manner.has_agent);
	sim_deeds_take(&play->sim, &play->deeds[0]);
	for (size_t i = 0; i < history->n_choices; i++) {
		const unsigned long n_changes = sim_tally.changes;

		if (is_loud)
			sim_choice_print(&history->choices[i], stdout);
		sim_play_choice(play, &history->choices[i]);
		sim_deeds_take(&play->sim, &play->deeds[i]);
		if (manner.deeds)
			sim_deeds_break(&play->sim.cluster, &manner.deeds[i]);
		play->is_refused[i] = sim_choice_is_change(&history->choices[i]) &&
				      sim_tally.changes == n_changes;
		if (is_loud)
			sim_copies_tell(&play->sim.cluster, true, stdout);
	}
	if (is_loud)
		printf("quiet\n");
	sim_play_quiet(play);
	if (is_loud)
		sim_copies_tell(&play->sim.cluster, true, stdout);
	forget_healed(play, manner.has_agent);
}

void sim_play_end(SimPlay *play)
{
	for (size_t i = 0; i < SIM_NODES; i++)
		directory_close(play->sim.hosts[i].memory);
	pool_free(play->sim.pool);
}

static bool has_reader(const SimCluster *cluster, size_t at)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (cluster->nodes[i].links[at].is_declared)
			return true;
	return false;
}

/* The nodes that read there lose passwords; NULL: none does. A hub may have no readers. */
static const SimNode *hiding_find(const Sim *sim)
{
	for (size_t at = 0; at < sim->cluster.n_nodes; at++) {
		const SimNode *node = &sim->cluster.nodes[at];

		if (node->has_overlay && node->hides && sim_is_tended(sim, at) &&
		    (!(sim->consumers >> at & 1) || has_reader(&sim->cluster, at)))
			return node;
	}
	return NULL;
}

/* What a relay did not give, as it was cut off and should have been shut: syncward was there. */
static bool was_unshown(const SimPlay *play, unsigned name)
{
	return is_same(play->sim.cluster.unshown[name], play->ledger[name].csn) &&
	       !play->ledger[name].is_slapds && !play->ledger[name].may_differ;
}

static bool lacks_unshown(SimPlay *play, size_t *ret_one, size_t *ret_other)
{
	SimCluster *cluster = &play->sim.cluster;

	for (unsigned name = 0; name < SIM_NAMES; name++)
		for (*ret_one = 0; was_unshown(play, name) && *ret_one < cluster->n_nodes;
		     ++*ret_one)
			for (*ret_other = 0; *ret_other < cluster->n_nodes; ++*ret_other)
				if (is_in_cluster(&play->sim, *ret_one) &&
				    is_in_cluster(&play->sim, *ret_other) &&
				    has_version(&cluster->nodes[*ret_one].copy, name,
						play->ledger[name].csn) &&
				    !has_version(&cluster->nodes[*ret_other].copy, name,
						 play->ledger[name].csn))
					return true;
	return false;
}

static bool lacks_unshown_in_silence(SimPlay *play)
{
	size_t one, other;

	return lacks_unshown(play, &one, &other) && !either_said(&play->sim, one, other);
}

static bool differs_in_silence(SimPlay *play)
{
	size_t one, other;

	return copies_differ(play, &one, &other) && !either_said(&play->sim, one, other);
}

/* A plan that is still not empty after quiet, and its node says nothing; NULL: there is none. */
static const SimHost *unfinished_find(const Sim *sim)
{
	for (size_t at = 0; at < sim->cluster.n_nodes; at++)
		if (sim_is_tended(sim, at) && sim->hosts[at].is_unfinished &&
		    !sim->hosts[at].has_said)
			return &sim->hosts[at];
	return NULL;
}

static void lost_tell(const SimPlay *play, unsigned name, SimVerdict *verdict)
{
	verdict->fault = play->lost[name];
	snprintf(verdict->text, sizeof(verdict->text), "node %zu: entry %u, %s",
		 play->lost_at[name] + 1, name,
		 verdict->fault == SIM_LOST ? "acknowledged, is lost" : "deleted, is back");
}

/* What becomes of the same history without syncward: of its servers as they are, and of a cluster
 * that was formed before. */
typedef struct Alone {
	unsigned faults[SIM_NAMES]; /* bits of SimFault: what becomes of the entry */
	bool differs;
} Alone;

static void alone_add(SimPlay *play, const SimHistory *history, const SimDeeds *deeds, Alone *alone)
{
	size_t one, other;

	play_all(play, history, (Manner){.deeds = deeds});
	for (unsigned name = 0; name < SIM_NAMES; name++)
		alone->faults[name] |= 1U << play->lost[name];
	alone->differs |= copies_differ(play, &one, &other);
	sim_play_end(play);
}

/* What clients were refused: a server that had written before is another one. */
static bool is_refused(const SimHistory *history, const SimPlay *with, size_t i)
{
	(void)history;
	return with->is_refused[i];
}

/* What somebody wrote wrongly in a file: syncward leaves the links that work as they are, and who
 * has none writes it into olcSyncrepl. */
static bool is_mistaken(const SimHistory *history, const SimPlay *with, size_t i)
{
	const SimVerb verb = history->choices[i].verb;

	(void)with;
	return verb == SIM_PASSWORD || verb == SIM_TYPED || verb == SIM_FILTER;
}

static SimHistory history_without(const SimHistory *history, const SimPlay *with,
				  bool (*is_left_out)(const SimHistory *, const SimPlay *, size_t),
				  SimDeeds *deeds)
{
	SimHistory rest = *history;

	rest.n_choices = 0;
	for (size_t i = 0; i < history->n_choices; i++)
		if (!is_left_out(history, with, i)) {
			deeds[rest.n_choices] = with->deeds[i];
			rest.choices[rest.n_choices++] = history->choices[i];
		}
	return rest;
}

/* Once with networks as the history has them, and once where each connection breaks that syncward
 * broke by making its link anew: any network may do that, and what slapd loses by it is slapd's. */
static void alone_add_both(const SimHistory *history, const SimDeeds *deeds, Alone *alone)
{
	static SimPlay play;

	alone_add(&play, history, NULL, alone);
	alone_add(&play, history, deeds, alone);
}

static Alone alone_play(const SimHistory *history, const SimPlay *with)
{
	static SimDeeds deeds[SIM_CHOICES], meant_deeds[SIM_CHOICES];
	SimHistory formed = *history;
	SimHistory heard = history_without(history, with, is_refused, deeds);
	SimHistory meant = history_without(history, with, is_mistaken, meant_deeds);
	Alone alone = {0};

	/* The program as it formed it. */
	sim_rules_switch_on();
	formed.start = history->start == SIM_EMPTY ? SIM_EMPTY : SIM_FORMED;
	alone_add_both(&formed, with->deeds, &alone);
	meant.start = formed.start;
	if (meant.n_choices < history->n_choices)
		alone_add_both(&meant, meant_deeds, &alone);
	/* The same changes as with syncward: what it refused at one node no client knew of later.
	 */
	heard.start = formed.start;
	if (heard.n_choices < history->n_choices)
		alone_add_both(&heard, deeds, &alone);
	/* A server that never wrote, and does so while it is apart, brings back what is deleted: a
	 * pass that opens one must have waited until all read from it. Its first heartbeat comes
	 * later than that, too. */
	formed.start = heard.start = SIM_FRESH;
	formed.has_beats = heard.has_beats = formed.is_staged = heard.is_staged = false;
	if (!with->sim.opened_unread) {
		alone_add_both(&formed, with->deeds, &alone);
		alone_add_both(&heard, deeds, &alone);
	}
	if (history->start == SIM_STOCK)
		alone_add_both(history, with->deeds, &alone);
	sim_rules_switch_back();
	return alone;
}

static bool is_loss_excused(SimPlay *play, unsigned name, const Alone *alone)
{
	if (play->sim.opened_past && sim_excuse_holds(EXCUSE_PAST)) {
		play->excuses |= 1U << EXCUSE_PAST;
		return true;
	}
	if (was_unshown(play, name) || !(alone->faults[name] >> play->lost[name] & 1))
		return false;
	play->excuses |= 1U << EXCUSE_ALONE;
	return sim_excuse_holds(EXCUSE_ALONE);
}

/* What slapd alone does as well is not held against syncward. */
static SimVerdict verdict_of(SimPlay *play, const Alone *alone)
{
	SimVerdict verdict = {0};
	size_t one, other;

	for (unsigned name = 0; name < SIM_NAMES && !verdict.fault; name++)
		if (play->lost[name] && !is_loss_excused(play, name, alone))
			lost_tell(play, name, &verdict);
	if (verdict.fault)
		return verdict;
	if (*play->sim.breach) {
		verdict.fault = SIM_BREACH;
		memcpy(verdict.text, play->sim.breach, sizeof(verdict.text));
	} else if (hiding_find(&play->sim) && !somebody_said(&play->sim)) {
		verdict.fault = SIM_SILENT;
		snprintf(verdict.text, sizeof(verdict.text),
			 "node %zu hides passwords, and no pass says anything",
			 hiding_find(&play->sim) - play->sim.cluster.nodes + 1);
	} else if (unfinished_find(&play->sim)) {
		verdict.fault = SIM_SILENT;
		snprintf(verdict.text, sizeof(verdict.text),
			 "node %zu still has something to change after quiet, and no pass says "
			 "anything",
			 unfinished_find(&play->sim)->at + 1);
	} else if (lacks_unshown_in_silence(play)) {
		verdict.fault = SIM_SILENT;
		(void)lacks_unshown(play, &one, &other);
		snprintf(verdict.text, sizeof(verdict.text),
			 "node %zu was not given what node %zu has, by a relay that a pass saw cut "
			 "off, and no pass says anything",
			 other + 1, one + 1);
	} else if (differs_in_silence(play) && !alone->differs) {
		verdict.fault = SIM_SILENT;
		(void)copies_differ(play, &one, &other);
		snprintf(verdict.text, sizeof(verdict.text),
			 "nodes %zu and %zu differ, and no pass says anything", one + 1, other + 1);
	}
	return verdict;
}

static bool must_be_compared(SimPlay *play)
{
	bool lost = differs_in_silence(play);

	for (unsigned name = 0; name < SIM_NAMES; name++)
		lost |= play->lost[name] != SIM_NO_FAULT;
	return lost;
}

SimVerdict sim_history_judge(const SimHistory *history, bool is_loud)
{
	static SimPlay play;
	Alone alone = {0};
	SimVerdict verdict;

	play_all(&play, history, (Manner){.has_agent = true, .is_loud = is_loud});
	if (must_be_compared(&play)) {
		alone = alone_play(history, &play);
		sim_tally.alone++;
	}
	verdict = verdict_of(&play, &alone);
	verdict.excuses = play.excuses;
	for (unsigned excuse = 0; excuse < EXCUSE_COUNT; excuse++)
		sim_tally.excused[excuse] += verdict.excuses >> excuse & 1;
	sim_play_end(&play);
	return verdict;
}
