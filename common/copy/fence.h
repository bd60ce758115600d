/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_H
#define SYNCWARD_FENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/base/tree.h"

/*
 * Is a database, before slapd starts, the one that was here last? slapd that is given an old backup
 * takes clients' writes at once, and its peers delete what it does not have. The file tells: slapd
 * only ever adds to it, so that the same file has everything it ever had, whatever a crash left of
 * contextCSN. Of another file the changes that it holds are compared with those that were last
 * seen. What was not seen says nothing: a database that is right must never be closed.
 */

/* The file in which back-mdb keeps a database. */
typedef struct DatabaseFile {
	bool is_there; /* with a committed transaction in it */
	uint64_t inode;
	uint64_t birth_nsec; /* when the inode was made; 0: the file system does not tell */
	uint64_t txnid;      /* of the last committed transaction: grows with every write */
	int64_t written_sec; /* its mtime; not remembered */
	bool is_used;        /* a process has the database open; not remembered */
} DatabaseFile;

typedef enum FenceVerdict {
	FENCE_NOT_KNOWN, /* nothing that was looked at says it */
	FENCE_FIRST,     /* nothing was seen before: there is nothing to compare with */
	FENCE_RIGHT,     /* it has all that was last seen */
	FENCE_OLDER,     /* it lacks changes that were here */
	FENCE_ABSENT,    /* it holds nothing, and there was something */
	FENCE_VERDICT_COUNT
} FenceVerdict;

/* "right", "older", ...: for the state folder and for people. */
const char *fence_verdict_name(FenceVerdict verdict);
FenceVerdict fence_verdict_named(const char *name); /* FENCE_NOT_KNOWN when there is none such */

/* True for those that a database is closed for. */
bool fence_verdict_closes(FenceVerdict verdict);

/* What the fence remembers of one database since its last look. */
typedef struct FenceRecord {
	const char *suffix;
	FenceVerdict verdict;
	const char *text;  /* why, in a sentence */
	bool is_closed;    /* the fence closed it to clients, and nobody opened it yet */
	bool is_closing;   /* it was about to, and was interrupted: it did so if the database is
			      read-only */
	bool is_plaining;  /* it was about to have links read databases instead of logs of changes,
			      and  was interrupted */
	bool is_unclosed;  /* slapd was about to start on a copy that had to be closed, and the
			      fence could not: clients may have written to it. Until a person's
			      resume */
	bool is_of_daemon; /* it was the daemon that closed it, or set out to, while slapd ran */
	bool has_file;     /* the file was right then: */
	DatabaseFile file;
	bool is_after_stop;   /* slapd has not run since */
	bool is_apart;        /* it took from the database what makes it a provider (fence_apart.h),
				 and nobody gave that back yet */
	bool is_parting;      /* it set out to, and was cut off */
	const Entry *overlay; /* what it took of syncprov; NULL: nothing */
} FenceRecord;

typedef struct FenceRecords {
	FenceRecord *items;
	size_t n_items;
	int64_t looked_sec; /* when the fence last looked ahead of slapd's start, or first ran; 0:
			       it never did, so it is not used here */
} FenceRecords;

/* NULL: nothing is remembered of it. */
FenceRecord *fence_record(const FenceRecords *records, const char *suffix);

/* True when the fence closed the database and nobody opened it yet. */
bool fence_is_closed(const FenceRecords *records, const char *suffix);

/* True when slapd started on the copy and the fence could not tell whether it is the one that was
 * here, and why not is known. */
bool fence_could_not_tell(const FenceRecord *record);

/* A person looked into it: no copy counts any more as one that the fence could not close, or could
 * not judge. True when one did; the items are changed in place. */
bool fence_doubts_end(FenceRecords *records);

/* True when both say the same, as far as it is remembered. */
bool fence_records_equal(const FenceRecords *one, const FenceRecords *other);

/* contextCSN of one database as the daemon last saw it. */
typedef struct LastSeen {
	const char *suffix;
	const char **csns;
	size_t n_csns;
	const char *start; /* slapd's start behind which it was seen; NULL: not known */
	DatabaseFile file; /* in which it was seen; of txnid nothing is kept */
	bool is_relay; /* others get each other's changes through this node alone, and the daemon
			  would make it a provider again */
} LastSeen;

/* What the daemon notes for the fence, which has no running slapd to ask. */
typedef struct LastSeenAll {
	unsigned node;          /* this node's server ID */
	const char *config_dir; /* slapd.d; NULL: not known */
	const char *program;    /* slapd; NULL: not known */
	const char *pid_file;   /* NULL: not known */
	const char *boot;       /* the boot in which it was seen; NULL: not known */
	LastSeen *items;
	size_t n_items;
} LastSeenAll;

/* NULL: it was not seen. */
const LastSeen *last_seen(const LastSeenAll *seen, const char *suffix);

bool last_seen_equal(const LastSeenAll *one, const LastSeenAll *other);

/* What was found out about one database so far; what was not is asked for. */
typedef struct FenceLook {
	const LastSeen *seen;      /* NULL: never */
	const FenceRecord *before; /* NULL: none */
	unsigned node;
	bool is_same_boot; /* as when it was seen: times of files are as they were written */
	DatabaseFile file;
	bool has_content; /* the suffix entry was looked for: */
	bool has_suffix;
	const char *const *csns; /* its contextCSN */
	size_t n_csns;
	bool has_entries;              /* all entries were read: */
	const char *const *entry_csns; /* the newest entryCSN of each server ID */
	size_t n_entry_csns;
} FenceLook;

typedef enum FenceNeed {
	FENCE_NEEDS_NOTHING, /* the verdict stands */
	FENCE_NEEDS_CONTENT, /* the suffix entry must be looked for */
	FENCE_NEEDS_ENTRIES, /* the entryCSN of every entry must be read */
} FenceNeed;

typedef struct FenceJudgement {
	FenceNeed need;
	FenceVerdict verdict; /* when nothing is needed */
	const char *text;     /* why, in a sentence without the suffix */
} FenceJudgement;

FenceJudgement fence_judge(Pool *pool, const FenceLook *look);

/* Right after a stop, once the suffix entry was looked for: is this what slapd left, so that all
 * that comes later can be told from it? Somebody may have put another file there already. */
bool fence_was_left_by_slapd(Pool *pool, const FenceLook *look);

#endif
