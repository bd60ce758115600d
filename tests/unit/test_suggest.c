/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/base/suggest.h"

static const char *const known[] = {"id", "uri", "names", "rid", "syncrepl", "as_consumer"};

static const char *nearest(const char *word)
{
	return suggest_word(word, known, ARRAY_SIZE(known));
}

static void a_slip_leads_to_the_word_that_was_meant(void **state)
{
	(void)state;
	assert_string_equal(nearest("synrepl"), "syncrepl");
	assert_string_equal(nearest("sycnrepl"), "syncrepl");
	assert_string_equal(nearest("SyncRepl"), "syncrepl");
	assert_string_equal(nearest("asconsumer"), "as_consumer");
	assert_string_equal(nearest("url"), "uri");
	assert_string_equal(nearest("nmae"), "names");
	assert_string_equal(nearest("ids"), "id");
	assert_string_equal(nearest("idr"), "id");
}

static void a_strange_word_leads_nowhere(void **state)
{
	(void)state;
	assert_null(nearest("password"));
	assert_null(nearest(""));
	assert_null(nearest("xy"));
	assert_null(nearest("a-word-that-is-longer-than-any-key-of-ours-is"));
	assert_null(suggest_word("id", known, 0));
}

static void a_question_ends_a_message_or_is_empty(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const suffixes[] = {"dc=example,dc=org", "o=other"};

	(void)state;
	assert_string_equal(suggest_question(pool, "dc=exmaple,dc=org", suffixes, 2),
			    ": did you mean 'dc=example,dc=org'?");
	assert_string_equal(suggest_question(pool, "cn=config", suffixes, 2), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_leads_to_the_word_that_was_meant),
		cmocka_unit_test(a_strange_word_leads_nowhere),
		cmocka_unit_test(a_question_ends_a_message_or_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
