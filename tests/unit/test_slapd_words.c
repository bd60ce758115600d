/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/slapd/slapd_words.h"

static const char *text_of(Pool *pool, const char *const *lines, size_t n)
{
	SlapdWords words = {0};

	for (size_t i = 0; i < n; i++)
		slapd_words_take(pool, &words, lines[i]);
	return slapd_words_text(pool, &words);
}

/* As slaptest of 2.4.57 and slapd of 2.5.13 say it. */
static void the_first_line_names_the_fault_and_the_last_one_the_entry(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const tool[] = {
		"6b0b91fc ldif_read_file: checksum error on \"/etc/ldap/slapd.d/cn=config.ldif\"",
		"6b0b91fc lt_dlopenext failed: (nonesuch) file not found",
		"6b0b91fc config error processing cn=module{0},cn=config: <olcModuleLoad> handler "
		"exited with 1",
		"slaptest: bad configuration directory!",
	};
	const char *const log[] = {
		"6b0b920c.1a90c462 0x7f94da669200 @(#) $OpenLDAP: slapd 2.5.13 $",
		"6b0b920c.340b9b56 0x7fc3d1421200 mdb_db_open: database \"dc=x\" cannot be opened: "
		"MDB_INVALID: File is not an LMDB file (-30793). Restore from backup!",
		"6b0b920c.340b9b57 0x7fc3d1421200 slapd stopped.",
		".",
	};

	(void)state;
	assert_string_equal(text_of(pool, tool, ARRAY_SIZE(tool)),
			    "lt_dlopenext failed: (nonesuch) file not found; config error "
			    "processing cn=module{0},cn=config: <olcModuleLoad> handler exited "
			    "with 1");
	assert_string_equal(text_of(pool, log, ARRAY_SIZE(log)),
			    "mdb_db_open: database \"dc=x\" cannot be opened: MDB_INVALID: File is "
			    "not an LMDB file (-30793). Restore from backup!");
	assert_null(text_of(pool, log, 1));
}

static void nothing_that_may_be_of_a_password_is_shown(void **state)
{
	AUTO(Pool) *pool = pool_new();
	static const char *const lines[] = {
		"olcSyncrepl: value #0: Error: parse_syncrepl_line: unable to parse \"s3cr3t\"",
		"<= str2entry: slap_str2undef_ad(Y3JlZGVudGlhbHM9s3cr3t): empty "
		"AttributeDescription",
		"olcSyncrepl: something about credentials=s3cr3t",
		"olcRootPW: value #0: s3cr3t is no password",
		"line 3 (olcDbACLBind \"s3cr3t",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *text = text_of(pool, &lines[i], 1);

		assert_null(strstr(text, "s3cr3t"));
		assert_non_null(strstr(text, "not shown"));
	}
}

static void what_slapd_says_of_operations_and_links_is_no_cause(void **state)
{
	(void)state;
	assert_true(
		slapd_words_are_fatal("daemon: bind(8) failed errno=98 (Address already in use)"));
	assert_true(slapd_words_are_fatal("main: TLS init def ctx failed: -1"));
	assert_true(slapd_words_are_fatal(
		"read_config: no serverID / URL match found. Check slapd -h arguments."));
	assert_false(slapd_words_are_fatal("conn=1 op=2 RESULT tag=97 err=49 text=invalid"));
	assert_false(slapd_words_are_fatal("do_syncrepl: rid=002 rc -1 retrying: failed"));
	assert_false(slapd_words_are_fatal("slapd starting"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_names_the_fault_and_the_last_one_the_entry),
		cmocka_unit_test(what_slapd_says_of_operations_and_links_is_no_cause),
		cmocka_unit_test(nothing_that_may_be_of_a_password_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
