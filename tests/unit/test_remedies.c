/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/remedies/remedies.h"

static void every_code_has_a_row_and_no_two_share_one(void **state)
{
	(void)state;
	for (int i = 0; i < REMEDY_COUNT; i++) {
		const RemedyRow *row = remedy_row((Remedy)i);

		assert_non_null(row->code);
		assert_true(*row->text && *row->proof);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(remedy_row((Remedy)k)->code, row->code);
	}
}

static void an_argument_is_a_word_for_the_shell(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(remedy_fill(pool, REMEDY_TOUCH_SUFFIX, "dc=o'neil,dc=org",
					" 'objectClass: top'", "cn=a b;reboot",
					"ldapi://%2Frun%2Fx"),
			    "printf '%s\\n' 'dn: dc=o'\\''neil,dc=org' 'changetype: modify' "
			    "'replace: objectClass' 'objectClass: top' | ldapmodify -x -W -D "
			    "'cn=a b;reboot' -H ldapi://%2Frun%2Fx");
}

static void an_argument_is_a_string_for_json(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(remedy_fill(pool, REMEDY_DATABASE_OUT, "o=a\\\"b\""),
			    "\"suffix\": \"o=a\\\\\\\"b\\\"\"");
	assert_string_equal(remedy_fill(pool, REMEDY_PEER_LINE, "4", "ldap://four"),
			    "{ \"id\": 4, \"uri\": \"ldap://four\" }");
}

static void braces_of_json_and_of_names_stay(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(remedy_fill(pool, REMEDY_DATABASE_LINE, "dc=org"),
			    "{ \"suffix\": \"dc=org\", \"syncrepl\": { ... } }");
	assert_string_equal(
		remedy_fill(pool, REMEDY_CONFIG_ALONE_STOPPED, "olcDatabase={0}config,cn=config"),
		"printf '%s\\n' 'dn: olcDatabase={0}config,cn=config' 'changetype: modify' "
		"'delete: olcSyncrepl' | slapmodify -n 0");
}

static void lines_of_an_entry_are_words_of_a_shell(void **state)
{
	static const char *const values[] = {"top", "it's"};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(remedy_lines(pool, "objectClass", values, 2),
			    " 'objectClass: top' 'objectClass: it'\\''s'");
	assert_string_equal(remedy_lines(pool, "objectClass", NULL, 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_a_row_and_no_two_share_one),
		cmocka_unit_test(an_argument_is_a_word_for_the_shell),
		cmocka_unit_test(an_argument_is_a_string_for_json),
		cmocka_unit_test(braces_of_json_and_of_names_stay),
		cmocka_unit_test(lines_of_an_entry_are_words_of_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
