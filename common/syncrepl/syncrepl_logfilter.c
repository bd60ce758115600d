/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_logfilter.h"

#include <string.h>
#include <strings.h>

#include "common/syncrepl/syncrepl_rule.h"

/* What an entry of the log is like for each kind of write, of which slapd logs four. */
typedef struct LoggedWrite {
	const char *type;
	const char *class;
} LoggedWrite;

static const LoggedWrite writes[] = {
	{"add", "auditAdd"},
	{"delete", "auditDelete"},
	{"modify", "auditModify"},
	{"modrdn", "auditModRDN"},
};

/* UNSURE: another attribute than those by which the kinds of write differ, or a value that is not
 * known here: an escape, an OID and a part of a word may name any of them, and "!" makes a sure yes
 * of a no. */
typedef enum Match {
	MATCH_NO,
	MATCH_UNSURE,
	MATCH_YES
} Match;

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static Match match_class(const LoggedWrite *write, const char *value, size_t len)
{
	if (is_word(value, len, "*") || is_word(value, len, "auditObject") ||
	    is_word(value, len, "auditWriteObject") || is_word(value, len, write->class))
		return MATCH_YES;
	for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
		if (is_word(value, len, writes[i].class))
			return MATCH_NO;
	return MATCH_UNSURE;
}

static Match match_type(const LoggedWrite *write, const char *value, size_t len)
{
	if (is_word(value, len, "*") || is_word(value, len, write->type))
		return MATCH_YES;
	for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
		if (is_word(value, len, writes[i].type))
			return MATCH_NO;
	return MATCH_UNSURE;
}

/* Of a write that succeeded. */
static Match match_result(const char *value, size_t len)
{
	if (is_word(value, len, "*") || is_word(value, len, "0"))
		return MATCH_YES;
	return len > 0 && *value != '0' && strspn(value, "0123456789") == len ? MATCH_NO
									      : MATCH_UNSURE;
}

static Match match_item(const LoggedWrite *write, const char *item, size_t len)
{
	const char *equals = memchr(item, '=', len);
	const size_t n_name = equals ? (size_t)(equals - item) : 0;
	const char *value = item + n_name + 1;
	const size_t n_value = equals ? len - n_name - 1 : 0;

	if (is_word(item, n_name, "objectClass"))
		return match_class(write, value, n_value);
	if (is_word(item, n_name, "reqResult"))
		return match_result(value, n_value);
	if (is_word(item, n_name, "reqType"))
		return match_type(write, value, n_value);
	return MATCH_UNSURE;
}

static Match match_filter(const LoggedWrite *write, const char **at);

/* After "(&", "(|" or "(!": up to and with its ")". */
static Match match_list(const LoggedWrite *write, const char **at)
{
	const char kind = *(*at)++;
	Match found = kind == '&' ? MATCH_YES : MATCH_NO;

	while (**at == '(') {
		const Match next = match_filter(write, at);

		if (kind == '!')
			found = (Match)(MATCH_YES - next);
		else if (kind == '&' ? next < found : next > found)
			found = next;
	}
	*at += **at == ')';
	return found;
}

static Match match_filter(const LoggedWrite *write, const char **at)
{
	const char *item = ++*at; /* after "(" */
	size_t len;

	if (*item && strchr("&|!", *item))
		return match_list(write, at);
	len = strcspn(item, ")"); /* in a value it would be escaped */
	*at += len + (item[len] == ')');
	return match_item(write, item, len);
}

bool syncrepl_logfilter_is_whole(Pool *pool, const char *filter)
{
	const char *normal = syncrepl_filter_normalise(pool, filter);

	for (size_t i = 0; i < ARRAY_SIZE(writes); i++) {
		const char *at = normal;

		if (!normal || *normal != '(' || match_filter(&writes[i], &at) != MATCH_YES)
			return false;
	}
	return true;
}
