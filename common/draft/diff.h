/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DIFF_H
#define SYNCWARD_DIFF_H

#include "common/draft/plan_input.h"
#include "common/plan/plan.h"

/* A plan while it is made: what it is made from, and what its parts ask of that. Each part is given
 * it and adds to the plan what it finds. */
typedef struct Diff {
	Pool *pool;
	const PlanInput *in;
	Plan *plan;
	const char *own_provider; /* this node's own URL in one spelling; NULL: peers.json has it
				     not */
	const Hold *not_first;    /* --first-node, but a peer has data: nothing may be written; NULL
				     otherwise */
	bool server_id_is_wrong;  /* slapd's SID is not this peer's id: nothing may make it a
				     provider before that is corrected */
	bool has_live_sid;        /* it is known under which slapd writes until then: */
	unsigned live_sid;
	unsigned *at_home; /* ids of other peers whose URL leads to slapd here by address */
	size_t n_at_home;
	struct JoiningVerdict *joining; /* what joining_judge() said of each database so far */
	size_t n_joining;
} Diff;

/* URLs with a blank between, as -h takes them. */
const char *urls_join(Pool *pool, const char *const *urls, size_t n_urls);

/* What is known of the database's content; a value with CONTENT_UNKNOWN when it was not asked. */
const DatabaseFacts *diff_facts(const Diff *diff, const char *suffix);

/* What is known of slapd's release; has the schema asked when nothing else tells. */
LiveRelease diff_release(Diff *diff);

/* "100 10" and " 0100  10" are the same: numbers, not text. */
bool diff_numbers_equal(const char *one, const char *other);

/* False when the database is known to be empty here: what slapd does with every entry costs nothing
 * then. */
bool diff_may_have_entries(const Diff *diff, const char *suffix);

/* True for the database's rootdn, whom no limit concerns. */
bool diff_is_root_dn(const LiveDatabase *live, const char *dn);

/* True when a person released the guard for this run, whatever it holds. */
bool diff_is_released(const Diff *diff, Guard guard);

/* The same for what it holds of one database. */
bool diff_is_released_for(const Diff *diff, Guard guard, const char *suffix);

/*
 * Has the database closed to clients, once however often it is asked for; why: as changes say it.
 * True when that is done by itself; with another policy mode than enforce the daemon only reports
 * that it is needed.
 */
bool diff_close(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
		const char *why);

/* Notes that the database's content must be read before the plan can be trusted. */
void diff_need_content(Diff *diff, const WantedDatabase *database, bool peers);

/* The same of what its consumers hold, and of the content here behind that. */
void diff_need_heirs(Diff *diff, const WantedDatabase *database);

/* Asks for it once more behind the answers of links: it may have caught up with them. */
void diff_need_catching_up(Diff *diff, const WantedDatabase *database);

/* The content here alone. database: NULL where peers.json does not list it. */
void diff_need_here(Diff *diff, const char *suffix, const WantedDatabase *database);

/* The same, and whether entries of the live server ID are newer than its contextCSN. */
void diff_need_coverage(Diff *diff, const char *suffix, const WantedDatabase *database);

/* The content of a listed one, and whether entries are here that a peer had and no longer has. */
void diff_need_extra(Diff *diff, const WantedDatabase *database);

/* The same as the first, and which readers are connected here. */
void diff_need_readers(Diff *diff, const WantedDatabase *database);
void diff_need_anybody(Diff *diff, const WantedDatabase *database);

#endif
