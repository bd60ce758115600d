/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_VIEW_H
#define SYNCWARD_LDAP_VIEW_H

#include <ldap.h>

#include "agent/system/budget.h"
#include "common/access/access_targets.h"
#include "common/base/pool.h"
#include "common/base/tree.h"

/* A connection of one identity, to see what that identity sees of a database. */
typedef struct LdapViewer {
	Pool *pool;
	LDAP *ldap;
	const char *suffix;
	const char *dn;        /* its own entry; NULL: it has none, or it does not matter */
	unsigned timeout_msec; /* for each operation */
	Budget budget;         /* of all of them together */
	void (*begins)(const void *data); /* an operation begins; NULL: nobody wants to know */
	const void *data;
} LdapViewer;

/* Which entries to look at besides those with passwords and some of each structural class and of
 * each place below the suffix. */
typedef struct LdapSample {
	size_t n_first;              /* the first so many of the database */
	const AccessTarget *targets; /* and some that each of these finds */
	size_t n_targets;
	bool counts_values; /* how many each attribute has is compared, too */
} LdapSample;

/*
 * What the second identity does not see of a sample that the first one reads: names of attributes,
 * and numbers of values where they are asked for (view_lacks()); NULL: it sees all of it. What
 * others write meanwhile is not taken for hidden. False when there was nothing to see, or slapd
 * stopped to answer.
 */
bool ldap_view_compare(const LdapViewer *whole, const LdapViewer *other, const LdapSample *sample,
		       const char **ret_lacks);

/* True when the identity sees an entry that the target finds, other than that one. */
bool ldap_view_finds_other(const LdapViewer *viewer, const AccessTarget *target, const char *dn);

/* How long the next operation may wait: the viewer's time-out, or what is left to its end. */
unsigned ldap_view_patience_msec(const LdapViewer *viewer);

/* For callers that compare more than two identities of one server: */

/* What of the entries. */
typedef enum ViewWhat {
	VIEW_NAMES,      /* of all attributes */
	VIEW_USER_NAMES, /* of those that each server has for all readers and replicates */
	VIEW_CLASSES,    /* values */
	VIEW_VERSIONS,   /* values */
	VIEW_COUNTS,     /* as VIEW_USER_NAMES, each with its number of values, which are empty */
} ViewWhat;

/* What is known of one entry for the identity that asked. */
typedef enum EntrySight {
	ENTRY_NOT_KNOWN, /* first: zero means that nothing is known */
	ENTRY_IS_SHOWN,
	ENTRY_IS_HIDDEN, /* it, or the nearest entry above it */
	ENTRY_IS_GONE,   /* surely not there */
} EntrySight;

/* The entries to look at, with the names of their attributes. */
Tree ldap_view_sample(const LdapViewer *viewer, const LdapSample *wanted);

/*
 * The same entries as the viewer sees them, each asked for by its name. ret_sights, in the order of
 * the sample, may be NULL. False when slapd stopped to answer.
 */
bool ldap_view_read(const LdapViewer *viewer, const Tree *sample, ViewWhat what, Tree *ret,
		    EntrySight *ret_sights);

#endif
