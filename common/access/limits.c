/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/limits.h"

#include <string.h>
#include <strings.h>

#include "common/access/selector.h"
#include "common/slapd/config_words.h"
#include "common/slapd/dn.h"

#define SHUT " size.unchecked=disabled size.unchecked=disabled"

/* What one olcLimits value says about size or time; unchecked is how many candidates a search may
 * look at before slapd refuses to begin (result 11). */
typedef struct Limit {
	bool soft_is_unlimited; /* for searches that ask for no limit, as a consumer's do */
	bool unchecked_is_unlimited;
} Limit;

static bool begins_with(const char *text, const char *word)
{
	return strncasecmp(text, word, strlen(word)) == 0;
}

/* An empty pattern concerns no bound identity in olcLimits, unlike in olcAccess, save for a regular
 * expression. */
static bool pattern_is_empty(const char *selector)
{
	const char *pattern = strchr(selector, '=');

	return pattern && pattern[1] == '\0' && begins_with(selector, "dn") &&
	       !begins_with(selector, "dn.regex") && !begins_with(selector, "dn.self.regex");
}

static SelectorMatch limits_match(const char *selector, const char *dn)
{
	if (strcmp(selector, "*") == 0 || strcasecmp(selector, "users") == 0)
		return SELECTOR_YES;
	if (strcasecmp(selector, "anonymous") == 0 || pattern_is_empty(selector))
		return SELECTOR_NO;
	/* A pattern without "dn" or "group" in front is an exact DN. */
	if (!begins_with(selector, "dn.") && !begins_with(selector, "dn=") &&
	    !begins_with(selector, "group"))
		return dn_equal(selector, dn) ? SELECTOR_YES : SELECTOR_NO;
	if (strcmp(selector + strcspn(selector, "="), "=*") == 0 && begins_with(selector, "dn") &&
	    !begins_with(selector, "dn.anonymous"))
		return SELECTOR_YES;
	/* The type "self" means the identity that we ask about, as does a pattern without a type;
	 * "this" is the base of the search. */
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

/* Takes "size...=..." or "time...=..." after its first four letters. The hard limit is for searches
 * that ask for a limit, and paged results do not concern a consumer. */
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

/* What a value does not name it takes from olcSizeLimit; are_cut: that limits the candidates. The
 * soft limits are 500 entries and an hour there unless somebody set them, so those must be named.
 */
static bool words_are_unlimited(char *rest, bool are_cut)
{
	Limit size = {.unchecked_is_unlimited = !are_cut};
	Limit time = {.unchecked_is_unlimited = true};
	const char *word;

	while ((word = config_next_word(&rest))) {
		if (begins_with(word, "size"))
			limit_set(&size, word + strlen("size"));
		else if (begins_with(word, "time"))
			limit_set(&time, word + strlen("time"));
	}
	return limit_is_none(&size) && limit_is_none(&time);
}

bool limits_cut_unchecked(const Attribute *size_limit)
{
	AUTO(Pool) *scratch = pool_new();
	Limit limit = {.unchecked_is_unlimited = true};

	for (size_t i = 0; size_limit && i < size_limit->n_values; i++) {
		char *rest = pool_strdup(scratch, size_limit->values[i].bytes);
		const char *word;

		while ((word = config_next_word(&rest)))
			if (begins_with(word, "size"))
				limit_set(&limit, word + strlen("size"));
	}
	return !limit.unchecked_is_unlimited;
}

bool limits_value_shuts(const char *value)
{
	const size_t len = strlen(value);

	return len > sizeof(SHUT) - 1 && strcmp(value + len - (sizeof(SHUT) - 1), SHUT) == 0;
}

size_t limits_count_shut(const Attribute *live)
{
	size_t n = 0;

	while (live && n < live->n_values && limits_value_shuts(live->values[n].bytes))
		n++;
	return n;
}

bool limits_are_unlimited(const Attribute *live, bool are_cut, const char *dn)
{
	AUTO(Pool) *scratch = pool_new();

	for (size_t i = 0; live && i < live->n_values; i++) {
		char *rest = pool_strdup(scratch, ordered_text(live->values[i].bytes));
		const char *selector = config_next_word(&rest);
		SelectorMatch match = selector ? limits_match(selector, dn) : SELECTOR_NO;
		bool unlimited;

		if (match == SELECTOR_NO || limits_value_shuts(live->values[i].bytes))
			continue;
		unlimited = words_are_unlimited(rest, are_cut);
		/* One that may match and is unlimited does no harm: if it does not match, a later
		 * value decides. */
		if (match == SELECTOR_YES || !unlimited)
			return unlimited;
	}
	return false;
}

const char *limits_print(Pool *pool, const char *dn)
{
	return pool_printf(pool, "%s size=unlimited size.unchecked=unlimited time=unlimited",
			   selector_dn_print(pool, dn));
}

const char *limits_shut_print(Pool *pool, const char *dn)
{
	return pool_printf(pool, "%s" SHUT, selector_dn_print(pool, dn));
}

const char *limits_shut_subject(Pool *pool, const char *value)
{
	char *rest = pool_strdup(pool, ordered_text(value));
	const char *selector = config_next_word(&rest);
	const char *pattern = selector ? strchr(selector, '=') : NULL;

	return pattern ? pattern + 1 : value;
}
