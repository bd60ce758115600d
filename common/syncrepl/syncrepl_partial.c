/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_partial.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_log.h"
#include "common/syncrepl/syncrepl_logfilter.h"

static const SyncreplKeyword narrowing[] = {
	SYNCREPL_FILTER,    SYNCREPL_SCOPE,         SYNCREPL_ATTRS,     SYNCREPL_EXATTRS,
	SYNCREPL_ATTRSONLY, SYNCREPL_SUFFIXMASSAGE, SYNCREPL_LOGFILTER, SYNCREPL_SIZELIMIT};

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

static bool log_is_whole(const char *filter)
{
	AUTO(Pool) *scratch = pool_new();

	return syncrepl_logfilter_is_whole(scratch, filter);
}

/* "*" and "+" are all attributes, whatever else is named beside them; names that are mapped onto
 * themselves stay; and a log is searched only where it is read. */
static bool narrows(SyncreplKeyword keyword, const Syncrepl *syncrepl)
{
	const Syncrepl whole = {0};
	const char *value = syncrepl->value[keyword];
	const char *base = syncrepl->value[SYNCREPL_SEARCHBASE];

	if (syncrepl_same(keyword, syncrepl, &whole))
		return false;
	if (keyword == SYNCREPL_ATTRS)
		return !has_word(value, "*") || !has_word(value, "+");
	if (keyword == SYNCREPL_LOGFILTER)
		return syncrepl_log_is_accesslog(syncrepl) && !log_is_whole(value);
	return keyword != SYNCREPL_SUFFIXMASSAGE || !base || !dn_equal(value, base);
}

const char *syncrepl_partial(Pool *pool, const Syncrepl *syncrepl)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (narrows(narrowing[i], syncrepl))
			buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
				   syncrepl_keyword_name(narrowing[i]));
	return text.len > 0 ? buf_text(&text) : NULL;
}

bool syncrepl_loses(const Syncrepl *syncrepl)
{
	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (narrowing[i] != SYNCREPL_SIZELIMIT && narrows(narrowing[i], syncrepl))
			return true;
	return false;
}

bool syncrepl_partial_same(const Syncrepl *one, const Syncrepl *other)
{
	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (!syncrepl_same(narrowing[i], one, other))
			return false;
	return true;
}
