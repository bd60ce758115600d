/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_COVERAGE_H
#define SYNCWARD_COPY_COVERAGE_H

#include "common/base/pool.h"
#include "common/base/tree.h"
#include "common/copy/copy.h"
#include "common/copy/csn_window.h"

/* How many entries one search asks for. */
#define COVERAGE_PART_MAX 1000

/*
 * Whether some entry of one server ID is newer than contextCSN. slapd has no filter that names a
 * server ID, so entries of all of them are asked for: there are many where contextCSN is old, or
 * where others have written for long and this server has not. They are read in parts.
 */
typedef struct CoverageLook {
	unsigned sid;
	CsnWindow window;   /* of the next search */
	const char *newest; /* of that server ID in the last part, where one is newer than
			       contextCSN was: coverage_again() is to be asked; else NULL */
	unsigned n_left;    /* parts */
	bool is_over;
	CopyCoverage verdict; /* when it is over */
} CoverageLook;

/* Ends in NULL. */
extern const char *const coverage_attributes[];

/* In at most so many parts; borrows from content. */
CoverageLook coverage_begin(const Content *content, unsigned sid, unsigned n_parts);

/* Takes in what a search for the window showed (is_cut: not all of it); what is kept is copied into
 * the pool. */
void coverage_take(Pool *pool, CoverageLook *look, const Tree *shown, bool is_cut);

/* contextCSN was read again after a part that had something newer, for an overlay keeps contextCSN
 * in memory. */
void coverage_again(CoverageLook *look, const Content *again);

/*
 * True when entries below the suffix entry are shown with their entryCSN, or there are none: where
 * access rules hide them a search for newer ones finds nothing, too. Of an answer to
 * COVERAGE_SIGHT_FILTER below the suffix, of two entries with coverage_sight_attributes. That some
 * are shown does not prove that all are.
 */
bool coverage_is_seen(const Tree *shown);

#define COVERAGE_SIGHT_FILTER "(entryCSN=*)"
#define COVERAGE_SIGHT_MAX    2

/* Ends in NULL. */
extern const char *const coverage_sight_attributes[];

/* A search failed with that LDAP result. */
CopyCoverage coverage_unread(int code);

#endif
