/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_readers.h"

#include <string.h>

#include "common/comparing/joining_copies.h"
#include "common/copy/fence_apart.h"
#include "common/draft/diff.h"
#include "common/guard/reader_verdict.h"
#include "common/guard/unnamed_readers.h"
#include "common/live/reader_basis.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/*
 * G12: what an account cannot read, the nodes that read with it do not get, and what they had they
 * lose with the next change of the entry; where they write, every node loses it. So the database
 * does not become one that is read before each of its readers may read everything.
 */
typedef struct Readers {
	Diff *diff;
	const DatabasePlan *database;
	const WantedDatabase *wanted;
	const LiveDatabase *live;
	AccessLists lists;   /* with what this plan adds */
	bool lists_are_live; /* it adds nothing */
	char basis[SHA256_HEX_SIZE];
} Readers;

/* The rights that the readers will have when the plan's olcAccess values are there, in the order in
 * which they are added. */
static void lists_find(Readers *readers)
{
	const Diff *diff = readers->diff;
	AccessLists *lists = &readers->lists;
	const Change *change;

	*lists = live_access_lists(diff->in->live, readers->live, readers->database->suffix);
	readers->lists_are_live = true;
	for (size_t at = 0; (change = change_next_free(diff->plan, readers->database,
						       CHANGE_BIT(CHANGE_ACCESS), &at));) {
		lists->database = access_list_insert(diff->pool, lists->database, change->index,
						     change->new_value);
		readers->lists_are_live = false;
	}
}

static const Hold *held_access(const Readers *readers, const char *reader)
{
	const Change *change;

	for (size_t at = 0; (change = change_next(readers->diff->plan, readers->database,
						  CHANGE_BIT(CHANGE_ACCESS), &at));)
		if (change->is_held && reader && strcmp(change->subject, reader) == 0)
			return &change->hold;
	return NULL;
}

/* "access" is for those that "readers" names. */
static bool is_named(const Readers *readers, const char *reader)
{
	for (size_t i = 0; i < readers->wanted->n_readers; i++)
		if (readers->wanted->readers[i] == reader)
			return true;
	return false;
}

/* What makes the account a reader of everything: the line of the file, or what holds it back. */
static const char *release_of(const Readers *readers, const char *reader)
{
	const Hold *held = held_access(readers, reader);

	if (held)
		return held->release;
	if (!reader)
		return remedy_text(REMEDY_READERS_NAMED);
	return is_named(readers, reader)
		       ? remedy_text(REMEDY_ACCESS)
		       : remedy_fill(readers->diff->pool, REMEDY_READERS_ACCESS,
				     readers_with(readers->diff->pool, readers->wanted, reader));
}

static const char *release_lead(const Readers *readers, const char *reader)
{
	if (held_access(readers, reader))
		return "see what holds \"access\" back, or";
	return "write in this database of peers.json";
}

/* Also while the fence has taken the overlay: that comes back, and is no first one. */
static bool is_read_here(const Readers *readers)
{
	return readers->live->syncprov ||
	       fence_is_apart(&readers->diff->in->known->fence, readers->wanted->desired->suffix);
}

/* A database that is not read from here yet has no readers to report on. */
static void finding_add(const Readers *readers, const char *reader, const ReaderVerdict *verdict)
{
	static const struct {
		Severity severity;
		const char *code;
	} kinds[] = {
		[READS_NOT_PROVEN] = {SEVERITY_WARNING, "readers-not-proven"},
		[READS_DENIED] = {SEVERITY_CRITICAL, "readers-denied"},
		[READS_EVERYTHING] = {SEVERITY_NOTE, "readers-compared"},
	};
	const bool sees_all = verdict->outcome == READS_EVERYTHING;
	Plan *plan = readers->diff->plan;

	if (!is_read_here(readers))
		return;
	plan_add_finding(readers->diff->pool, plan, kinds[verdict->outcome].severity,
			 kinds[verdict->outcome].code, readers->lists.suffix, "%s%s%s%s%s",
			 verdict->sentence, sees_all ? "" : "; ",
			 sees_all ? "" : release_lead(readers, reader), sees_all ? "" : ": ",
			 sees_all ? "" : release_of(readers, reader));
	plan->findings[plan->n_findings - 1].key = reader;
}

/* Waits with them: entries that were written before a server ID was there are never deleted by a
 * refresh, unless the overlay was there first. */
static void hold_with_provider(const Readers *readers, Hold hold)
{
	Diff *diff = readers->diff;

	if (!is_read_here(readers))
		plan_hold_kinds(diff->pool, diff->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID), hold);
}

static Hold hold_make(const Readers *readers, const char *reader, const char *sentence)
{
	const char *line =
		plan_release_line(readers->diff->pool, readers->diff->plan, GUARD_READERS,
				  readers->lists.suffix, remedy_text(REMEDY_RELEASE_G12));

	return (Hold){
		.guard = GUARD_READERS,
		.suffix = readers->lists.suffix,
		.text = pool_printf(readers->diff->pool, "%s; `%s` goes on all the same; %s%s",
				    sentence, line,
				    reader ? "to let it read everything, " : "else ",
				    release_lead(readers, reader)),
		.release = release_of(readers, reader),
	};
}

/* It has entries, and clients may write to it as long as it reads no server. */
static bool is_open_alone(const Readers *readers)
{
	const Joining joining = joining_of(readers->diff, readers->wanted, readers->live);

	return joining.here->state == CONTENT_READ && joining.here->entry.exists &&
	       !live_reads_from_somebody(readers->live);
}

/* Also where it is to read first: that closes it to clients until somebody gave the account its
 * rights. And peers have the same rules mostly: what the account cannot read there would be lost
 * here. */
static void first_links_hold(const Readers *readers, Hold hold)
{
	const Diff *diff = readers->diff;

	if (change_first(diff->plan, readers->database, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON)) &&
	    is_open_alone(readers))
		plan_hold_kinds(diff->pool, diff->plan, readers->database,
				CHANGE_BIT(CHANGE_CONSUMER_ADD), hold);
}

/* A database that is read already only loses by what is denied; what cannot be known is no reason
 * to stop a cluster that works. */
static void provider_hold(const Readers *readers, const char *reader, const ReaderVerdict *verdict)
{
	Diff *diff = readers->diff;
	const Hold hold = hold_make(readers, reader, verdict->sentence);

	if (diff_is_released_for(diff, GUARD_READERS, readers->lists.suffix) ||
	    (verdict->outcome == READS_NOT_PROVEN && is_read_here(readers)))
		return;
	if (plan_hold_kinds(diff->pool, diff->plan, readers->database, CHANGES_TO_PROVIDER, hold) >
	    0)
		hold_with_provider(readers, hold);
	first_links_hold(readers, hold);
}

/* Has somebody look at what the account sees here. */
static void look_need(const Readers *readers, const char *reader)
{
	Plan *plan = readers->diff->plan;
	ReaderNeed need = {.database = readers->wanted, .reader = reader};

	memcpy(need.basis, readers->basis, sizeof(need.basis));
	POOL_PUSH(readers->diff->pool, plan->unknown.readers, plan->unknown.n_readers, need);
}

static void reader_take(const Readers *readers, const char *reader)
{
	const ReaderQuestion question = {
		.lists = &readers->lists,
		.lists_are_live = readers->lists_are_live,
		.reader = reader,
		.views = readers->diff->in->facts->views,
		.basis = readers->basis,
	};
	const ReaderVerdict verdict = reader_judge(readers->diff->pool, &question);

	if (verdict.is_unasked)
		look_need(readers, reader);
	if (verdict.sentence)
		finding_add(readers, reader, &verdict);
	if (verdict.outcome != READS_EVERYTHING)
		provider_hold(readers, reader, &verdict);
}

void guard_readers(Diff *diff)
{
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		Readers readers = {.diff = diff,
				   .database = database,
				   .wanted = database->wanted,
				   .live = database->live};

		if (!readers.live || !wanted_is_shared(readers.wanted))
			continue;
		lists_find(&readers);
		live_reader_basis(diff->in->live, readers.live, readers.basis);
		for (size_t k = 0; k < wanted_count_readers(readers.wanted); k++)
			reader_take(&readers, readers.wanted->readers[k]);
		if (readers.wanted->has_unknown_reader)
			reader_take(&readers, NULL);
		if (is_read_here(&readers))
			unnamed_readers_find(diff, readers.wanted, &readers.lists);
	}
}
