/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/slapd_arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"

/* The listeners found in the arguments, joined by " | ". */
static void assert_listeners(const char *const *arguments, size_t n_arguments, const char *expected)
{
	AUTO(Pool) *pool = pool_new();
	const SlapdArguments found = slapd_arguments_parse(pool, arguments, n_arguments);
	Buf joined = BUF_IN(pool);

	for (size_t i = 0; i < found.n_urls; i++) {
		buf_puts(&joined, i > 0 ? " | " : "");
		buf_puts(&joined, found.urls[i]);
	}
	assert_string_equal(buf_text(&joined), expected);
}

#define ASSERT_LISTENERS(expected, ...)                                           \
	do {                                                                      \
		const char *const arguments_[] = {__VA_ARGS__};                   \
		assert_listeners(arguments_, ARRAY_SIZE(arguments_), (expected)); \
	} while (0)

static void the_list_is_split_at_spaces(void **state)
{
	(void)state;
	ASSERT_LISTENERS("ldap:/// | ldapi:///", "/usr/sbin/slapd", "-u", "ldap", "-h",
			 "ldap:///  ldapi:///");
	ASSERT_LISTENERS("ldaps://LDAP1:636/", "slapd", "-hldaps://LDAP1:636/", "-F", "/etc/x");
	ASSERT_LISTENERS("ldap://a", "slapd", "-4h", "ldap://a");
}

static void a_list_without_its_quotes_is_put_together_again(void **state)
{
	(void)state;
	ASSERT_LISTENERS("ldap:/// | ldapi:///", "/usr/sbin/slapd", "-h", "ldap:///", "ldapi:///",
			 "-g", "openldap");
}

static void slapd_is_found_behind_a_wrapper(void **state)
{
	(void)state;
	ASSERT_LISTENERS("ldap://b", "/t/lib64/ld-linux-x86-64.so.2", "--library-path", "-h",
			 "/t/usr/sbin/slapd", "-h", "ldap://b");
	ASSERT_LISTENERS("", "/usr/bin/vim", "-h", "ldap://b");
	ASSERT_LISTENERS("", "/usr/bin/slapdx", "-h", "ldap://b");
}

static void without_a_list_slapd_listens_on_its_default(void **state)
{
	(void)state;
	ASSERT_LISTENERS("ldap:///", "slapd", "-F", "/etc/openldap/slapd.d");
}

static void an_argument_of_another_option_is_no_list(void **state)
{
	(void)state;
	ASSERT_LISTENERS("ldap:///", "slapd", "-n", "-h", "-d", "256");
	ASSERT_LISTENERS("ldap:///", "slapd", "-d", "ldap://c");
	ASSERT_LISTENERS("ldap:///", "slapd", "-Fh", "ldap://c");
}

static void the_last_list_counts(void **state)
{
	(void)state;
	ASSERT_LISTENERS("ldap://b", "slapd", "-h", "ldap://a", "-h", "ldap://b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_is_split_at_spaces),
		cmocka_unit_test(a_list_without_its_quotes_is_put_together_again),
		cmocka_unit_test(slapd_is_found_behind_a_wrapper),
		cmocka_unit_test(without_a_list_slapd_listens_on_its_default),
		cmocka_unit_test(an_argument_of_another_option_is_no_list),
		cmocka_unit_test(the_last_list_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
