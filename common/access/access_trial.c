/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access_trial.h"

#include <string.h>
#include <strings.h>

#include "common/slapd/dn.h"

/* --- what is tried --- */

static void sample_add(AccessTrial *trial, const char *dn, const char *name)
{
	const char *normal = dn_normalise(trial->pool, dn);

	if (!normal || !dn_is_within(normal, trial->suffix))
		return;
	for (size_t i = 0; i < trial->n_samples; i++)
		if (strcmp(trial->samples[i].dn, normal) == 0)
			return;
	POOL_PUSH(trial->pool, trial->samples, trial->n_samples,
		  {.dn = normal, .name = name, .is_own = trial->dn && dn_equal(normal, trial->dn)});
}

/* An entry, and those below it, at both distances that a rule can tell apart. */
static void samples_add(AccessTrial *trial, const char *dn, const char *name,
			const char *name_below)
{
	static const char rdn[] = "cn=x-syncward-any";
	const char *below = *dn ? pool_printf(trial->pool, "%s,%s", rdn, dn) : rdn;

	sample_add(trial, below, name_below);
	sample_add(trial, pool_printf(trial->pool, "%s,%s", rdn, below), name_below);
	sample_add(trial, dn, name);
}

static void samples_add_named(AccessTrial *trial, const AccessRule *rule)
{
	for (size_t i = 0; i < rule->n_what; i++) {
		const char *dn = strchr(rule->what[i], '=');

		if (strncasecmp(rule->what[i], "dn", 2) == 0 && dn &&
		    dn_normalise(trial->pool, dn + 1))
			samples_add(trial, dn + 1, dn + 1,
				    pool_printf(trial->pool, "entries below %s", dn + 1));
	}
}

static void name_add(AccessTrial *trial, const char *name)
{
	for (size_t i = 0; i < trial->n_names; i++)
		if (strcasecmp(trial->names[i].name, name) == 0)
			return;
	POOL_PUSH(trial->pool, trial->names, trial->n_names, {.name = name});
}

/* Nobody reads the pseudo attribute "children", and a class is not an attribute. */
static bool name_is_read(const char *attribute)
{
	return *attribute && strcasecmp(attribute, "children") != 0 && !strchr("@!*", *attribute);
}

static void names_add_named(AccessTrial *trial, const AccessRule *rule)
{
	const char *at = NULL, *attribute;

	while ((attribute = access_rule_next_attribute(trial->pool, rule, &at)))
		if (name_is_read(attribute))
			name_add(trial, attribute);
}

static void rule_add(AccessTrial *trial, const char *value, AccessPlace place)
{
	TrialRule rule = {.access = access_rule_parse(trial->pool, value), .place = place};
	const size_t size = (rule.access.n_clauses + 1) * sizeof(*rule.means);

	rule.means = pool_alloc(trial->pool, size);
	rule.means_own = pool_alloc(trial->pool, size);
	rule.unseen_what = access_rule_unseen(&rule.access);
	rule.unseen_who =
		pool_alloc(trial->pool, (rule.access.n_clauses + 1) * sizeof(*rule.unseen_who));
	for (size_t i = 0; i < rule.access.n_clauses; i++) {
		const AccessClause *clause = &rule.access.clauses[i];

		rule.means[i] = access_clause_means(clause, trial->dn, false);
		rule.means_own[i] = access_clause_means(clause, trial->dn, true);
		rule.unseen_who[i] = access_clause_unseen(clause);
	}
	POOL_PUSH(trial->pool, trial->rules, trial->n_rules, rule);
}

static void rules_add(AccessTrial *trial, const Attribute *list, bool is_frontend)
{
	for (size_t i = 0; list && i < list->n_values; i++)
		rule_add(trial, list->values[i].bytes,
			 (AccessPlace){.is_rule = true, .is_frontend = is_frontend, .index = i});
}

AccessTrial access_trial_read(Pool *pool, const AccessLists *lists, const char *dn)
{
	AccessTrial trial = {.pool = pool, .dn = dn, .suffix = lists->suffix};

	rules_add(&trial, lists->database, false);
	rules_add(&trial, lists->frontend, true);
	return trial;
}

/* Once for each entry and each attribute: there are many more points. */
static void covers_judge(AccessTrial *trial)
{
	const size_t size = (trial->n_rules + 1) * sizeof(SelectorMatch);

	for (size_t i = 0; i < trial->n_samples; i++) {
		AccessSample *sample = &trial->samples[i];

		sample->covered = pool_alloc(trial->pool, size);
		for (size_t k = 0; k < trial->n_rules; k++)
			sample->covered[k] =
				access_rule_covers_entry(&trial->rules[k].access, sample->dn);
	}
	for (size_t i = 0; i < trial->n_names; i++) {
		AccessName *name = &trial->names[i];

		name->covered = pool_alloc(trial->pool, size);
		for (size_t k = 0; k < trial->n_rules; k++)
			name->covered[k] =
				access_rule_covers_attribute(&trial->rules[k].access, name->name);
	}
}

void access_trial_find_points(AccessTrial *trial)
{
	name_add(trial, "entry");
	samples_add(trial, trial->suffix, "the suffix entry", NULL);
	for (size_t i = 0; i < trial->n_rules; i++) {
		samples_add_named(trial, &trial->rules[i].access);
		names_add_named(trial, &trial->rules[i].access);
	}
	if (trial->dn)
		sample_add(trial, trial->dn, "its own entry");
	POOL_PUSH(trial->pool, trial->names, trial->n_names, {.name = NULL});
	covers_judge(trial);
}

/* --- one point --- */

static void rights_join(AccessRights *rights, AccessRights other)
{
	if (!other.is_reached)
		return;
	if (!rights->is_reached) {
		*rights = other;
		return;
	}
	rights->surely &= other.surely;
	rights->perhaps |= other.perhaps;
}

static AccessRights clause_apply(const AccessClause *clause, AccessRights rights)
{
	switch (clause->operation) {
	case ACCESS_GIVE:
		rights.surely |= clause->privileges;
		rights.perhaps |= clause->privileges;
		break;
	case ACCESS_SET:
		rights.surely = rights.perhaps = clause->privileges;
		break;
	case ACCESS_TAKE:
		rights.surely &= ~clause->privileges;
		rights.perhaps &= ~clause->privileges;
		break;
	}
	return rights;
}

static void result_hangs(AccessResult *result, AccessUnseen unseen)
{
	if (unseen > result->unseen)
		result->unseen = unseen;
}

static void result_end(AccessResult *result, AccessRights rights, const TrialRule *rule)
{
	if (!result->decided_by)
		result->decided_by = rule;
	rights_join(&result->rights, rights);
}

/* What goes on to the next rule; is_reached is false when nothing does. */
static AccessRights clauses_walk(const TrialRule *rule, bool is_own, AccessRights rights,
				 AccessResult *result)
{
	const SelectorMatch *means = is_own ? rule->means_own : rule->means;
	AccessRights passed = {0};

	for (size_t i = 0; i < rule->access.n_clauses; i++) {
		const AccessClause *clause = &rule->access.clauses[i];
		const AccessRights after = clause_apply(clause, rights);

		if (means[i] == SELECTOR_NO)
			continue;
		if (means[i] == SELECTOR_UNKNOWN && !result->unsure_by)
			result->unsure_by = rule;
		if (means[i] == SELECTOR_UNKNOWN)
			result_hangs(result, rule->unseen_who[i]);
		if (clause->control == ACCESS_STOP)
			result_end(result, after, rule);
		else if (clause->control == ACCESS_BREAK)
			rights_join(&passed, after);
		else if (means[i] == SELECTOR_YES)
			rights = after;
		else
			rights_join(&rights, after);
		if (means[i] == SELECTOR_YES && clause->control != ACCESS_CONTINUE)
			return passed;
	}
	/* The unwritten end of every value is "by * none". */
	result_end(result, (AccessRights){.is_reached = true}, rule);
	return passed;
}

static SelectorMatch rule_covers(size_t index, const AccessPoint *point)
{
	return selector_and(point->sample->covered[index], point->name->covered[index]);
}

AccessResult access_trial_run(const AccessTrial *trial, const AccessPoint *point,
			      const TrialRule *skipped)
{
	AccessRights rights = {.is_reached = true};
	AccessResult result = {0};

	for (size_t i = 0; rights.is_reached && i < trial->n_rules; i++) {
		const TrialRule *rule = &trial->rules[i];
		const SelectorMatch covers = rule_covers(i, point);
		AccessRights passed;

		if (covers == SELECTOR_NO || rule == skipped)
			continue;
		if (covers == SELECTOR_UNKNOWN && !result.unsure_by)
			result.unsure_by = rule;
		result_hangs(&result, rule->unseen_what);
		passed = clauses_walk(rule, point->sample->is_own, rights, &result);
		if (covers == SELECTOR_UNKNOWN)
			rights_join(&passed, rights);
		rights = passed;
	}
	/* After the last value nobody has any right, whatever they brought with them. */
	if (rights.is_reached)
		result_end(&result, (AccessRights){.is_reached = true}, NULL);
	return result;
}

bool access_trial_passes(const AccessTrial *trial, size_t index, const AccessPoint *point)
{
	const TrialRule *rule = &trial->rules[index];
	AccessResult result = {0};
	AccessRights passed;

	if (rule_covers(index, point) == SELECTOR_NO)
		return true;
	passed = clauses_walk(rule, point->sample->is_own, (AccessRights){.is_reached = true},
			      &result);
	return passed.is_reached && passed.perhaps == 0 && !result.rights.is_reached;
}
