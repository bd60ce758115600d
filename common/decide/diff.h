/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DIFF_H
#define SYNCWARD_DIFF_H

#include "common/decide/plan_input.h"
#include "common/plan/plan.h"

/* The parts of plan_make(), in the order in which it calls them. Each adds what it finds to the
 * plan. */
typedef struct Diff {
	Pool *pool;
	const PlanInput *in;
	Plan *plan;
	const char *own_provider; /* this node's own URL in one spelling; NULL: peers.json has it
				     not */
	const Hold *not_first;    /* --first-node, but a peer has data: nothing may be written; NULL
				     otherwise */
	bool server_id_is_wrong;  /* slapd's SID is not this peer's id: nothing may make it a
				     provider before that is mended */
	bool has_live_sid;        /* it is known under which slapd writes until then: */
	unsigned live_sid;
	struct JoiningVerdict *joining; /* what joining_judge() said of each database so far */
	size_t n_joining;
} Diff;

/* The live side of G1: what slapd runs with now and would not start with again. Needs no wanted. */
void diff_restart(Diff *diff);

/* olcServerID: the SID that slapd will use at its next start must be this peer's id; G5 and G1 of
 * the list form. */
void diff_server_id(Diff *diff);

/* Every database that this node holds: finds it by suffix, then overlay, index, limits, access,
 * consumers. */
void diff_databases(Diff *diff);

/* The syncprov module, wanted only when an overlay will be added now. */
void diff_module(Diff *diff);

/* Entries that slapd changed in memory only: written once more. */
void diff_unsaved(Diff *diff);

/* olcSpSessionlog of an overlay that is there: what peers.json says of it, and what it does. */
void diff_old_entries(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);
void diff_session_log(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* What the logs of its changes lack from which other peers read it here (delta-syncrepl). */
void diff_logs(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Logs into which the database's changes are written without "delta": how much room is left, and
 * those that nobody reads by peers.json. */
void diff_logs_left(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Peers that are away for longer than that log of changes keeps, or will be soon. */
void diff_log_reach(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
		    const char *log);

/* A provider that holds nothing any more, and takes clients' writes all the same. */
void diff_emptied(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Changes that reach nobody by their time, and entries that no refresh gets past. */
void diff_stamps(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* olcSyncrepl and olcMultiProvider of one database. */
void diff_consumers(Diff *diff, const DatabasePlan *database);

/* olcUpdateRef of one database; reads_somebody: as the other changes leave it. */
void diff_update_ref(Diff *diff, const DatabasePlan *database, bool reads_somebody);

/* olcAccess of one database: what its readers lack to read everything, where peers.json asks for
 * that. */
void diff_access(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* The indices by which syncprov searches. */
void diff_index(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* olcReadOnly: ends what leaving closed, and tells of what somebody else closed. */
void diff_read_only(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* A setting by which slapd, told to end, listens no more and does not end. */
void diff_gentle_hup(Diff *diff);

/* Databases that replicate here and that peers.json has at other nodes only. */
void diff_unlisted(Diff *diff);

/* Links of the database whose consumers hold older TLS files than there are now. of_live: which
 * peer each of its values belongs to, NULL where to none. */
void diff_tls_files(Diff *diff, const DatabasePlan *database, const WantedConsumer *const *of_live);

/* TLS files of wanted links that slapd may not read. */
void diff_tls_refused(Diff *diff);

/* Links whose list of retries ends, and those of them that slapd gave up: their values are written
 * again once their peer answers. */
void diff_retries(Diff *diff, const DatabasePlan *database, const WantedConsumer *const *of_live);

/*
 * May this database get the syncprov overlay and become writable now? NULL: yes. Otherwise the
 * reason to wait: it is empty or refreshing (joining), or not the one that the cluster knows (G10).
 * Notes what must be read first.
 */
const Hold *joining_judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* The same for the multi-provider flag, which lets clients write: peers that hold data must read
 * from here before. */
const Hold *joining_judge_flag(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/*
 * Holds the additions to olcSyncrepl that must wait: while this node joins it reads one peer, and
 * the others when it has everything of that one; and none whose database is another one, or may be.
 * of_live: which peer each of its values belongs to, NULL where to none.
 */
void joining_hold_links(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			const WantedConsumer *const *of_live);

/* The guards that look at the whole plan: G2, G3, G4, G7, G8, rid clashes. */
void guard_plan(Diff *diff);

/* What must not go without that which is held by now: asked again whenever more was held. */
void guard_what_follows(Diff *diff);

/* G11: holds the server ID and the multi-provider flag where another node has this one's identity,
 * or clocks differ. */
void guard_identity(Diff *diff);

/* G12: what a reader cannot see, the other nodes lose; it must not be read from here. */
void guard_readers(Diff *diff);

/* G6: holds what would replace a working link, until it was tried, and when the peer refused it. */
void guard_links(Diff *diff);

/* Holds what would get the rid that a staying value of the same database has. */
void guard_rids(Diff *diff);

/* Orders what nothing holds into steps, in place of those that the plan has; every prefix of them
 * leaves a server that starts again. */
void plan_compose(Diff *diff);

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

/* True when a person released the guard for this run, whatever it holds. */
bool diff_is_released(const Diff *diff, Guard guard);

/* The same for what it holds of one database. */
bool diff_is_released_for(const Diff *diff, Guard guard, const char *suffix);

/* Notes that the database's content must be read before the plan can be trusted. */
void diff_need_content(Diff *diff, const WantedDatabase *database, bool peers);

/* The same of what its consumers hold, and of the content here behind that. */
void diff_need_heirs(Diff *diff, const WantedDatabase *database);

/* Asks for it once more behind the answers of links: it may have caught up with them. */
void diff_need_catching_up(Diff *diff, const WantedDatabase *database);

/* The content here alone. database: NULL where peers.json does not list it. */
void diff_need_here(Diff *diff, const char *suffix, const WantedDatabase *database);

/* The same, and whether entries are newer than what contextCSN has of the live server ID. */
void diff_need_coverage(Diff *diff, const char *suffix, const WantedDatabase *database);

/* The content of a listed one, and whether entries are here that a peer had, and has no more. */
void diff_need_extra(Diff *diff, const WantedDatabase *database);

/* The same as the first, and who is connected here to read it. */
void diff_need_readers(Diff *diff, const WantedDatabase *database);

#endif
