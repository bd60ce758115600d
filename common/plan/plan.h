/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PLAN_H
#define SYNCWARD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/sha256.h"
#include "common/live/consumer_age.h"
#include "common/live/live_config.h"
#include "common/plan/database_plan.h"
#include "common/plan/plan_needs.h"
#include "common/plan/step.h"
#include "common/wanted/wanted.h"

/* Why something is held instead of applied. Order and codes as in syncward(8), "Guards". */
typedef enum Guard {
	GUARD_RESTART,    /* G1: slapd would not start again */
	GUARD_NOT_LISTED, /* G2: this node is not in peers.json */
	GUARD_EMPTY_FILE, /* G3: no peers or no databases */
	GUARD_REMOVAL, /* G4: too many removals, the last provider, a provider that was there before
			  us */
	GUARD_SERVER_ID, /* G5: this node's server ID would change under a database that used it */
	GUARD_LINK,     /* G6: a link that works would be replaced by one that was not found good */
	GUARD_REVISION, /* G7: the revision went back */
	GUARD_CONFIG_REPLICATED, /* G8: cn=config itself is replicated */
	GUARD_CONTESTED,         /* G9: another writer keeps changing it back */
	GUARD_CONTENT,           /* G10: not the database that the cluster knows */
	GUARD_IDENTITY, /* G11: the server ID or the clock is not as the cluster needs it */
	GUARD_READERS,  /* G12: an account that peers read with may not, or perhaps not, read all */
	GUARD_PARTIAL,  /* G13: a provider would read a part only, and the others lose the rest */
	GUARD_LEFT,     /* this node left, or must not leave yet */
	GUARD_JOINING,  /* first half of joining done or due; the second waits for the refresh */
	GUARD_PROBING,  /* what is to replace a link that works is being tried */
	GUARD_ACCESS,   /* what lets a reader read would take another right away from it */
	GUARD_RID_CLASH,      /* a provider that stays has the rid of a declared peer */
	GUARD_SELF_NAMED,     /* a peer is this server under another name */
	GUARD_NOT_UNDERSTOOD, /* a value that syncward cannot read would be sent again */
	GUARD_INDEXING,       /* slapd builds an index: a write would stop its clients until then */
	GUARD_SESSION_LOG,    /* a peer that is behind would be sent what the session log holds */
	GUARD_ORDER,          /* the server ID waits for overlays and for contextCSN on disk */
	GUARD_ROLE,     /* peers.json gives a database with entries another role than it had */
	GUARD_LOG,      /* the log of changes of "delta" cannot be made, or not without a gap */
	GUARD_ROLLOUT,  /* the revision is tried on other nodes first */
	GUARD_DATABASE, /* the database is missing, ambiguous or of a kind that is not supported */
	GUARD_COUNT
} Guard;

#define GUARD_BIT(guard) (1u << (guard))

/* "G4", "joining", ...: the name that messages and --release use. */
const char *guard_code(Guard guard);

/* The guard of that code that --release may name; -1 when unknown or not to be released. */
int guard_find_releasable(const char *code);

/* True when it holds what is about one database: --release lets it pass of one at a time. */
bool guard_is_of_database(Guard guard);

/* "G4, G5, ...": all that --release may name. */
const char *guards_releasable(Pool *pool);

/* One reason to wait, told with the literal command or file line that ends it. */
typedef struct Hold {
	Guard guard;
	const char *suffix;  /* NULL: the whole server */
	const char *peer;    /* whose link; NULL: it is about no single one */
	const char *text;    /* what is wrong, and what follows */
	const char *release; /* the command or line; ends the message */
	const char *token;   /* of all that the command releases (release_token.h); NULL: none */
	bool says_nothing;   /* about the database: nothing is remembered of it */
	size_t n_changes;    /* of the plan, that it holds; 0: it stands alone */
} Hold;

typedef enum ChangeKind {
	CHANGE_SERVER_ID,
	CHANGE_MODULE,
	CHANGE_OVERLAY,
	CHANGE_CHECKPOINT,
	CHANGE_CONTEXT_CSN, /* is written to disk: the overlay goes and comes back */
	CHANGE_SESSIONLOG,
	CHANGE_INDEX,
	CHANGE_LIMITS,
	CHANGE_ACCESS,
	CHANGE_CONSUMER_ADD,
	CHANGE_CONSUMER_EDIT,
	CHANGE_CONSUMER_REMOVE,
	CHANGE_CONSUMERS_RESTART, /* cn=config is right, but slapd runs other consumers */
	CHANGE_CONSUMERS_RENEW,   /* they hold older TLS files than there are */
	CHANGE_CONSUMERS_RETRY,   /* slapd gave one up whose peer answers again */
	CHANGE_MULTI_PROVIDER_ON,
	CHANGE_MULTI_PROVIDER_OFF,
	CHANGE_UPDATE_REF,    /* whom clients' writes are referred to */
	CHANGE_READ_ONLY_ON,  /* leaving, or it was emptied: clients' writes end first */
	CHANGE_READ_ONLY_OFF, /* what leaving, the fence or the daemon closed */
	CHANGE_READERS_OFF,   /* a relay that is cut off is shut to nodes that connect anew; and */
	CHANGE_READERS_ON,    /* opened again */
	CHANGE_LOG_MODULE,
	CHANGE_LOG_DATABASE, /* "delta": the log of changes, that this node keeps; its syncprov; */
	CHANGE_LOG_SYNCPROV,
	CHANGE_LOG_OVERLAY, /* what writes into it; and it is taken for begun */
	CHANGE_LOG_OPEN,
	CHANGE_LOG_SETTING,
	CHANGE_LOG_STOP, /* nothing writes into it any more */
	CHANGE_SAVE,     /* memory is right, the file in slapd.d is not */
	CHANGE_KIND_COUNT
} ChangeKind;

/* The olcSyncrepl value that a change is about. */
typedef struct ChangedConsumer {
	const LiveConsumer *live;     /* CONSUMER_EDIT and _REMOVE */
	const WantedConsumer *wanted; /* CONSUMER_ADD and _EDIT */
	bool old_is_gone;             /* whom the value names now was asked, and does not answer */
} ChangedConsumer;

/* One difference between what is and what must be. Values are the server's or ours verbatim: only
 * render shows them. */
typedef struct Change {
	ChangeKind kind;
	const char *suffix; /* NULL: the server itself */
	const char *dn;     /* the entry it changes */
	const char *attribute;
	const char
		*subject; /* whom it is about, for people: a provider's URL, an attribute, a DN */
	const char *old_value; /* NULL: absent */
	const char *new_value; /* NULL: gone */
	const char *why;
	size_t index; /* ACCESS: before which value of the list it is added */
	ChangedConsumer consumer;
	bool is_put_back; /* syncward itself took it away (the fence) */
	bool is_released; /* it would be held, had not a person released a guard */
	bool is_held;
	Hold hold; /* when is_held */
} Change;

typedef enum Severity {
	SEVERITY_NOTE,
	SEVERITY_WARNING,
	SEVERITY_CRITICAL,
	SEVERITY_COUNT
} Severity;

const char *severity_name(Severity severity);

/* Something found that no step mends. */
typedef struct Finding {
	Severity severity;
	const char *code; /* stable, for tests and monitoring */
	const char *suffix;
	const char *text;
	const char
		*key; /* tells it from others of its code and suffix over passes; NULL: its text */
} Finding;

/* A link whose consumer surely holds an older state of its TLS files (common/draft/old_tls.h). */
typedef struct OldTlsLink {
	const WantedDatabase *database;
	const WantedConsumer *consumer;
	const LiveConsumer *live;
	ConsumerAge age;
	const char *paths[3]; /* of the files that were written since; NULL: the others */
	int64_t written_sec;  /* when the newest of them was */
} OldTlsLink;

/* Why something waits. */
typedef struct PlanHolds {
	Hold *holds; /* each reason once; a held change repeats its own */
	size_t n_holds;
	unsigned unreleased;   /* GUARD_BITs of a release that named no database, and they hold
				  several: they hold on */
	unsigned stale;        /* of one whose token is not that of what they hold: the same */
	bool is_revision_held; /* GUARD_ROLLOUT holds all of the peers.json that it is made from */
} PlanHolds;

/* What was seen of this node's copies; each a list of suffixes. */
typedef struct PlanCopies {
	const char **complete; /* of those that hold all that peers hold */
	size_t n_complete;
	const char **written; /* of those that were older than before when slapd started, and took
				 changes before they were looked at */
	size_t n_written;
	const char **source_gone; /* of joining ones whose one source cannot be asked */
	size_t n_source_gone;
} PlanCopies;

/* What is done, in which order, and what follows from that. */
typedef struct PlanSteps {
	Step *steps; /* from the changes that nothing holds */
	size_t n_steps;
	const char **covered; /* suffixes of which contextCSN must have every entry before the
				 server ID changes */
	size_t n_covered;
	unsigned untried_sec; /* 0: every link that replaces a working one was tried; else how long
				 the slowest that could not be has to connect */
	size_t n_sessions_dropped; /* consumer sessions that the steps restart */
} PlanSteps;

/* Everything that one pass decides, as a value: differences, reasons to wait, findings, and the
 * LDAP operations in order. */
typedef struct Plan {
	const Wanted *wanted;    /* NULL when G2 or G3 left nothing to want */
	DatabasePlan *databases; /* those of wanted first, in its order; of plans that plan_make()
				    made, others have none */
	size_t n_databases;
	Change *changes;
	size_t n_changes;
	PlanHolds held;
	Finding *findings;
	size_t n_findings;
	PlanNeeds unknown;
	OldTlsLink *old_tls;
	size_t n_old_tls;
	PlanCopies copies;
	PlanSteps order;
	size_t n_breaches; /* of rules by the result that no guard had held: faults of syncward */
} Plan;

/* True when the step carries the change out: several may write one entry, each its own attributes.
 */
bool step_carries(const Step *step, const Change *change);

/* True when the change is one of the database's entry, or of an overlay below it. */
bool change_is_of(const Change *change, const LiveDatabase *database);

/* True when no step is left to do. */
bool plan_is_empty(const Plan *plan);

/* How many things the plan leaves undone until this node has caught up with a provider: nothing
 * outside tells when that is. */
size_t plan_count_awaited(const Plan *plan);

/* For those who build a plan: */
Change *plan_add_change(Pool *pool, Plan *plan, Change change);
void plan_add_finding(Pool *pool, Plan *plan, Severity severity, const char *code,
		      const char *suffix, const char *format, ...) PRINTF_LIKE(6, 7);
/* Marks the change as held and notes the hold once. */
void plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold);
/* The command that releases the guard, with the database's suffix where there are several and it is
 * about one; any other line as it is. */
const char *plan_release_line(Pool *pool, const Plan *plan, Guard guard, const char *suffix,
			      const char *line);
/* That reason among all of the plan; NULL: it is not there. */
Hold *plan_hold_like(const PlanHolds *held, const Hold *hold);
/* Notes a hold that stands alone. */
void plan_add_hold(Pool *pool, Plan *plan, Hold hold);

#endif
