/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/limits.h"

#include <string.h>
#include <strings.h>

#include "common/slapd/config_words.h"
#include "common/slapd/dn.h"
#include "common/slapd/selector.h"

/* What one olcLimits value says about size or time. */
typedef struct Limit {
	bool soft_is_unlimited; /* for searches that ask for no limit, as a consumer's do */
	bool unchecked_is_unlimited;
} Limit;

static bool begins_with(const char *text, const char *word)
{
	return strncasecmp(text, word, strlen(word)) == 0;
}

static SelectorMatch limits_match(const char *selector, const char *dn)
{
	if (strcmp(selector, "*") == 0 || strcasecmp(selector, "users") == 0)
		return SELECTOR_YES;
	if (strcasecmp(selector, "anonymous") == 0)
		return SELECTOR_NO;
	/* A pattern without "dn" or "group" in front is an exact DN. */
	if (!begins_with(selector, "dn.") && !begins_with(selector, "dn=") &&
	    !begins_with(selector, "group"))
		return dn_equal(selector, dn) ? SELECTOR_YES : SELECTOR_NO;
	if (strcmp(selector + strcspn(selector, "="), "=*") == 0 && begins_with(selector, "dn") &&
	    !begins_with(selector, "dn.anonymous"))
		return SELECTOR_YES;
	/* The type "self" means whom we ask about, as no type does; "this" is the base of the
	 * search. */
	if (begins_with(selector, "dn.self")) {
		AUTO(Pool) *scratch = pool_new();

		selector += strlen("dn.self");
		return selector_dn_match(pool_printf(scratch, "dn%s", selector), dn);
	}
	return selector_dn_match(selector, dn);
}

static bool is_unlimited(const char *value)
{
	return strcasecmp(value, "unlimited") == 0 || strcasecmp(value, "none") == 0 ||
	       strcmp(value, "-1") == 0;
}

/* Takes "size...=..." or "time...=..." behind its first four letters. The hard limit is for
 * searches that ask for a limit, and paged results do not concern a consumer. */
static void limit_set(Limit *limit, const char *word)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : 0;

	if (!value)
		return;
	value++;
	if (len == 0 || (len == strlen(".soft") && begins_with(word, ".soft")))
		limit->soft_is_unlimited = is_unlimited(value);
	else if (len == strlen(".unchecked") && begins_with(word, ".unchecked"))
		limit->unchecked_is_unlimited = is_unlimited(value);
}

static bool limit_is_none(const Limit *limit)
{
	return limit->soft_is_unlimited && limit->unchecked_is_unlimited;
}

static bool words_are_unlimited(char *rest)
{
	Limit size = {.unchecked_is_unlimited = true};
	Limit time = size;
	const char *word;

	while ((word = config_next_word(&rest))) {
		if (begins_with(word, "size"))
			limit_set(&size, word + strlen("size"));
		else if (begins_with(word, "time"))
			limit_set(&time, word + strlen("time"));
	}
	return limit_is_none(&size) && limit_is_none(&time);
}

bool limits_are_unlimited(const Attribute *live, const char *dn)
{
	AUTO(Pool) *scratch = pool_new();

	for (size_t i = 0; live && i < live->n_values; i++) {
		char *rest = pool_strdup(scratch, ordered_text(live->values[i].bytes));
		const char *selector = config_next_word(&rest);
		SelectorMatch match = selector ? limits_match(selector, dn) : SELECTOR_NO;
		bool unlimited;

		if (match == SELECTOR_NO)
			continue;
		unlimited = words_are_unlimited(rest);
		/* Unknown and unlimited harms nobody: a later value decides for the other case. */
		if (match == SELECTOR_YES || !unlimited)
			return unlimited;
	}
	return false;
}

const char *limits_print(Pool *pool, const char *dn)
{
	return pool_printf(pool, "%s size=unlimited time=unlimited", selector_dn_print(pool, dn));
}
