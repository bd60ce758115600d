/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/selector.h"

#include <string.h>
#include <strings.h>

#include "common/slapd/config_words.h"
#include "common/slapd/dn.h"

typedef SelectorMatch StyleMatch(const char *pattern, const char *dn);

static SelectorMatch match_exact(const char *pattern, const char *dn)
{
	return dn_equal(dn, pattern) ? SELECTOR_YES : SELECTOR_NO;
}

static SelectorMatch match_subtree(const char *pattern, const char *dn)
{
	return dn_is_within(dn, pattern) ? SELECTOR_YES : SELECTOR_NO;
}

/* Below an empty pattern slapd looks for a comma where there is none, and finds nobody. */
static SelectorMatch match_children(const char *pattern, const char *dn)
{
	return *pattern && dn_is_within(dn, pattern) && !dn_equal(dn, pattern) ? SELECTOR_YES
									       : SELECTOR_NO;
}

/* In the normal form each bare comma stands before one more level. */
static SelectorMatch match_one(const char *pattern, const char *dn)
{
	AUTO(Pool) *scratch = pool_new();
	const char *normal = dn_normalise(scratch, dn);
	const char *comma = normal ? strchr(normal, ',') : NULL;

	return normal && dn_equal(comma ? comma + 1 : "", pattern) ? SELECTOR_YES : SELECTOR_NO;
}

/* "*" alone is everybody in some places, which know that themselves, and nobody in others. */
static SelectorMatch match_regex(const char *pattern, const char *dn)
{
	(void)dn;
	return strcmp(pattern, ".*") == 0 ? SELECTOR_YES : SELECTOR_UNKNOWN;
}

static SelectorMatch match_nobody(const char *pattern, const char *dn)
{
	(void)pattern;
	(void)dn;
	return SELECTOR_NO;
}

static const struct {
	const char *style;
	StyleMatch *match;
} styles[] = {
	{"dn", match_exact},
	{"dn.exact", match_exact},
	{"dn.base", match_exact},
	{"dn.baseobject", match_exact},
	{"dn.one", match_one},
	{"dn.onelevel", match_one},
	{"dn.sub", match_subtree},
	{"dn.subtree", match_subtree},
	{"dn.children", match_children},
	{"dn.subordinate", match_children},
	{"dn.regex", match_regex},
	{"dn.anonymous", match_nobody},
};

SelectorMatch selector_dn_match(const char *selector, const char *dn)
{
	size_t len = strcspn(selector, "=");
	const char *pattern = selector + len + 1;

	if (selector[len] != '=')
		return SELECTOR_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
		if (strlen(styles[i].style) != len ||
		    strncasecmp(styles[i].style, selector, len) != 0)
			continue;
		/* "dn=*" is an old way to say everybody; which bodies depends on the release. */
		if (strcmp(pattern, "*") == 0 && styles[i].match != match_regex)
			return SELECTOR_UNKNOWN;
		return styles[i].match(pattern, dn);
	}
	return SELECTOR_UNKNOWN;
}

SelectorMatch selector_and(SelectorMatch one, SelectorMatch other)
{
	if (one == SELECTOR_NO || other == SELECTOR_NO)
		return SELECTOR_NO;
	return one == SELECTOR_YES && other == SELECTOR_YES ? SELECTOR_YES : SELECTOR_UNKNOWN;
}

const char *selector_dn_print(Pool *pool, const char *dn)
{
	if (strchr(dn, '"') && dn_normalise(pool, dn))
		dn = dn_normalise(pool, dn);
	return pool_printf(pool, "dn.exact=\"%s\"", dn);
}
