/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/extra_look.h"

#include <stdio.h>

#include "agent/peer/compare_here.h"
#include "agent/peer/lockout.h"
#include "agent/session/session_lookup.h"
#include "agent/session/session_tls.h"
#include "agent/system/wait.h"
#include "common/comparing/joining_extra.h"

#define PATIENCE_MSEC    10000 /* in which a pass waits for it; then it goes on alongside passes */
#define SLAPD_NEEDS_MSEC 15000 /* what the pass needs after it */
#define WORK_MAX_MSEC    86400000
#define SETTLE_MSEC      3000 /* a delete that is on its way is here by then */
#define SETTLE_STEP_MSEC 200

typedef struct ExtraLook {
	Pool *pool; /* of the look alone */
	const char *suffix;
	const Content *peer;
	const Content *known_here; /* its contextCSN, read before the entries */
	ExtraSides sides;
	Syncrepl link;
	HereQuestion question;
	ProbeBind bind; /* of the link's account at this server */
	HereCopy here;
	PeerLink there;
	EntryMark missing[ENTRIES_SOME_MAX]; /* the first of them */
	size_t n_missing;
	CopyExtra found;
} ExtraLook;

/* --- both copies --- */

static void entry_take(void *data, const EntryMark *mark)
{
	ExtraLook *look = data;
	EntryMark *here = entry_set_find(&look->here.set, mark->uuid);

	if (here) {
		here->is_seen = 1;
	} else if (copy_extra_is_missing(mark, look->known_here)) {
		if (look->n_missing < ENTRIES_SOME_MAX)
			look->missing[look->n_missing] = *mark;
		look->n_missing++;
	}
}

/* From an account that is shown less here, what is too much may be hidden. */
static void here_read(ExtraLook *look)
{
	here_copy_read(look->pool, &look->question, &look->here);
	if (!copy_reading_showed_lasting(&look->here.reading))
		look->found.problem =
			pool_printf(look->pool, "here %s",
				    copy_reading_describe(look->pool, &look->here.reading));
}

static void there_read(ExtraLook *look)
{
	const EntriesTaker taker = {
		.data = look, .take = entry_take, .budget = look->question.taker.budget};
	CopyReading reading;

	if (!peer_link_open(look->pool, &look->link, &look->there)) {
		look->found.problem = peer_link_failure(&look->there).problem;
		return;
	}
	reading = entries_read_over(&look->there, NULL, look->suffix, &taker);
	if (!reading.is_read)
		look->found.problem = copy_reading_describe(look->pool, &reading);
}

/* --- what only this one has --- */

/* What was deleted there while both were read is on its way. Returns how many of n are left. */
static size_t settle(ExtraLook *look, const EntryMark *marks, size_t n_marks, size_t n)
{
	FoundEntries left = {0};

	for (unsigned waited_msec = 0;; waited_msec += SETTLE_STEP_MSEC) {
		left = (FoundEntries){0};
		if (!entries_find_over(&look->here.link, look->pool, look->suffix, marks, n_marks,
				       &left)) {
			look->found.problem = peer_link_failure(&look->here.link).problem;
			return n;
		}
		if (left.n_items == 0 || waited_msec >= SETTLE_MSEC)
			break;
		pause_msec(SETTLE_STEP_MSEC);
	}
	if (n == n_marks)
		return left.n_items;
	if (left.n_items == 0)
		look->found.problem = "much is being deleted";
	return n;
}

static size_t count(ExtraLook *look, ExtraKind kind)
{
	EntryMark marks[ENTRIES_SOME_MAX];
	const size_t n =
		copy_extra_find(&look->here.set, &look->sides, kind, marks, ENTRIES_SOME_MAX);

	return n > 0 ? settle(look, marks, n < ENTRIES_SOME_MAX ? n : ENTRIES_SOME_MAX, n) : 0;
}

/* --- what only the other one has --- */

static bool is_among(const FoundEntries *found, const EntryMark *mark)
{
	for (size_t i = 0; i < found->n_items; i++)
		if (entry_uuid_compare(found->items[i].mark.uuid, mark->uuid) == 0)
			return true;
	return false;
}

/* How many of n_marks are there, and not here; what was deleted here is on its way there. */
static bool missing_left(ExtraLook *look, size_t n_marks, size_t *ret)
{
	FoundEntries here = {0}, there = {0};

	if (!link_revive(&look->here.link) ||
	    !entries_find_over(&look->here.link, look->pool, look->suffix, look->missing, n_marks,
			       &here)) {
		look->found.problem = peer_link_failure(&look->here.link).problem;
		return false;
	}
	if (!link_revive(&look->there) || !entries_find_over(&look->there, look->pool, look->suffix,
							     look->missing, n_marks, &there)) {
		look->found.problem = peer_link_failure(&look->there).problem;
		return false;
	}
	*ret = 0;
	for (size_t i = 0; i < n_marks; i++)
		*ret += is_among(&there, &look->missing[i]) && !is_among(&here, &look->missing[i]);
	return true;
}

static void missing_settle(ExtraLook *look)
{
	const size_t n_marks =
		look->n_missing < ENTRIES_SOME_MAX ? look->n_missing : ENTRIES_SOME_MAX;
	size_t n_left = 0;

	for (unsigned waited_msec = 0; n_marks > 0; waited_msec += SETTLE_STEP_MSEC) {
		if (!missing_left(look, n_marks, &n_left))
			return;
		if (n_left == 0 || waited_msec >= SETTLE_MSEC)
			break;
		pause_msec(SETTLE_STEP_MSEC);
	}
	if (n_left == 0 && n_marks < look->n_missing)
		look->found.problem = "much is being deleted";
	look->found.n_missing = n_left == n_marks ? look->n_missing : n_left;
}

static void judge(ExtraLook *look)
{
	look->found.n_entries = count(look, EXTRA_DELETED);
	if (!look->found.problem)
		look->found.n_doubtful = count(look, EXTRA_DOUBTFUL);
	if (!look->found.problem)
		missing_settle(look);
}

static void compare(ExtraLook *look)
{
	here_read(look);
	if (!look->found.problem)
		there_read(look);
	if (!look->found.problem)
		judge(look);
	here_copy_close(&look->here);
	if (look->there.pool)
		peer_link_close(&look->there);
}

/* --- whom to ask --- */

/* A password that this server refused is not sent again: it may count that, and lock the account
 * for all nodes. */
static void link_find(ExtraLook *look, Directory *directory, const ExtraQuestion *question,
		      const ProbeRefusals *refusals)
{
	const WantedDatabase *wanted = question->needs->database;
	const WantedConsumer *consumer = wanted->consumers;
	Lockout lockout = {.pool = look->pool, .directory = directory, .sight = *question->sight};

	while (consumer->peer->id != look->peer->peer_id)
		consumer++;
	look->link = link_inherit_tls(&consumer->syncrepl, question->live->global);
	look->bind = (ProbeBind){.provider = directory->uri,
				 .binddn = look->link.value[SYNCREPL_BINDDN],
				 .secret = consumer->secret};
	if (look->bind.binddn &&
	    !lockout_withholds(&lockout, refusals, wanted, consumer, directory->uri))
		accounts_add(look->pool, &look->question, &look->link);
}

/* One that takes long leaves their share to the others. */
static unsigned patience_for(const Directory *directory, const ExtraQuestion *question)
{
	const unsigned left_msec =
		budget_left_msec(&directory->budget, PATIENCE_MSEC + SLAPD_NEEDS_MSEC);
	const unsigned all_msec = left_msec > SLAPD_NEEDS_MSEC ? left_msec - SLAPD_NEEDS_MSEC : 0;
	unsigned n_looks = 0;

	for (size_t i = 0; i < question->n_needs; i++)
		n_looks += question->needs[i].extra ? 1 : 0;
	return all_msec / n_looks;
}

static ExtraFound find(void *data)
{
	ExtraLook *look = data;
	ExtraFound found;

	compare(look);
	found = (ExtraFound){.n_entries = look->found.n_entries,
			     .n_doubtful = look->found.n_doubtful,
			     .n_missing = look->found.n_missing,
			     .was_refused = look->here.was_refused};
	if (look->found.problem)
		(void)snprintf(found.problem, sizeof(found.problem), "%s", look->found.problem);
	return found;
}

/* The process has no deadline but that of a day: what stands still longer is broken. */
static bool ask(ExtraLook *look, const Directory *directory, const ExtraQuestion *question)
{
	const ExtraWork work = {.suffix = look->suffix,
				.peer_id = look->peer->peer_id,
				.find = find,
				.data = look,
				.patience_msec = patience_for(directory, question),
				.must_stop = directory->budget.must_stop,
				.wants_fresh = question->wants_fresh};
	bool was_refused;

	if (!question->looks) {
		look->question.taker.budget = directory->budget;
		compare(look);
		return look->here.was_refused;
	}
	look->question.taker.budget = budget_of(WORK_MAX_MSEC, NULL);
	look->found = extra_looks_ask(question->looks, look->pool, &work, &was_refused);
	return was_refused;
}

/* All that were asked: those that this node reads, and the others. */
static ExtraSides extra_sides(Pool *pool, const ExtraQuestion *question, const Content *peer)
{
	const DatabaseFacts *facts = question->facts;
	const size_t n = facts->n_peers + facts->n_others;
	Content *others = pool_alloc(pool, (n + 1) * sizeof(*others));

	for (size_t i = 0; i < n; i++)
		others[i] =
			i < facts->n_peers ? facts->peers[i] : facts->others[i - facts->n_peers];
	return (ExtraSides){
		.peer = peer, .others = others, .n_others = n, .our_id = question->our_id};
}

CopyExtra extra_look(Directory *directory, Pool *pool, const ExtraQuestion *question,
		     ProbeRefusals *refusals)
{
	const WantedDatabase *wanted = question->needs->database;
	AUTO(Pool) *scratch = pool_new();
	ExtraLook look = {.pool = scratch,
			  .suffix = wanted->desired->suffix,
			  .peer = joining_extra_peer(question->live, wanted, question->facts),
			  .found = {.was_asked = true}};
	const LiveDatabase *database;

	if (!look.peer) /* nothing can be too much before everything is here */
		return look.found;
	look.found.peer_id = look.peer->peer_id;
	look.known_here = &question->facts->here;
	look.sides = extra_sides(scratch, question, look.peer);
	if (!directory->uri || live_find_database(question->live, look.suffix, &database) != 1) {
		look.found.problem = "there is no second connection to this server";
		return look.found;
	}
	look.question.ldap_uri = directory->uri;
	look.question.suffix = look.suffix;
	look.question.lists = live_access_lists(question->live, database, look.suffix);
	look.question.reads_once = true;
	link_find(&look, directory, question, refusals);
	if (ask(&look, directory, question) && look.bind.secret) {
		const ProbeRefusals one = {&look.bind, 1};

		*refusals = probe_refusals_join(pool, refusals, &one);
	}
	look.found.problem = look.found.problem ? pool_strdup(pool, look.found.problem) : NULL;
	return look.found;
}
