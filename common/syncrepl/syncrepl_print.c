/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/buf.h"
#include "common/slapd/config_words.h"
#include "common/syncrepl/syncrepl_rule.h"

/* What stands before the word, between "=" and the value, and after it. */
typedef struct Quotes {
	const char *before, *inside, *behind;
} Quotes;

static const Quotes quotes_of[] = {
	[WORD_QUOTING_NONE] = {"", "", ""},
	[WORD_QUOTING_VALUE] = {"", "\"", "\""},
	[WORD_QUOTING_WORD] = {"\"", "", "\"\""},
	[WORD_QUOTING_OWN] = {"", "", "\"\""},
};

static int keyword_print(Buf *buf, const SyncreplRule *rule, const char *value, Error *err)
{
	WordQuoting quoting = config_word_quoting(value);
	const Quotes *quotes = &quotes_of[quoting];

	if (quoting == WORD_QUOTING_IMPOSSIBLE)
		return error_set(err, ERROR_INPUT, 0,
				 "%s has a quote before white space, which slapd's quoting cannot "
				 "express: change the value",
				 rule->name);
	if (buf->len > 0)
		buf_putc(buf, ' ');
	if (rule->kind == SYNCREPL_KIND_FLAG)
		buf_puts(buf, rule->name);
	else
		buf_printf(buf, "%s%s=%s%s%s", quotes->before, rule->name, quotes->inside, value,
			   quotes->behind);
	return 0;
}

int syncrepl_print(Pool *pool, const Syncrepl *syncrepl, const char **ret, Error *err)
{
	Buf buf = BUF_IN(pool);
	Syncrepl again;

	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (syncrepl->value[i] &&
		    keyword_print(&buf, &syncrepl_rules[i], syncrepl->value[i], err) < 0)
			return -1;
	/* slapd takes some nonsense in one order of keywords only (an interval after another type).
	 */
	if (syncrepl_parse(pool, buf_text(&buf), &again, NULL) < 0)
		return error_set(
			err, ERROR_INPUT, 0,
			"this olcSyncrepl value cannot be written so that slapd accepts it: one of "
			"its keywords has a value that slapd takes in another order only");
	*ret = buf_text(&buf);
	return 0;
}
