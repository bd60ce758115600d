/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

/* --- what a file holds --- */

#define FILE_TEXT                                                                        \
	"# AUTO-GENERATED FILE - DO NOT EDIT!! Use ldapmodify.\n# CRC32 0123abcd\n"      \
	"dn: olcDatabase={2}mdb\nolcDbIndex: entryCSN\n  eq\nolcDbIndex: cn eq\n"        \
	"olcSuffix:: ZGM9w7xiZXI=\nentryCSN: 20261122101500.000000Z#000000#001#000000\n" \
	"modifyTimestamp: 20261122101500Z\n"

static Entry parsed(Pool *pool, const char *text)
{
	Entry entry;

	assert_true(config_file_parse(pool, text, strlen(text), &entry));
	return entry;
}

static void the_file_is_named_after_the_dn(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(config_file_of(pool, "cn=config"), "cn=config.ldif");
	assert_string_equal(
		config_file_of(pool, "olcOverlay={0}syncprov,olcDatabase={2}mdb,cn=config"),
		"cn=config/olcDatabase={2}mdb/olcOverlay={0}syncprov.ldif");
}

static void folded_and_encoded_values_are_read(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry entry = parsed(pool, FILE_TEXT);

	(void)state;
	assert_string_equal(entry.dn, "olcDatabase={2}mdb");
	assert_string_equal(entry_first(&entry, "olcDbIndex"), "entryCSN eq");
	assert_int_equal(entry_attribute(&entry, "olcDbIndex")->n_values, 2);
	assert_string_equal(entry_first(&entry, "olcSuffix"), "dc=\303\274ber");
}

static void what_is_no_ldif_is_refused(void **state)
{
	AUTO(Pool) *pool = pool_new();
	static const char *const texts[] = {"", "# only a comment\n", "dn: x\nno colon\n",
					    "olcSuffix: dc=x\n", ": x\n"};
	Entry entry;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_false(config_file_parse(pool, texts[i], strlen(texts[i]), &entry));
}

static void order_and_who_wrote_it_are_no_difference(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry file = parsed(pool, FILE_TEXT);
	const Entry live = parsed(pool, "dn: x\nolcDbIndex: cn eq\nolcDbIndex: entryCSN eq\n"
					"olcConfigDir: /etc\nmodifyTimestamp: 2027\n");

	(void)state;
	assert_null(config_file_difference(&live, &file));
}

static void one_other_value_is_a_difference(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry file = parsed(pool, FILE_TEXT);
	const Entry other = parsed(pool, "dn: x\nolcDbIndex: cn eq\nolcDbIndex: entryCSN pres\n");
	const Entry fewer = parsed(pool, "dn: x\nolcDbIndex: cn eq\n");
	const Entry more = parsed(pool, "dn: x\nolcLimits: users size=1\n");
	const Entry newer = parsed(pool, "dn: x\nentryCSN: 2027\n");

	(void)state;
	assert_string_equal(config_file_difference(&other, &file), "olcDbIndex");
	assert_string_equal(config_file_difference(&fewer, &file), "olcDbIndex");
	assert_string_equal(config_file_difference(&more, &file), "olcLimits");
	assert_string_equal(config_file_difference(&newer, &file), "entryCSN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_kept_in_the_file_of_its_dn),
		cmocka_unit_test(letter_case_and_white_space_do_not_count),
		cmocka_unit_test(a_name_without_a_number_is_also_the_file_that_slapd_numbered),
		cmocka_unit_test(the_file_of_another_entry_is_not_taken_for_it),
		cmocka_unit_test(a_temporary_file_is_no_entry),
		cmocka_unit_test(the_file_is_named_after_the_dn),
		cmocka_unit_test(folded_and_encoded_values_are_read),
		cmocka_unit_test(what_is_no_ldif_is_refused),
		cmocka_unit_test(order_and_who_wrote_it_are_no_difference),
		cmocka_unit_test(one_other_value_is_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
