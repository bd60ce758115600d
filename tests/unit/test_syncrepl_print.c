/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/syncrepl/syncrepl.h"

static Syncrepl with_password(const char *password)
{
	return (Syncrepl){.value = {[SYNCREPL_RID] = "007",
				    [SYNCREPL_PROVIDER] = "ldap://a:1",
				    [SYNCREPL_SEARCHBASE] = "dc=x",
				    [SYNCREPL_CREDENTIALS] = password,
				    [SYNCREPL_RETRY] = "5 +",
				    [SYNCREPL_ATTRSONLY] = ""}};
}

static void a_value_is_written_in_a_fixed_order_and_quoted_where_needed(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl syncrepl = with_password("se cret");
	const char *text = NULL;
	Error err = {0};

	(void)state;
	assert_int_equal(syncrepl_print(pool, &syncrepl, &text, &err), 0);
	assert_string_equal(text, "rid=007 provider=ldap://a:1 searchbase=\"dc=x\" retry=\"5 +\" "
				  "credentials=\"se cret\" attrsonly");
}

static void every_password_that_is_written_is_read_back(void **state)
{
	static const char *const passwords[] = {
		"simple",   "",     "two words",  "back\\slash", "end\\",     "pa\"ss",
		"\"",       "\"\"", "\"quoted\"", "a\"b\"c d",   "a\" b",     "a\" b\"c",
		"\xc3\xa4", "a\nb", " lead",      "trail ",      "#{0}'=x y", "a\" b\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
		AUTO(Pool) *pool = pool_new();
		Syncrepl syncrepl = with_password(passwords[i]), again;
		const char *text = NULL;
		Error err = {0};

		if (syncrepl_print(pool, &syncrepl, &text, &err) < 0 ||
		    syncrepl_parse(pool, text, &again, &err) < 0)
			fail_msg("%s: %s", passwords[i], err.text);
		for (int j = 0; j < SYNCREPL_KEYWORD_COUNT; j++)
			if (!syncrepl.value[j])
				assert_null(again.value[j]);
			else
				assert_string_equal(again.value[j], syncrepl.value[j]);
	}
}

static void what_quoting_cannot_express_is_refused_and_not_shown(void **state)
{
	static const char *const passwords[] = {"canary with\" quote", "canary\"x\" y",
						"canary\" x\" y"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
		AUTO(Pool) *pool = pool_new();
		Syncrepl syncrepl = with_password(passwords[i]);
		const char *text = "untouched";
		Error err = {0};

		assert_int_equal(syncrepl_print(pool, &syncrepl, &text, &err), -1);
		assert_int_equal(err.class, ERROR_INPUT);
		assert_string_equal(text, "untouched");
		assert_null(strstr(err.text, "canary"));
		assert_int_equal(syncrepl_check(SYNCREPL_CREDENTIALS, passwords[i], &err), -1);
		assert_null(strstr(err.text, "canary"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_written_in_a_fixed_order_and_quoted_where_needed),
		cmocka_unit_test(every_password_that_is_written_is_read_back),
		cmocka_unit_test(what_quoting_cannot_express_is_refused_and_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
