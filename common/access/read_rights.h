/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READ_RIGHTS_H
#define SYNCWARD_READ_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/access/access_lists.h"
#include "common/access/access_rule.h"
#include "common/base/pool.h"

/*
 * What an identity may do with a database by olcAccess. slapd asks the database's own values, then
 * the frontend's; where neither has any, everybody may read; otherwise only those whom a value lets
 * (slapd.access(5); seen with 2.4.57, 2.5.13 and 2.6.10).
 *
 * In: the values as the server holds them, and a DN. Out: a verdict that names the value it rests
 * on. Who is in a group or a set, comes from an address, or is meant by a regular expression is
 * never guessed: what depends on it is not proven.
 */

typedef enum ReadOutcome {
	READS_NOT_PROVEN, /* first: what was never judged proves nothing */
	READS_DENIED,
	READS_EVERYTHING,
} ReadOutcome;

typedef struct ReadRights {
	ReadOutcome outcome;
	AccessPlace place;   /* DENIED and NOT_PROVEN: the value that hides, or leaves it open */
	const char *text;    /* its text; NULL: no value */
	const char *hidden;  /* DENIED: "userPassword", "every entry below ou=x", ... */
	AccessUnseen unseen; /* NOT_PROVEN: looking at what the identity sees would not tell, for a
				value asks for that */
} ReadRights;

/* May the identity read every entry and attribute, its own entry included? NULL: somebody who is
 * bound, and whose DN is not known: EVERYTHING when anybody may, else NOT_PROVEN. */
ReadRights read_rights_judge(Pool *pool, const AccessLists *lists, const char *dn);

/* True when the identity surely sees the suffix entry: that it is there, not what is in it. */
bool read_rights_see_suffix(Pool *pool, const AccessLists *lists, const char *dn);

/* True when the identity surely keeps whatever it may have by the lists, also when the value is
 * added to the database's at that index. */
bool read_rights_survive(Pool *pool, const AccessLists *lists, size_t index, const char *value,
			 const char *dn);

/* "olcAccess {0} of the database (to attrs=userPassword by ...)", for people. */
const char *read_rights_place_print(Pool *pool, const ReadRights *rights);

#endif
