/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/remedies.h"
#include "common/decide/diff.h"
#include "common/slapd/read_rights.h"

/*
 * G12: what an account cannot read, the nodes that read with it do not get, and what they had they
 * lose with the next change of the entry; where they write, everybody loses it. So the database
 * does not become one that is read before each of its readers may read everything.
 */
typedef struct Readers {
	Diff *diff;
	const WantedDatabase *wanted;
	const LiveDatabase *live;
	AccessLists lists; /* with what this plan adds */
} Readers;

/* The rights that the readers will have when the plan's olcAccess values are there, in the order in
 * which they are added. */
static AccessLists lists_after(const Diff *diff, const WantedDatabase *wanted,
			       const LiveDatabase *live)
{
	AccessLists lists = live_access_lists(diff->in->live, live, wanted->desired->suffix);

	for (size_t i = 0; i < diff->plan->n_changes; i++) {
		const Change *change = &diff->plan->changes[i];

		if (change->kind == CHANGE_ACCESS && !change->is_held &&
		    strcmp(change->dn, live->entry->dn) == 0)
			lists.database = access_list_insert(diff->pool, lists.database,
							    change->index, change->new_value);
	}
	return lists;
}

static const Hold *held_access(const Readers *readers, const char *reader)
{
	for (size_t i = 0; i < readers->diff->plan->n_changes; i++) {
		const Change *change = &readers->diff->plan->changes[i];

		if (change->kind == CHANGE_ACCESS && change->is_held &&
		    strcmp(change->dn, readers->live->entry->dn) == 0 &&
		    strcmp(change->subject, reader) == 0)
			return &change->hold;
	}
	return NULL;
}

/* What makes the account a reader of everything: the line of the file, or what holds it back. */
static const char *release_of(const Readers *readers, const char *reader)
{
	const Hold *held = held_access(readers, reader);

	return held ? held->release : remedy_text(REMEDY_ACCESS);
}

static const char *release_lead(const Readers *readers, const char *reader)
{
	if (held_access(readers, reader))
		return "see what holds \"access\" back, or";
	return "write in this database of peers.json";
}

static const char *reader_sentence(const Readers *readers, const char *reader,
				   const ReadRights *rights)
{
	Pool *pool = readers->diff->pool;
	const char *place = read_rights_place_print(pool, rights);
	const char *suffix = readers->lists.suffix;

	if (rights->outcome == READS_DENIED)
		return pool_printf(pool,
				   "%s, with which peers read %s here, may not read %s: %s. "
				   "What it cannot read gets lost at the peers, and from there "
				   "everywhere",
				   reader, suffix, rights->hidden, place);
	return pool_printf(pool,
			   "whether %s, with which peers read %s here, may read everything cannot "
			   "be told from %s. What it cannot read gets lost at the peers, and from "
			   "there everywhere",
			   reader, suffix, place);
}

static void finding_add(const Readers *readers, const char *reader, const ReadRights *rights)
{
	const bool is_denied = rights->outcome == READS_DENIED;
	Plan *plan = readers->diff->plan;

	plan_add_finding(readers->diff->pool, plan,
			 is_denied ? SEVERITY_CRITICAL : SEVERITY_WARNING,
			 is_denied ? "readers-denied" : "readers-not-proven", readers->lists.suffix,
			 "%s; %s: %s", reader_sentence(readers, reader, rights),
			 release_lead(readers, reader), release_of(readers, reader));
	plan->findings[plan->n_findings - 1].key = reader;
}

static bool is_of_database(const Readers *readers, const Change *change)
{
	return !change->is_held && change->suffix &&
	       strcmp(change->suffix, readers->lists.suffix) == 0;
}

static bool makes_provider(const Change *change)
{
	return change->kind == CHANGE_OVERLAY || change->kind == CHANGE_MULTI_PROVIDER_ON;
}

/*
 * What must wait with them. Entries that were written before a server ID was there are never
 * deleted by a refresh, unless the overlay was there first. And with a first link alone the
 * database would be one that is joining, which takes no writes.
 */
static bool waits_for_provider(const Readers *readers, const Change *change)
{
	if (change->kind == CHANGE_SERVER_ID)
		return !change->is_held && !readers->live->syncprov;
	return is_of_database(readers, change) && change->kind == CHANGE_CONSUMER_ADD &&
	       readers->live->n_consumers == 0;
}

static Hold hold_make(const Readers *readers, const char *reader, const ReadRights *rights)
{
	return (Hold){
		.guard = GUARD_READERS,
		.suffix = readers->lists.suffix,
		.text = pool_printf(readers->diff->pool,
				    "%s; `%s` goes on all the same; to let it read everything, %s",
				    reader_sentence(readers, reader, rights),
				    remedy_text(REMEDY_RELEASE_G12), release_lead(readers, reader)),
		.release = release_of(readers, reader),
	};
}

/* A database that is read already only loses by what is denied; what nobody can tell is no reason
 * to stop a cluster that works. */
static void provider_hold(const Readers *readers, const char *reader, const ReadRights *rights)
{
	Diff *diff = readers->diff;
	const Hold hold = hold_make(readers, reader, rights);
	bool holds_provider = false;

	if (diff_is_released(diff, GUARD_READERS) ||
	    (rights->outcome == READS_NOT_PROVEN && readers->live->syncprov))
		return;
	for (size_t i = 0; i < diff->plan->n_changes; i++)
		if (is_of_database(readers, &diff->plan->changes[i]) &&
		    makes_provider(&diff->plan->changes[i])) {
			plan_hold(diff->pool, diff->plan, &diff->plan->changes[i], hold);
			holds_provider = true;
		}
	for (size_t i = 0; holds_provider && i < diff->plan->n_changes; i++)
		if (waits_for_provider(readers, &diff->plan->changes[i]))
			plan_hold(diff->pool, diff->plan, &diff->plan->changes[i], hold);
}

static void database_judge(Readers *readers)
{
	const WantedDatabase *wanted = readers->wanted;

	for (size_t i = 0; i < wanted->n_readers; i++) {
		const ReadRights rights =
			read_rights_judge(readers->diff->pool, &readers->lists, wanted->readers[i]);

		if (rights.outcome == READS_EVERYTHING)
			continue;
		if (readers->live->syncprov)
			finding_add(readers, wanted->readers[i], &rights);
		provider_hold(readers, wanted->readers[i], &rights);
	}
}

void guard_readers(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		Readers readers = {.diff = diff, .wanted = &wanted->databases[i]};

		if (live_find_database(diff->in->live, readers.wanted->desired->suffix,
				       &readers.live) != 1 ||
		    readers.wanted->n_consumers == 0)
			continue;
		readers.lists = lists_after(diff, readers.wanted, readers.live);
		database_judge(&readers);
	}
}
