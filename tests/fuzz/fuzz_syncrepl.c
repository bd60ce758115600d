/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes: common/syncrepl/syncrepl_canonical.c common/syncrepl/syncrepl_check.c */
/* Fuzzes: common/syncrepl/syncrepl_compare.c common/syncrepl/syncrepl_filter.c */
/* Fuzzes: common/syncrepl/syncrepl_grammar.c common/syncrepl/syncrepl_keywords.c */
/* Fuzzes: common/syncrepl/syncrepl_parse.c common/syncrepl/syncrepl_print.c */
/* Fuzzes: common/syncrepl/syncrepl_value.c common/slapd/config_words.c common/slapd/dn.c */
/* Fuzzes: common/slapd/url.c */
/* No olcSyncrepl value crashes the parser, and what it prints it reads back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/syncrepl/syncrepl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const Syncrepl *one, const Syncrepl *other)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++) {
		const char *first = one->value[i], *second = other->value[i];

		if (!first != !second || (first && strcmp(first, second) != 0))
			abort();
		(void)syncrepl_number(one, (SyncreplKeyword)i);
	}
	if (!syncrepl_equal(one, other) || syncrepl_rid(one) < 0 || syncrepl_rid(one) > 999)
		abort();
}

/* What slapd assumes is a value like any other; a secret has none, and neither has a flag. */
static void check_default(const Syncrepl *syncrepl, SyncreplKeyword keyword)
{
	const char *assumed = syncrepl_keyword_default(keyword);
	Syncrepl without = *syncrepl, with = *syncrepl;

	without.value[keyword] = NULL;
	with.value[keyword] = assumed;
	if (!syncrepl_same(keyword, &without, &with) ||
	    (assumed && syncrepl_keyword_is_secret(keyword)) ||
	    (assumed && syncrepl_keyword_kind(keyword) == SYNCREPL_KIND_FLAG) ||
	    syncrepl_keyword_since(keyword) > 20600 ||
	    (syncrepl_is_left_out_by_2_4(keyword) && syncrepl_keyword_since(keyword) == 0))
		abort();
}

/* What is wrong with a value is told by its keyword. */
static void check_value(SyncreplKeyword keyword, const char *value)
{
	const char *name = syncrepl_keyword_name(keyword);
	Error err = {0};

	if (syncrepl_check(keyword, value, &err) < 0 && strncmp(err.text, name, strlen(name)) != 0)
		abort();
}

/* What a keyword's functions say of it must fit together. */
static void check_keywords(const Syncrepl *syncrepl)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++) {
		SyncreplKeyword keyword = (SyncreplKeyword)i;
		const char *name = syncrepl_keyword_name(keyword);

		if (syncrepl_keyword_find(name, strlen(name)) != i)
			abort();
		check_default(syncrepl, keyword);
		(void)syncrepl_gives_up(syncrepl->value[i]);
		if (syncrepl->value[i])
			check_value(keyword, syncrepl->value[i]);
	}
	if (!dn_equal(syncrepl->value[SYNCREPL_SEARCHBASE], syncrepl->value[SYNCREPL_SEARCHBASE]) ||
	    !dn_is_within(syncrepl->value[SYNCREPL_SEARCHBASE], ""))
		abort();
}

/* Two URLs are spelled alike exactly when they name the same server. */
static void check_urls(Pool *pool, const char *one, const char *other)
{
	Url url;

	if (url_spelling(pool, NULL) || !url_equal(one, one))
		abort();
	if (!url_parse(pool, other, &url))
		return;
	if (url_equal(one, other) !=
	    (strcmp(url_spelling(pool, one), url_spelling(pool, other)) == 0))
		abort();
}

/* A password from elsewhere than from a line of slapd's is any text: it is read back as printed. */
static void check_password(Pool *pool, const Syncrepl *syncrepl, const char *password)
{
	Syncrepl with = *syncrepl, again;
	const char *printed;

	with.value[SYNCREPL_CREDENTIALS] = password;
	if (syncrepl_print(pool, &with, &printed, NULL) < 0)
		return;
	if (syncrepl_parse(pool, printed, &again, NULL) < 0)
		abort();
	check_same(&with, &again);
}

/* Two values in one input, with a NUL between: comparing must be even-handed and know itself, and
 * parsing one behind the other changes nothing. */
static void check_compare(Pool *pool, const Syncrepl *one, const char *text)
{
	Syncrepl other, behind;
	int result = syncrepl_parse(pool, text, &other, NULL);

	if (syncrepl_parse_like(pool, text, one, &behind, NULL) != result)
		abort();
	if (result < 0)
		return;
	check_same(&other, &behind);
	if (syncrepl_equal(one, &other) != syncrepl_equal(&other, one))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(Pool) *pool = pool_new();
	const char *text = pool_copy(pool, (const char *)data, size);
	const char *behind = text + strlen(text) + 1; /* where a NUL stands in the input */
	const char *printed;
	Syncrepl syncrepl, again;
	Error err = {0};

	if (syncrepl_parse(pool, text, &syncrepl, &err) < 0)
		return 0;
	check_keywords(&syncrepl);
	check_urls(pool, syncrepl.value[SYNCREPL_PROVIDER], syncrepl.value[SYNCREPL_PROVIDER]);
	if (syncrepl_print(pool, &syncrepl, &printed, &err) < 0)
		return 0;
	if (syncrepl_parse(pool, printed, &again, NULL) < 0)
		abort();
	check_same(&syncrepl, &again);
	if (strlen(text) < size) {
		check_urls(pool, syncrepl.value[SYNCREPL_PROVIDER], behind);
		check_password(pool, &syncrepl, behind);
		for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
			check_value((SyncreplKeyword)i, behind);
		check_compare(pool, &syncrepl, behind);
	}
	return 0;
}
