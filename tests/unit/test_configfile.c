/* SPDX-License-Identifier: Apache-2.0 */
#include "common/configfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void an_entry_is_kept_in_the_file_of_its_dn(void **state)
{
	(void)state;
	assert_true(config_file_is_of("cn=config.ldif", "cn=config"));
	assert_true(config_file_is_of("cn=config/olcDatabase={2}mdb.ldif",
				      "olcDatabase={2}mdb,cn=config"));
	assert_true(config_file_is_of("cn=config/olcDatabase={2}mdb/olcOverlay={0}syncprov.ldif",
				      "olcOverlay={0}syncprov,olcDatabase={2}mdb,cn=config"));
}

static void letter_case_and_white_space_do_not_count(void **state)
{
	(void)state;
	assert_true(config_file_is_of("cn=config/olcDatabase={2}mdb.ldif",
				      "olcdatabase={2}MDB, CN=config"));
}

static void a_name_without_a_number_is_also_the_file_that_slapd_numbered(void **state)
{
	(void)state;
	assert_true(config_file_is_of("cn=config/olcDatabase={2}mdb/olcOverlay={1}syncprov.ldif",
				      "olcOverlay=syncprov,olcDatabase={2}mdb,cn=config"));
	assert_true(config_file_is_of("cn=config/cn=module{0}.ldif", "cn=module,cn=config"));
	assert_false(config_file_is_of("cn=config/cn=module{0}.ldif", "cn=module{1},cn=config"));
	assert_false(config_file_is_of("cn=config/olcDatabase={2}mdb/olcOverlay={1}memberof.ldif",
				       "olcOverlay=syncprov,olcDatabase={2}mdb,cn=config"));
}

static void the_file_of_another_entry_is_not_taken_for_it(void **state)
{
	(void)state;
	assert_false(config_file_is_of("cn=config/olcDatabase={1}mdb.ldif",
				       "olcDatabase={2}mdb,cn=config"));
	assert_false(config_file_is_of("cn=config/olcDatabase={2}mdb.ldif", "cn=config"));
	assert_false(config_file_is_of("cn=config.ldif", "olcDatabase={2}mdb,cn=config"));
	assert_false(config_file_is_of("cn=config/olcDatabase={1}mdb/olcOverlay={0}syncprov.ldif",
				       "olcOverlay={0}syncprov,olcDatabase={2}mdb,cn=config"));
}

static void a_temporary_file_is_no_entry(void **state)
{
	(void)state;
	assert_false(config_file_is_of("cn=config.MWSIxf", "cn=config"));
	assert_false(config_file_is_of(".ldif", "cn=config"));
	assert_false(config_file_is_of("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_kept_in_the_file_of_its_dn),
		cmocka_unit_test(letter_case_and_white_space_do_not_count),
		cmocka_unit_test(a_name_without_a_number_is_also_the_file_that_slapd_numbered),
		cmocka_unit_test(the_file_of_another_entry_is_not_taken_for_it),
		cmocka_unit_test(a_temporary_file_is_no_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
