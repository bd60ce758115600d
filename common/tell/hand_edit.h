/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HAND_EDIT_H
#define SYNCWARD_HAND_EDIT_H

#include "common/plan/authors.h"

/*
 * Was a file of slapd's configuration folder written by slapd or by hand? slapd writes memory and
 * file while nobody can search, and gives the entry a new entryCSN: a file that was touched while
 * its entry's entryCSN stayed the same was not written by slapd.
 */

typedef struct FileList {
	const char **items; /* relative to the folder */
	size_t n_items;
} FileList;

/* One look at cn=config, and what was touched around it. */
typedef struct HandEditLook {
	const Seen *before; /* entryCSNs at the look before; NULL: there was none */
	const Tree *config; /* as it is now */
	FileList touched;   /* since then, and known before this look began */
	FileList meanwhile; /* known only when it was over: slapd may have written them after it */
} HandEditLook;

/* An edit by hand that was found. */
typedef struct HandEdit {
	const char *file;
	const char *dn;
	const char *csn; /* of the entry, unchanged */
} HandEdit;

typedef struct HandEditList {
	HandEdit *items;
	size_t n_items;
} HandEditList;

/* Finds edits. carried are files that only the next look can judge: they belong to its touched.
 * Files of entries that the look did not read, or that came or went, are left out. Strings are not
 * copied. */
void hand_edits_find(Pool *pool, const HandEditLook *look, HandEditList *ret, FileList *carried);

/* The entryCSN of every entry. Everything is copied into the pool. */
Seen seen_all(Pool *pool, const Tree *config);

#endif
