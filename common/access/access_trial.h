/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_TRIAL_H
#define SYNCWARD_ACCESS_TRIAL_H

#include "common/access/access_lists.h"
#include "common/access/access_rule.h"

/*
 * The lists are tried at points, an entry and an attribute each. Entries differ for them only by
 * how they stand to the DNs that the values name: each such DN, an entry right below it and one
 * deeper stand for all others. Attributes are those that values name, the entry as such, and one
 * that no value names. What is not known for sure at a point is kept as two sets of privileges:
 * those that the identity surely has there, and those that it perhaps has.
 */

#define ACCESS_RULES_MAX 100 /* more of them are not judged: the time grows with the square */

/* What the identity has by the rules read so far. */
typedef struct AccessRights {
	bool is_reached; /* false: no path leads here, and the rest means nothing */
	unsigned surely;
	unsigned perhaps;
} AccessRights;

/* One entry for all that stand alike to the rules. */
typedef struct AccessSample {
	const char *dn;   /* normal */
	const char *name; /* for people; NULL: it stands for any */
	bool is_own;
	SelectorMatch *covered; /* by each rule, attributes aside */
} AccessSample;

/* One attribute for all that stand alike to the rules. */
typedef struct AccessName {
	const char *name;       /* NULL: one that no rule names */
	SelectorMatch *covered; /* by each rule, entries aside */
} AccessName;

typedef struct TrialRule {
	AccessRule access;
	AccessPlace place;
	SelectorMatch *means;     /* the identity, by each clause */
	SelectorMatch *means_own; /* in its own entry */
	AccessUnseen unseen_what; /* access_rule_unseen() */
	AccessUnseen *unseen_who; /* each clause: access_clause_unseen() */
} TrialRule;

typedef struct AccessTrial {
	Pool *pool;
	const char *dn;
	const char *suffix;
	TrialRule *rules;
	size_t n_rules;
	AccessSample *samples;
	size_t n_samples;
	AccessName *names;
	size_t n_names;
} AccessTrial;

typedef struct AccessPoint {
	const AccessSample *sample;
	const AccessName *name;
} AccessPoint;

/* What the identity has at a point, and which rules say so; NULL: none. */
typedef struct AccessResult {
	AccessRights rights;
	const TrialRule *decided_by;
	const TrialRule *unsure_by;
	AccessUnseen unseen; /* what is not known depends on that, too */
} AccessResult;

/* Reads the lists for an identity. */
AccessTrial access_trial_read(Pool *pool, const AccessLists *lists, const char *dn);

/* Finds the entries and attributes at which the rules can differ. */
void access_trial_find_points(AccessTrial *trial);

/* What the identity has at the point. skipped: a rule that counts as not there; NULL: none. */
AccessResult access_trial_run(const AccessTrial *trial, const AccessPoint *point,
			      const TrialRule *skipped);

/* True when the rule surely leaves to the rules after it what they would decide without it. */
bool access_trial_passes(const AccessTrial *trial, size_t index, const AccessPoint *point);

#endif
