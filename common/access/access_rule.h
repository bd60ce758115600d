/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_RULE_H
#define SYNCWARD_ACCESS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/access/selector.h"
#include "common/base/pool.h"

/* One olcAccess value, read once: whom and what it concerns, and what it gives (slapd.access(5)).
 */

/* The privileges of slapd.access(5), one bit each; a level is all of those up to it. */
enum {
	ACCESS_DISCLOSE = 1 << 0,
	ACCESS_AUTH = 1 << 1,
	ACCESS_COMPARE = 1 << 2,
	ACCESS_SEARCH = 1 << 3,
	ACCESS_READ = 1 << 4,
	ACCESS_ADD = 1 << 5,
	ACCESS_DELETE = 1 << 6,
	ACCESS_MANAGE = 1 << 7,
};

/* How a clause changes the privileges that the clauses before it gave. */
typedef enum AccessOperation {
	ACCESS_GIVE, /* "+rs", and a clause that names none */
	ACCESS_SET,  /* "read", "=rs" */
	ACCESS_TAKE, /* "-rs" */
} AccessOperation;

/* What happens to the identity after a clause that concerns it. */
typedef enum AccessControl {
	ACCESS_STOP,
	ACCESS_CONTINUE, /* with the next clause of the value */
	ACCESS_BREAK,    /* with the next value */
} AccessControl;

/* What depends on something that cannot be seen from here by looking at what an identity is shown.
 */
typedef enum AccessUnseen {
	ACCESS_UNSEEN_NOTHING,
	ACCESS_UNSEEN_CONNECTION, /* how and from where a client connects: of two connections of one
				     identity it may mean only one */
	ACCESS_UNSEEN_VALUES,     /* single values: all others of the attribute are shown */
} AccessUnseen;

typedef struct AccessClause {
	const char **who; /* all of them must be right */
	size_t n_who;
	AccessOperation operation;
	unsigned privileges;
	AccessControl control;
} AccessClause;

typedef struct AccessRule {
	const char *text;      /* without "{n}" */
	const char *what_text; /* verbatim: what follows "to" */
	const char **what;     /* all of them must be right; 0: it could not be read */
	size_t n_what;
	AccessClause *clauses;
	size_t n_clauses;
} AccessRule;

/* Reads a value, with or without "{n}". */
AccessRule access_rule_parse(Pool *pool, const char *value);

/* Whether the rule concerns an entry, attributes aside. */
SelectorMatch access_rule_covers_entry(const AccessRule *rule, const char *dn);

/* Whether it concerns an attribute, entries aside: "entry" for the entry as such; NULL: one that no
 * rule names. */
SelectorMatch access_rule_covers_attribute(const AccessRule *rule, const char *attribute);

/* Whether a clause means the identity; is_own: in its own entry, where it is "self". NULL: somebody
 * who is bound, and whose DN is not known. */
SelectorMatch access_clause_means(const AccessClause *clause, const char *dn, bool is_own);

/* What the answer to "whom does the clause mean" depends on; access_rule_unseen(): the same for
 * what the rule concerns ("val=..."). */
AccessUnseen access_clause_unseen(const AccessClause *clause);
AccessUnseen access_rule_unseen(const AccessRule *rule);

/* The next attribute of the rule's "attrs=" after *at, which starts as NULL; NULL at the end. */
const char *access_rule_next_attribute(Pool *pool, const AccessRule *rule, const char **at);

#endif
