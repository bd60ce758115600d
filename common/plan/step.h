/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STEP_H
#define SYNCWARD_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

typedef enum ModKind {
	MOD_ADD,
	MOD_DELETE,
	MOD_REPLACE,
	MOD_KIND_COUNT
} ModKind;

/* One change of one attribute; no values with MOD_DELETE or MOD_REPLACE: the whole attribute goes.
 */
typedef struct Mod {
	ModKind kind;
	const char *attribute;
	const char **values;
	size_t n_values;
} Mod;

typedef enum StepKind {
	STEP_MODIFY,
	STEP_ADD_ENTRY,    /* mods are the entry's attributes, all MOD_ADD */
	STEP_DELETE_ENTRY, /* an overlay: that slapd holds in memory alone, or to have its
			      contextCSN written down */
	STEP_SEARCH,       /* goes on once the entry has what mods name, at least as new */
	STEP_COUNT,        /* goes on once slapd counts an entry in the database of that suffix */
	STEP_KIND_COUNT
} StepKind;

/* One LDAP operation on cn=config, which slapd does as a whole or, disk faults aside, not at all;
 * or a look that must find something before the next step. */
typedef struct Step {
	StepKind kind;
	const char *dn;
	const char *suffix; /* the database it serves; NULL for the server itself */
	Mod *mods;
	size_t n_mods;
	bool builds_index;    /* over entries: slapd does so in the background, for a while */
	bool is_optional;     /* its failure is reported and does not stop the steps after it */
	const char **covered; /* suffixes of which contextCSN has every entry of covered_sid, or
				 the step is not sent */
	size_t n_covered;
	unsigned covered_sid;
} Step;

/* "add", "modify", ...: as LDIF names them. */
const char *mod_kind_name(ModKind kind);
const char *step_kind_name(StepKind kind);

/* False for a step that only looks. */
bool step_writes(const Step *step);

/* The step in one line, without values: "modify 'DN' (delete olcSyncrepl, replace olcSyncrepl)". */
const char *step_title(Pool *pool, const Step *step);

#endif
