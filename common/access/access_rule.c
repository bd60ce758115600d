/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access_rule.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/tree.h"
#include "common/slapd/config_words.h"

static const char attrs_prefix[] = "attrs=";

/* --- reading a value --- */

#define LEVEL_DISCLOSE ACCESS_DISCLOSE
#define LEVEL_AUTH     (LEVEL_DISCLOSE | ACCESS_AUTH)
#define LEVEL_COMPARE  (LEVEL_AUTH | ACCESS_COMPARE)
#define LEVEL_SEARCH   (LEVEL_COMPARE | ACCESS_SEARCH)
#define LEVEL_READ     (LEVEL_SEARCH | ACCESS_READ)
#define LEVEL_WRITE    (LEVEL_READ | ACCESS_ADD | ACCESS_DELETE)

static const struct {
	const char *name;
	unsigned privileges;
} levels[] = {
	{"none", 0},
	{"disclose", LEVEL_DISCLOSE},
	{"auth", LEVEL_AUTH},
	{"compare", LEVEL_COMPARE},
	{"search", LEVEL_SEARCH},
	{"read", LEVEL_READ},
	{"add", LEVEL_READ | ACCESS_ADD},
	{"delete", LEVEL_READ | ACCESS_DELETE},
	{"write", LEVEL_WRITE},
	{"manage", LEVEL_WRITE | ACCESS_MANAGE},
};

static const struct {
	char letter;
	unsigned privileges;
} letters[] = {
	{'d', ACCESS_DISCLOSE}, {'x', ACCESS_AUTH},
	{'c', ACCESS_COMPARE},  {'s', ACCESS_SEARCH},
	{'r', ACCESS_READ},     {'a', ACCESS_ADD},
	{'z', ACCESS_DELETE},   {'w', ACCESS_ADD | ACCESS_DELETE},
	{'m', ACCESS_MANAGE},   {'0', 0},
};

static bool letter_take(char letter, unsigned *privileges)
{
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i].letter == tolower((unsigned char)letter)) {
			*privileges |= letters[i].privileges;
			return true;
		}
	return false;
}

/* Privileges like "=rscxd" or "+rs". */
static bool letters_take(const char *word, AccessClause *clause)
{
	unsigned privileges = 0;

	if (!*word || !strchr("=+-", *word))
		return false;
	for (const char *at = word + 1; *at; at++)
		if (!letter_take(*at, &privileges))
			return false;
	clause->operation = *word == '=' ? ACCESS_SET : *word == '+' ? ACCESS_GIVE : ACCESS_TAKE;
	clause->privileges = privileges;
	return true;
}

static bool level_take(const char *word, AccessClause *clause)
{
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (strcasecmp(levels[i].name, word) == 0) {
			clause->operation = ACCESS_SET;
			clause->privileges = levels[i].privileges;
			return true;
		}
	return letters_take(word, clause);
}

static bool control_take(const char *word, AccessClause *clause)
{
	static const char *const controls[] = {
		[ACCESS_STOP] = "stop",
		[ACCESS_CONTINUE] = "continue",
		[ACCESS_BREAK] = "break",
	};

	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		if (strcasecmp(controls[i], word) == 0) {
			clause->control = (AccessControl)i;
			return true;
		}
	return false;
}

/* "write" of "selfwrite"; NULL: it is another word. */
static const char *self_level(const char *word)
{
	static const char *const starts[] = {"self", "realself"};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		const size_t len = strlen(starts[i]);

		if (strncasecmp(word, starts[i], len) == 0 && word[len] && word[len] != '.')
			return word + len;
	}
	return NULL;
}

/* "selfwrite" gives its level only for values that name the identity itself: who that is stays
 * open, as for every word that is not known. */
static void clause_take(Pool *pool, AccessClause *clause, const char *word)
{
	const char *level = self_level(word);

	if (control_take(word, clause) || level_take(word, clause))
		return;
	if (level)
		(void)level_take(level, clause);
	POOL_PUSH(pool, clause->who, clause->n_who, word);
}

static bool is_attrs(const char *what)
{
	return strncasecmp(what, attrs_prefix, strlen(attrs_prefix)) == 0;
}

/* Several lists of attributes are one to slapd. */
static void what_take(Pool *pool, AccessRule *rule, const char *word)
{
	for (size_t i = 0; is_attrs(word) && i < rule->n_what; i++)
		if (is_attrs(rule->what[i])) {
			rule->what[i] = pool_printf(pool, "%s,%s", rule->what[i],
						    word + strlen(attrs_prefix));
			return;
		}
	POOL_PUSH(pool, rule->what, rule->n_what, word);
}

static const char *text_between(Pool *pool, const char *from, const char *to)
{
	while (*from == ' ' || *from == '\t')
		from++;
	while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	return pool_copy(pool, from, (size_t)(to - from));
}

AccessRule access_rule_parse(Pool *pool, const char *value)
{
	AccessRule rule = {.text = ordered_text(value), .what_text = "*"};
	char *const copy = pool_strdup(pool, rule.text);
	char *rest = copy;
	const char *word = config_next_word(&rest);
	const char *from;

	if (!word || strcasecmp(word, "to") != 0) {
		const AccessClause unknown = {.operation = ACCESS_SET, .privileges = ~0u};

		/* slapd holds none like it; if it did, it might give anything to anybody. */
		POOL_PUSH(pool, rule.clauses, rule.n_clauses, unknown);
		POOL_PUSH(pool, rule.clauses->who, rule.clauses->n_who, "?");
		return rule;
	}
	from = rule.text + (word - copy) + strlen(word);
	for (word = config_next_word(&rest); word && strcasecmp(word, "by") != 0;
	     word = config_next_word(&rest))
		what_take(pool, &rule, word);
	if (word)
		rule.what_text = text_between(pool, from, rule.text + (word - copy));
	while (word) {
		AccessClause clause = {0};

		for (word = config_next_word(&rest); word && strcasecmp(word, "by") != 0;
		     word = config_next_word(&rest))
			clause_take(pool, &clause, word);
		POOL_PUSH(pool, rule.clauses, rule.n_clauses, clause);
	}
	return rule;
}

/* --- what it concerns --- */

/* The length of the first name of a list with commas. */
static size_t name_length(const char *names)
{
	return strcspn(names, ",");
}

static const char *name_behind(const char *names)
{
	const size_t len = name_length(names);

	return names + len + (names[len] == ',');
}

static bool name_is(const char *name, size_t len, const char *other)
{
	return strlen(other) == len && strncasecmp(name, other, len) == 0;
}

/* Numbers, and the two types of the standard schema from which others are made: which attributes
 * they mean is for the server's schema to say. */
static bool name_means_others(const char *name, size_t len)
{
	return isdigit((unsigned char)*name) || name_is(name, len, "name") ||
	       name_is(name, len, "distinguishedName");
}

/* "cn" means "cn;lang-en" as well. */
static bool name_means(const char *name, size_t len, const char *attribute)
{
	return name_is(name, len, attribute) ||
	       (strncasecmp(name, attribute, len) == 0 && attribute[len] == ';');
}

static SelectorMatch name_match(const char *name, size_t len, const char *attribute)
{
	if (strchr("@!*", *name))
		return SELECTOR_UNKNOWN; /* the attributes of a class */
	if (!attribute)
		return SELECTOR_NO;
	if (name_means(name, len, attribute))
		return SELECTOR_YES;
	return name_means_others(name, len) && strcasecmp(attribute, "entry") != 0
		       ? SELECTOR_UNKNOWN
		       : SELECTOR_NO;
}

static SelectorMatch names_match(const char *names, const char *attribute)
{
	SelectorMatch found = SELECTOR_NO;

	for (; *names && found != SELECTOR_YES; names = name_behind(names)) {
		const SelectorMatch match = name_match(names, name_length(names), attribute);

		if (match != SELECTOR_NO)
			found = match;
	}
	return found;
}

static bool is_any_entry(const char *what)
{
	return strcmp(what, "*") == 0 || strcasecmp(what, "dn.regex=*") == 0;
}

SelectorMatch access_rule_covers_entry(const AccessRule *rule, const char *dn)
{
	SelectorMatch all = rule->n_what > 0 ? SELECTOR_YES : SELECTOR_UNKNOWN;

	for (size_t i = 0; i < rule->n_what; i++)
		if (!is_any_entry(rule->what[i]) && !is_attrs(rule->what[i]))
			all = selector_and(all, selector_dn_match(rule->what[i], dn));
	return all;
}

SelectorMatch access_rule_covers_attribute(const AccessRule *rule, const char *attribute)
{
	SelectorMatch all = SELECTOR_YES;

	for (size_t i = 0; i < rule->n_what; i++)
		if (is_attrs(rule->what[i]))
			all = selector_and(
				all, names_match(rule->what[i] + strlen(attrs_prefix), attribute));
	return all;
}

const char *access_rule_next_attribute(Pool *pool, const AccessRule *rule, const char **at)
{
	const char *names = *at;

	for (size_t i = 0; !names && i < rule->n_what; i++)
		if (is_attrs(rule->what[i]))
			names = rule->what[i] + strlen(attrs_prefix);
	if (!names || !*names)
		return NULL;
	*at = name_behind(names);
	return pool_printf(pool, "%.*s", (int)name_length(names), names);
}

/* --- whom --- */

static SelectorMatch who_match(const char *who, const char *dn, bool is_own)
{
	if (strcmp(who, "*") == 0 || strcasecmp(who, "users") == 0)
		return SELECTOR_YES;
	if (strcasecmp(who, "anonymous") == 0)
		return SELECTOR_NO;
	if (!dn)
		return SELECTOR_UNKNOWN;
	if (strcasecmp(who, "self") == 0)
		return is_own ? SELECTOR_YES : SELECTOR_NO;
	/* Groups, sets, addresses and the rest are for the server to judge. */
	return selector_dn_match(who, dn);
}

SelectorMatch access_clause_means(const AccessClause *clause, const char *dn, bool is_own)
{
	SelectorMatch all = SELECTOR_YES;

	for (size_t i = 0; i < clause->n_who; i++)
		all = selector_and(all, who_match(clause->who[i], dn, is_own));
	return all;
}

/* --- what no look shows --- */

static bool is_of_connection(const char *who)
{
	static const char *const names[] = {"peername", "sockname",      "sockurl", "domain",
					    "ssf",      "transport_ssf", "tls_ssf", "sasl_ssf"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const size_t len = strlen(names[i]);

		if (strncasecmp(who, names[i], len) == 0 && (who[len] == '=' || who[len] == '.'))
			return true;
	}
	return false;
}

/* "selfread" means the values that name the identity; access information inside of entries may
 * name values, too. */
static bool is_of_values(const char *who)
{
	return self_level(who) || strcasecmp(who, "aci") == 0 || strncasecmp(who, "aci=", 4) == 0 ||
	       strncasecmp(who, "dynacl/", 7) == 0;
}

AccessUnseen access_clause_unseen(const AccessClause *clause)
{
	AccessUnseen unseen = ACCESS_UNSEEN_NOTHING;

	for (size_t i = 0; i < clause->n_who; i++) {
		if (is_of_connection(clause->who[i]))
			return ACCESS_UNSEEN_CONNECTION;
		if (is_of_values(clause->who[i]))
			unseen = ACCESS_UNSEEN_VALUES;
	}
	return unseen;
}

AccessUnseen access_rule_unseen(const AccessRule *rule)
{
	for (size_t i = 0; i < rule->n_what; i++)
		if (strncasecmp(rule->what[i], "val", 3) == 0)
			return ACCESS_UNSEEN_VALUES;
	return ACCESS_UNSEEN_NOTHING;
}
