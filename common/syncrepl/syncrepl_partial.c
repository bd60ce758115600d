/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_partial.h"

#include <string.h>

#include "common/base/buf.h"

static const SyncreplKeyword narrowing[] = {SYNCREPL_FILTER, SYNCREPL_SCOPE, SYNCREPL_ATTRS,
					    SYNCREPL_EXATTRS, SYNCREPL_ATTRSONLY};

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

/* "*" and "+" are all attributes, whatever else is named beside them. */
static bool narrows(SyncreplKeyword keyword, const Syncrepl *syncrepl)
{
	const Syncrepl whole = {0};
	const char *value = syncrepl->value[keyword];

	if (syncrepl_same(keyword, syncrepl, &whole))
		return false;
	return keyword != SYNCREPL_ATTRS || !has_word(value, "*") || !has_word(value, "+");
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

bool syncrepl_partial_same(const Syncrepl *one, const Syncrepl *other)
{
	for (size_t i = 0; i < ARRAY_SIZE(narrowing); i++)
		if (!syncrepl_same(narrowing[i], one, other))
			return false;
	return true;
}
