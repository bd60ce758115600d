/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/base/tree.h"
#include "common/slapd/config_words.h"
#include "common/syncrepl/syncrepl_rule.h"

/* A value while it is read. */
typedef struct Reader {
	Pool *pool;
	Pool *scratch;        /* of the words */
	const Syncrepl *like; /* another value, which parsed; may be NULL */
	Syncrepl syncrepl;
	bool is_named[SYNCREPL_KEYWORD_COUNT]; /* "uri=" alone is not enough for slapd */
	size_t n_words;
} Reader;

/* slapd knows bare words by their beginning: "attrsonly=no" switches it on like "attrsonly". */
static int find_flag(const char *word)
{
	static const SyncreplKeyword flags[] = {SYNCREPL_ATTRSONLY, SYNCREPL_STRICTREFRESH,
						SYNCREPL_LAZYCOMMIT};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const char *name = syncrepl_rules[flags[i]].name;

		if (strncasecmp(word, name, strlen(name)) == 0)
			return (int)flags[i];
	}
	return -1;
}

/*
 * slapd looks at most words as they come: after type=refreshAndPersist it does not read an interval
 * at all.
 */
static bool is_word_accepted(const Reader *reader, SyncreplKeyword keyword, const char *value)
{
	const SyncreplRule *rule = &syncrepl_rules[keyword];
	const char *type = reader->syncrepl.value[SYNCREPL_TYPE];

	if (!rule->accepts || rule->last_only)
		return true;
	if (rule->only_polling && type &&
	    strcmp(syncrepl_rules[SYNCREPL_TYPE].canonical(reader->scratch, type),
		   "refreshandpersist") == 0)
		return true;
	return rule->accepts(value);
}

/* What slapd took in another value it takes here too, but where the words before it count. NULL:
 * not known. */
static const char *value_known(const Reader *reader, SyncreplKeyword keyword, const char *value)
{
	const char *known = reader->like ? reader->like->value[keyword] : NULL;

	return known && !syncrepl_rules[keyword].only_polling && strcmp(known, value) == 0 ? known
											   : NULL;
}

/* Of what does not add up the last one given counts. known is the same value
 * where it need not be copied, or NULL. */
static void value_set(Reader *reader, SyncreplKeyword keyword, const char *value, const char *known)
{
	const char **slot = &reader->syncrepl.value[keyword];

	if (syncrepl_rules[keyword].adds_up && *slot)
		*slot = pool_printf(reader->pool, "%s,%s", *slot, value);
	else
		*slot = known ? known : pool_strdup(reader->pool, value);
}

static int refuse_value(SyncreplKeyword keyword, Error *err)
{
	return error_set(err, ERROR_REFUSED, 0, "%s must be %s", syncrepl_rules[keyword].name,
			 syncrepl_rules[keyword].wants);
}

static int word_parse(Reader *reader, const char *word, Error *err)
{
	size_t len = strcspn(word, "=");
	int keyword = find_flag(word);
	bool is_flag = keyword >= 0;
	const char *value, *known;

	reader->n_words++;
	if (!is_flag && word[len] == '=')
		keyword = syncrepl_keyword_find(word, len);
	if (keyword < 0 || (!is_flag && syncrepl_rules[keyword].kind == SYNCREPL_KIND_FLAG))
		return error_set(
			err, ERROR_REFUSED, 0,
			"word %zu of the value is no keyword of slapd (not shown, it may be part "
			"of a password): check the quotes before it",
			reader->n_words);
	if (is_flag) {
		reader->syncrepl.value[keyword] = "";
		return 0;
	}
	value = word + len + 1;
	known = value_known(reader, (SyncreplKeyword)keyword, value);
	if (!known && !is_word_accepted(reader, (SyncreplKeyword)keyword, value))
		return refuse_value((SyncreplKeyword)keyword, err);
	reader->is_named[keyword] |= len == strlen(syncrepl_rules[keyword].name);
	value_set(reader, (SyncreplKeyword)keyword, value, known);
	return 0;
}

int syncrepl_parse(Pool *pool, const char *text, Syncrepl *ret, Error *err)
{
	return syncrepl_parse_like(pool, text, NULL, ret, err);
}

int syncrepl_parse_like(Pool *pool, const char *text, const Syncrepl *like, Syncrepl *ret,
			Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Reader reader = {.pool = pool, .scratch = scratch, .like = like};
	char *rest = pool_strdup(scratch, ordered_text(text));
	const char *word;

	while ((word = config_next_word(&rest)))
		if (word_parse(&reader, word, err) < 0)
			return -1;
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (syncrepl_rules[i].is_required && !reader.is_named[i])
			return error_set(err, ERROR_REFUSED, 0, "%s is missing; slapd requires it",
					 syncrepl_rules[i].name);
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (syncrepl_rules[i].last_only && reader.syncrepl.value[i] &&
		    !syncrepl_rules[i].accepts(reader.syncrepl.value[i]))
			return refuse_value((SyncreplKeyword)i, err);
	*ret = reader.syncrepl;
	return 0;
}

int syncrepl_rid(const Syncrepl *syncrepl)
{
	const char *value = syncrepl->value[SYNCREPL_RID];
	int rid;

	return value && syncrepl_read_int(value, 10, &rid) ? rid : -1;
}

static bool read_decimal(const char *text, unsigned long *ret)
{
	int number;

	if (!syncrepl_read_int(text, 10, &number) || number < 0)
		return false;
	*ret = (unsigned long)number;
	return true;
}

unsigned long syncrepl_number(const Syncrepl *syncrepl, SyncreplKeyword keyword)
{
	const char *value = syncrepl->value[keyword];
	SyncreplNumber *read = syncrepl_rules[keyword].number;
	unsigned long number;

	return value && (read ? read : read_decimal)(value, &number) ? number : 0;
}

bool syncrepl_is_refresh_only(const Syncrepl *syncrepl)
{
	const char *type = syncrepl->value[SYNCREPL_TYPE];

	return !type || strcasecmp(type, "refreshOnly") == 0;
}
