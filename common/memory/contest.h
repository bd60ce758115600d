/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONTEST_H
#define SYNCWARD_CONTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/tree.h"

/*
 * Two writers disagree about an attribute (G9). When the agent corrected it three times in ten
 * minutes, or three times in a day found the same value, it gives way: it corrects again only after
 * the other was quiet, and waits twice as long each time that its correction was undone. The
 * contest is over when a correction (or the other's own value) lasted as long as the wait. Times
 * are seconds since 1970.
 */

#define CONTEST_MEMORY        16 /* corrections kept of each attribute */
#define CONTEST_QUIET_MIN_SEC 600
#define CONTEST_QUIET_MAX_SEC 86400

/* One correction of what somebody else had changed. */
typedef struct Corrected {
	int64_t at_sec;
	const char *value; /* that was found, masked; "": none */
} Corrected;

/* An attribute that was corrected lately. */
typedef struct Contest {
	const char *dn;
	const char *attribute;
	const char *suffix;     /* NULL: the server itself */
	Corrected *corrections; /* oldest first */
	size_t n_corrections;
	const char *text;  /* what was told when it became contested; NULL: it is not */
	int64_t quiet_sec; /* how long the other must be quiet */
	int64_t moved_sec; /* when somebody wrote the entry last, as far as we saw */
	const char *csn;   /* of the entry then */
	bool is_open;      /* the other was quiet: it may be corrected once */
	bool is_tried;     /* it was corrected: will that last? */
} Contest;

typedef struct ContestList {
	Contest *items;
	size_t n_items;
	const char *sha256; /* of the peers.json that they are about: another one ends all */
} ContestList;

/* A copy of everything in another pool, for another peers.json an empty one. */
ContestList contests_copy(Pool *pool, const ContestList *list, const char *sha256);

/* What is remembered of the attribute; NULL: nothing. */
Contest *contest_find(const ContestList *list, const char *dn, const char *attribute);

/* True while the attribute must not be written. */
bool contest_holds(const Contest *contest);

/*
 * Notes a correction. what has the attribute's names; all strings are copied. may_contest false
 * only counts.
 */
void contest_note(Pool *pool, ContestList *list, const Contest *what, const char *value,
		  int64_t now_sec, bool may_contest);

/* The names of an attribute. */
typedef struct ContestName {
	const char *dn;
	const char *attribute;
} ContestName;

/* What a pass saw at its last look. */
typedef struct ContestLook {
	const Tree *config;
	const ContestName *needed; /* attributes that differ from what is wanted */
	size_t n_needed;
	const char **written; /* entries that this pass wrote itself */
	size_t n_written;
	int64_t now_sec;
} ContestLook;

/* Carries all contests on; returns whether anything changed that is worth keeping. Those that are
 * over are taken out; sets *ret_opened when one may be corrected now. */
bool contests_look(Pool *pool, ContestList *list, const ContestLook *look, bool *ret_opened);

/* "the 4th time in an hour, about every 30 min": with one more correction now; NULL for the first.
 */
const char *contest_rhythm(Pool *pool, const Contest *contest, int64_t now_sec);

#endif
