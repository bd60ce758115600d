/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_partial.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_log.h"
#include "common/syncrepl/syncrepl_logfilter.h"

static bool has_word(const char *list, const char *word)
{
	const size_t len = strlen(word);

	while (list) {
		list += strspn(list, ", \t");
		if (strncmp(list, word, len) == 0 && strchr(", \t", list[len]))
			return true;
		list = strpbrk(list, ", \t");
	}
	return false;
}

/* Both are all attributes, whatever else is named besides them. */
static bool attrs_narrow(const Syncrepl *syncrepl, const char *value)
{
	(void)syncrepl;
	return !has_word(value, "*") || !has_word(value, "+");
}

/* Names that are mapped onto themselves stay. */
static bool massage_narrows(const Syncrepl *syncrepl, const char *value)
{
	const char *base = syncrepl->value[SYNCREPL_SEARCHBASE];

	return !base || !dn_equal(value, base);
}

/* A log is searched only where it is read. */
static bool logfilter_narrows(const Syncrepl *syncrepl, const char *value)
{
	AUTO(Pool) *scratch = pool_new();

	return syncrepl_log_is_accesslog(syncrepl) && !syncrepl_logfilter_is_whole(scratch, value);
}

typedef struct Narrowing {
	SyncreplKeyword keyword;
	bool may_be_whole; /* it leaves nothing out where there are few entries */
	/* NULL: whatever it says that is not the default. */
	bool (*narrows)(const Syncrepl *syncrepl, const char *value);
} Narrowing;

static const Narrowing narrowing[] = {
	{.keyword = SYNCREPL_FILTER},
	{.keyword = SYNCREPL_SCOPE},
	{.keyword = SYNCREPL_ATTRS, .narrows = attrs_narrow},
	{.keyword = SYNCREPL_EXATTRS},
	{.keyword = SYNCREPL_ATTRSONLY},
	{.keyword = SYNCREPL_SUFFIXMASSAGE, .narrows = massage_narrows},
	{.keyword = SYNCREPL_LOGFILTER, .narrows = logfilter_narrows},
	{.keyword = SYNCREPL_SIZELIMIT, .may_be_whole = true},
};

static bool narrows(const Narrowing *rule, const Syncrepl *syncrepl)
{
	const Syncrepl whole = {0};

	return !syncrepl_same(rule->keyword, syncrepl, &whole) &&
	       (!rule->narrows || rule->narrows(syncrepl, syncrepl->value[rule->keyword]));
}

const char *syncrepl_partial(Pool *pool, const Syncrepl *syncrepl)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (narrows(&narrowing[i], syncrepl))
			buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
				   syncrepl_keyword_name(narrowing[i].keyword));
	return text.len > 0 ? buf_text(&text) : NULL;
}

bool syncrepl_loses(const Syncrepl *syncrepl)
{
	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (!narrowing[i].may_be_whole && narrows(&narrowing[i], syncrepl))
			return true;
	return false;
}

bool syncrepl_may_narrow(SyncreplKeyword keyword)
{
	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (narrowing[i].keyword == keyword)
			return true;
	return false;
}

bool syncrepl_partial_same(const Syncrepl *one, const Syncrepl *other)
{
	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (!syncrepl_same(narrowing[i].keyword, one, other))
			return false;
	return true;
}
