/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/read_rights.h"

#include <string.h>
#include <strings.h>

#include "common/access/access_trial.h"
#include "common/slapd/dn.h"

static bool everybody_may(const AccessTrial *trial, const AccessLists *lists)
{
	return trial->n_rules == 0 ||
	       (lists->root_dn && trial->dn && dn_equal(lists->root_dn, trial->dn));
}

static const char *hidden_print(Pool *pool, const AccessPoint *point)
{
	const char *name = point->sample->name;

	if (point->name->name && strcmp(point->name->name, "entry") == 0)
		return name ? name : "entries";
	if (!point->name->name)
		return name ? pool_printf(pool, "attributes of %s", name) : "attributes";
	return name ? pool_printf(pool, "%s of %s", point->name->name, name) : point->name->name;
}

static void verdict_take(Pool *pool, const AccessPoint *point, const AccessResult *result,
			 ReadRights *ret)
{
	const unsigned needed = ACCESS_SEARCH | ACCESS_READ;
	const bool is_denied = (result->rights.perhaps & ACCESS_READ) == 0;
	const TrialRule *rule =
		is_denied || !result->unsure_by ? result->decided_by : result->unsure_by;

	if ((result->rights.surely & needed) == needed)
		return;
	if (result->unseen > ret->unseen)
		ret->unseen = result->unseen;
	/* What is surely hidden says more than what is open. */
	if (ret->outcome == READS_DENIED || (ret->outcome == READS_NOT_PROVEN && !is_denied))
		return;
	*ret = (ReadRights){.outcome = is_denied ? READS_DENIED : READS_NOT_PROVEN,
			    .unseen = ret->unseen};
	if (is_denied)
		ret->hidden = hidden_print(pool, point);
	if (rule) {
		ret->place = rule->place;
		ret->text = rule->access.text;
	}
}

static AccessUnseen unseen_of_any(const AccessTrial *trial)
{
	AccessUnseen unseen = ACCESS_UNSEEN_NOTHING;

	for (size_t i = 0; i < trial->n_rules; i++) {
		const TrialRule *rule = &trial->rules[i];

		if (rule->unseen_what > unseen)
			unseen = rule->unseen_what;
		for (size_t k = 0; k < rule->access.n_clauses; k++)
			if (rule->unseen_who[k] > unseen)
				unseen = rule->unseen_who[k];
	}
	return unseen;
}

ReadRights read_rights_judge(Pool *pool, const AccessLists *lists, const char *dn)
{
	AccessTrial trial = access_trial_read(pool, lists, dn);
	ReadRights rights = {.outcome = READS_EVERYTHING};

	if (everybody_may(&trial, lists))
		return rights;
	if (trial.n_rules > ACCESS_RULES_MAX)
		return (ReadRights){.outcome = READS_NOT_PROVEN, .unseen = unseen_of_any(&trial)};
	access_trial_find_points(&trial);
	for (size_t i = 0; i < trial.n_samples; i++)
		for (size_t k = 0; k < trial.n_names; k++) {
			const AccessPoint point = {&trial.samples[i], &trial.names[k]};
			const AccessResult result = access_trial_run(&trial, &point, NULL);

			verdict_take(pool, &point, &result, &rights);
		}
	/* It may be the rootdn, which nothing keeps out. */
	if (!dn && rights.outcome == READS_DENIED)
		rights.outcome = READS_NOT_PROVEN;
	return rights;
}

/* An attribute that no rule names is like any other of these. */
static const AccessName *name_find(const AccessTrial *trial, const char *name)
{
	const AccessName *other = NULL;

	for (size_t i = 0; i < trial->n_names; i++) {
		if (!trial->names[i].name)
			other = &trial->names[i];
		else if (strcasecmp(trial->names[i].name, name) == 0)
			return &trial->names[i];
	}
	return other;
}

/* slapd asks for both when it answers to (objectClass=*). */
static bool sample_is_seen(const AccessTrial *trial, const AccessSample *sample)
{
	const AccessPoint entry = {sample, name_find(trial, "entry")};
	const AccessPoint class = {sample, name_find(trial, "objectClass")};

	return (access_trial_run(trial, &entry, NULL).rights.surely & ACCESS_READ) &&
	       (access_trial_run(trial, &class, NULL).rights.surely & ACCESS_SEARCH);
}

bool read_rights_see_suffix(Pool *pool, const AccessLists *lists, const char *dn)
{
	const char *entry = dn_normalise(pool, lists->suffix);
	AccessTrial trial = access_trial_read(pool, lists, dn);

	if (everybody_may(&trial, lists))
		return true;
	if (trial.n_rules > ACCESS_RULES_MAX)
		return false;
	access_trial_find_points(&trial);
	for (size_t i = 0; i < trial.n_samples; i++)
		if (entry && strcmp(trial.samples[i].dn, entry) == 0)
			return sample_is_seen(&trial, &trial.samples[i]);
	return false;
}

static bool point_survives(const AccessTrial *trial, size_t index, const AccessPoint *point)
{
	const TrialRule *added = &trial->rules[index];

	return access_trial_passes(trial, index, point) ||
	       (access_trial_run(trial, point, added).rights.perhaps &
		~access_trial_run(trial, point, NULL).rights.surely) == 0;
}

bool read_rights_survive(Pool *pool, const AccessLists *lists, size_t index, const char *value,
			 const char *dn)
{
	AccessLists after = *lists;
	AccessTrial trial;

	after.database = access_list_insert(pool, lists->database, index, value);
	trial = access_trial_read(pool, &after, dn);
	if (lists->root_dn && dn_equal(lists->root_dn, dn))
		return true;
	/* Without any value everybody may read; one that is added ends that. */
	if (trial.n_rules == 1 || trial.n_rules > ACCESS_RULES_MAX)
		return false;
	access_trial_find_points(&trial);
	for (size_t i = 0; i < trial.n_samples; i++)
		for (size_t k = 0; k < trial.n_names; k++) {
			const AccessPoint point = {&trial.samples[i], &trial.names[k]};

			if (!point_survives(&trial, index, &point))
				return false;
		}
	return true;
}

const char *read_rights_place_print(Pool *pool, const ReadRights *rights)
{
	if (!rights->place.is_rule)
		return "the end of olcAccess, which lets nobody in whom no value named";
	return pool_printf(pool, "olcAccess {%zu} of the %s (%s)", rights->place.index,
			   rights->place.is_frontend ? "frontend" : "database", rights->text);
}
