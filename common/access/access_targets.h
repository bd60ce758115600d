/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_TARGETS_H
#define SYNCWARD_ACCESS_TARGETS_H

#include "common/access/access_lists.h"
#include "common/access/access_rule.h"

/* Whether one entry of those that a value concerns stands for all of them. */
typedef enum AccessSpread {
	ACCESS_LIKE_ALL,
	ACCESS_BY_ENTRY,         /* each has to be searched for the attribute */
	ACCESS_BY_ENTRY_AND_SEE, /* a search does not tell either: each has to be read */
} AccessSpread;

/* Where to look for entries that one olcAccess value concerns: a search that finds some of them. */
typedef struct AccessTarget {
	const char *base;
	bool is_base_alone; /* else what is below it, too */
	const char *filter;
	size_t rule;  /* the value, counted over both lists */
	bool is_open; /* what it gives the reader only slapd can tell */
	AccessSpread spread;
	const char *attribute; /* that the filter asks for; NULL: none */
} AccessTarget;

typedef struct AccessTargets {
	AccessTarget *items;
	size_t n_items;
	bool is_cut; /* there are more */
} AccessTargets;

/*
 * One for each entry and attribute that a value of the lists names (slapd.access(5), "to ..."), of
 * very many values the first ones. What a value says of whole databases needs none.
 */
AccessTargets access_targets_find(Pool *pool, const AccessLists *lists, const char *reader);

#endif
