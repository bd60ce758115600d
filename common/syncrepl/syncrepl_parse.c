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
	bool has_provider; /* "uri=" alone is not enough for slapd */
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
 * slapd looks at most words as they come: behind type=refreshAndPersist it does not read an
 * interval at all.
 */
static bool is_word_accepted(const Reader *reader, SyncreplKeyword keyword, const char *value)
{
	const SyncreplRule *rule = &syncrepl_rules[keyword];
	const char *type = reader->syncrepl.value[SYNCREPL_TYPE];

	if (!rule->accepts || rule->last_only)
		return true;
	if (keyword == SYNCREPL_INTERVAL && type &&
	    strcmp(syncrepl_rules[SYNCREPL_TYPE].canonical(reader->scratch, type),
		   "refreshandpersist") == 0)
		return true;
	return rule->accepts(value);
}

/* What slapd took in another value it takes here too, but for an interval: there the words before
 * it count. NULL: not known. */
static const char *value_known(const Reader *reader, SyncreplKeyword keyword, const char *value)
{
	const char *known = reader->like ? reader->like->value[keyword] : NULL;

	return known && keyword != SYNCREPL_INTERVAL && strcmp(known, value) == 0 ? known : NULL;
}

/* Attribute lists add up; of everything else the last one given counts. known is the same value
 * where it need not be copied, or NULL. */
static void value_set(Reader *reader, SyncreplKeyword keyword, const char *value, const char *known)
{
	const char **slot = &reader->syncrepl.value[keyword];
	bool is_list = keyword == SYNCREPL_ATTRS || keyword == SYNCREPL_EXATTRS;

	if (is_list && *slot)
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
	if (keyword == SYNCREPL_PROVIDER && len == strlen("provider"))
		reader->has_provider = true;
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
	const char *word, *missing = NULL;

	while ((word = config_next_word(&rest)))
		if (word_parse(&reader, word, err) < 0)
			return -1;
	if (!reader.syncrepl.value[SYNCREPL_SEARCHBASE])
		missing = "searchbase";
	if (!reader.has_provider)
		missing = "provider";
	if (!reader.syncrepl.value[SYNCREPL_RID])
		missing = "rid";
	if (missing)
		return error_set(err, ERROR_REFUSED, 0, "%s is missing; slapd requires it",
				 missing);
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

unsigned long syncrepl_number(const Syncrepl *syncrepl, SyncreplKeyword keyword)
{
	const char *value = syncrepl->value[keyword];
	bool is_decimal = keyword != SYNCREPL_TIMEOUT && keyword != SYNCREPL_NETWORK_TIMEOUT &&
			  keyword != SYNCREPL_TCP_USER_TIMEOUT;
	unsigned long seconds;
	int number;

	if (!value)
		return 0;
	if (keyword == SYNCREPL_INTERVAL)
		return syncrepl_read_interval(value, &seconds) ? seconds : 0;
	if (!syncrepl_read_int(value, is_decimal ? 10 : 0, &number) || number < 0)
		return 0;
	return (unsigned long)number;
}

bool syncrepl_is_refresh_only(const Syncrepl *syncrepl)
{
	const char *type = syncrepl->value[SYNCREPL_TYPE];

	return !type || strcasecmp(type, "refreshOnly") == 0;
}
