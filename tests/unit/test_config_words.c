/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/pool.h"
#include "common/slapd/config_words.h"

typedef struct Case {
	const char *text;
	const char *words[6];
} Case;

/* Each line was measured on slapd 2.5.13 by capturing the bind request of its consumer. */
static const Case measured[] = {
	{"credentials=secret", {"credentials=secret"}},
	{"credentials=\"secret\"", {"credentials=secret"}},
	{"credentials=\"se cret\"", {"credentials=se cret"}},
	{"credentials=se\\cret", {"credentials=se\\cret"}},
	{"credentials=\"se\\cret\"", {"credentials=se\\cret"}},
	{"credentials=\"se\\\\cret\"", {"credentials=se\\\\cret"}},
	{"credentials=\"se\\\"cret\"", {"credentials=\"se\\cret"}},
	{"credentials=\"end\\\"", {"credentials=end\\"}},
	{"credentials=\"\"", {"credentials="}},
	{"credentials=\"se\"cret\"", {"credentials=\"secret"}},
	{"credentials=ab\"cd type=x", {"credentials=abcd type=x"}},
	{"\"credentials=pa\"ss\"\"", {"credentials=pa\"ss"}},
	{"\"credentials=a\"b c\"d\\e\"\"", {"credentials=a\"b c\"d\\e"}},
	{"\"credentials=q\" uote\"\"", {"credentials=q", "uote"}},
};

static const Case white_space[] = {
	{"", {NULL}},
	{"a", {"a"}},
	{"  a \t b\nc\v\f\rd  ", {"a", "b", "c", "d"}},
	{"   ", {""}},
	{"a \"\" b", {"a", "", "b"}},
	{"a \"b c\" d", {"a", "b c", "d"}},
	{"a=#b 'c d'", {"a=#b", "'c", "d'"}},
	{"x=\" a\"b\"", {"x=\" ab"}},
};

static void check_cases(const Case *cases, size_t n_cases)
{
	for (size_t i = 0; i < n_cases; i++) {
		AUTO(Pool) *pool = pool_new();
		char *rest = pool_strdup(pool, cases[i].text);
		const char *word;
		size_t n = 0;

		while ((word = config_next_word(&rest))) {
			assert_non_null(cases[i].words[n]);
			assert_string_equal(word, cases[i].words[n++]);
		}
		assert_null(cases[i].words[n]);
	}
}

static void words_are_those_that_slapd_sends(void **state)
{
	(void)state;
	check_cases(measured, ARRAY_SIZE(measured));
}

static void white_space_separates_words_but_not_inside_quotes(void **state)
{
	(void)state;
	check_cases(white_space, ARRAY_SIZE(white_space));
}

static void a_value_is_written_so_that_its_word_gives_it_back(void **state)
{
	static const struct {
		const char *value;
		WordQuoting quoting;
	} cases[] = {
		{"plain", WORD_QUOTING_NONE},           {"", WORD_QUOTING_VALUE},
		{"two words", WORD_QUOTING_VALUE},      {"end\\", WORD_QUOTING_VALUE},
		{"pa\"ss", WORD_QUOTING_WORD},          {"\"", WORD_QUOTING_WORD},
		{"a b\"c", WORD_QUOTING_WORD},          {"a\" b", WORD_QUOTING_OWN},
		{"a b\" c", WORD_QUOTING_IMPOSSIBLE},   {"a\"b\" c", WORD_QUOTING_IMPOSSIBLE},
		{"a\" b\" c", WORD_QUOTING_IMPOSSIBLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(config_word_quoting(cases[i].value), cases[i].quoting);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_that_slapd_sends),
		cmocka_unit_test(white_space_separates_words_but_not_inside_quotes),
		cmocka_unit_test(a_value_is_written_so_that_its_word_gives_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
