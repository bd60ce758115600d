/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access_targets.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/slapd/dn.h"

#define TARGETS_MAX 100

static const char any_entry[] = "(objectClass=*)";

static bool starts(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

/* "dn.base=X", "filter=X": X; NULL when the word is another one. */
static const char *word_value(const char *word, const char *name)
{
	const char *equals = strchr(word, '=');

	return starts(word, name) && equals ? equals + 1 : NULL;
}

static bool is_exact(const char *word)
{
	return starts(word, "dn=") || starts(word, "dn.exact=") || starts(word, "dn.base");
}

static void entries_take(Pool *pool, const AccessRule *rule, const char *suffix,
			 AccessTarget *target)
{
	for (size_t i = 0; i < rule->n_what; i++) {
		const char *word = rule->what[i];
		const char *dn = word_value(word, "dn");

		if (word_value(word, "filter"))
			target->filter = word_value(word, "filter");
		/* Those of regular expressions are looked for everywhere, perhaps in vain. */
		if (!dn || !dn_normalise(pool, dn) || !dn_is_within(dn, suffix))
			continue;
		target->base = dn;
		target->is_base_alone = is_exact(word);
	}
}

static bool is_attribute(const char *name)
{
	return isalpha((unsigned char)*name) && strcasecmp(name, "entry") != 0 &&
	       strcasecmp(name, "children") != 0;
}

static void target_add(Pool *pool, AccessTargets *targets, AccessTarget target)
{
	for (size_t i = 0; i < targets->n_items; i++)
		if (targets->items[i].rule == target.rule &&
		    strcasecmp(targets->items[i].base, target.base) == 0 &&
		    targets->items[i].is_base_alone == target.is_base_alone &&
		    strcmp(targets->items[i].filter, target.filter) == 0)
			return;
	if (targets->n_items < TARGETS_MAX)
		POOL_PUSH(pool, targets->items, targets->n_items, target);
	else
		targets->is_cut = true;
}

/* A clause that surely means the reader decides; one that may mean the reader leaves all open. */
static bool is_open(const AccessRule *rule, const AccessTarget *target, const char *reader)
{
	const unsigned needed = ACCESS_SEARCH | ACCESS_READ;

	for (size_t i = 0; i < rule->n_clauses; i++) {
		const AccessClause *clause = &rule->clauses[i];

		switch (access_clause_means(clause, reader, false)) {
		case SELECTOR_UNKNOWN:
			return true;
		case SELECTOR_YES:
			if (clause->control == ACCESS_CONTINUE)
				break;
			return clause->control == ACCESS_STOP &&
			       (clause->operation == ACCESS_TAKE ||
				(clause->privileges & needed) != needed) &&
			       access_rule_covers_entry(rule, target->base) == SELECTOR_UNKNOWN;
		default:
			break;
		}
	}
	return access_rule_covers_entry(rule, target->base) == SELECTOR_UNKNOWN;
}

/* --- whether entries differ --- */

/* "dnattr=", "set=", "self.level{1}", "dn.exact,expand=" and the like look into the entry, or at
 * its name. */
static bool is_of_entry(const char *who)
{
	static const char *const names[] = {"dnattr", "realdnattr", "set", "self.", "realself"};
	const size_t style_len = strcspn(who, "=");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (starts(who, names[i]))
			return true;
	return style_len >= strlen("expand") &&
	       starts(who + style_len - strlen("expand"), "expand");
}

static bool is_by_entry(const AccessRule *rule)
{
	for (size_t i = 0; i < rule->n_what; i++)
		if (starts(rule->what[i], "dn.regex="))
			return true;
	for (size_t i = 0; i < rule->n_clauses; i++)
		for (size_t k = 0; k < rule->clauses[i].n_who; k++)
			if (is_of_entry(rule->clauses[i].who[k]))
				return true;
	return false;
}

/* What may be searched may be read. */
static bool search_tells(const AccessRule *rule, const char *reader)
{
	for (size_t i = 0; i < rule->n_clauses; i++) {
		const AccessClause *clause = &rule->clauses[i];

		if (access_clause_means(clause, reader, false) != SELECTOR_NO &&
		    !(clause->privileges & ACCESS_SEARCH) != !(clause->privileges & ACCESS_READ))
			return false;
	}
	return true;
}

static AccessSpread spread_of(const AccessRule *rule, const char *reader)
{
	if (!is_by_entry(rule))
		return ACCESS_LIKE_ALL;
	return search_tells(rule, reader) ? ACCESS_BY_ENTRY : ACCESS_BY_ENTRY_AND_SEE;
}

/* --- all of a list --- */

typedef struct Finding {
	Pool *pool;
	const AccessLists *lists;
	const char *reader;
	size_t n_rules;
	AccessTargets targets;
} Finding;

/* Of a class no search asks for all attributes. */
static void with_name(Pool *pool, const char *name, AccessTarget *target)
{
	if (is_attribute(name)) {
		target->filter = pool_printf(pool, "(&%s(%s=*))", target->filter, name);
		target->attribute = name;
		return;
	}
	if (*name == '@')
		target->filter =
			pool_printf(pool, "(&%s(objectClass=%s))", target->filter, name + 1);
	if (strchr("@!", *name) && target->spread == ACCESS_BY_ENTRY)
		target->spread = ACCESS_BY_ENTRY_AND_SEE;
}

static void rule_take(Finding *finding, const AccessRule *rule)
{
	Pool *pool = finding->pool;
	AccessTarget target = {
		.base = finding->lists->suffix, .filter = any_entry, .rule = finding->n_rules};
	const char *at = NULL, *name;

	entries_take(pool, rule, finding->lists->suffix, &target);
	target.is_open = is_open(rule, &target, finding->reader);
	target.spread = spread_of(rule, finding->reader);
	if (!access_rule_next_attribute(pool, rule, &at) &&
	    (target.base != finding->lists->suffix || target.filter != any_entry))
		target_add(pool, &finding->targets, target);
	at = NULL;
	while ((name = access_rule_next_attribute(pool, rule, &at))) {
		AccessTarget with = target;

		with_name(pool, name, &with);
		target_add(pool, &finding->targets, with);
	}
}

static void list_take(Finding *finding, const Attribute *list)
{
	for (size_t i = 0; list && i < list->n_values; i++, finding->n_rules++) {
		const AccessRule rule = access_rule_parse(finding->pool, list->values[i].bytes);

		rule_take(finding, &rule);
	}
}

AccessTargets access_targets_find(Pool *pool, const AccessLists *lists, const char *reader)
{
	Finding finding = {.pool = pool, .lists = lists, .reader = reader};

	list_take(&finding, lists->database);
	list_take(&finding, lists->frontend);
	return finding.targets;
}
