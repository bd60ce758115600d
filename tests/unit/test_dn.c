/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/slapd/dn.h"

static void spelling_does_not_make_a_dn_another(void **state)
{
	static const char *const same[][2] = {
		{"dc=example,dc=com", "DC=Example, DC=com"},
		{"cn=repl,dc=x", "cn = repl , dc = x"},
		{"cn=two  words,dc=x", "cn= Two Words ,dc=x"},
		{"cn=a\\,b,dc=x", "cn=a\\2Cb,dc=x"},
		{"cn=\"a,b\",dc=x", "cn=a\\,b,dc=x"},
		{"cn=a+sn=b,dc=x", "SN=b+CN=a,dc=x"},
		{"commonName=a,domainComponent=x", "2.5.4.3=a,0.9.2342.19200300.100.1.25=x"},
		{"o=M\xc3\xbcller", "o=M\xc3\x9cLLER"},
		{"cn=a\\20,dc=x", "cn=a,dc=x"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		if (!dn_equal(same[i][0], same[i][1]))
			fail_msg("%s is not %s", same[i][0], same[i][1]);
}

static void other_dns_are_not_equal_and_no_dn_equals_none(void **state)
{
	static const char *const differ[][2] = {
		{"dc=example,dc=com", "dc=example,dc=org"},
		{"dc=example,dc=com", "dc=com"},
		{"cn=a b,dc=x", "cn=ab,dc=x"},
		{"cn=a\\,dc=x", "cn=a,dc=x"},
		{"cn=a+sn=b,dc=x", "cn=a,sn=b,dc=x"},
		{"cn=#0401,dc=x", "cn=\\#0401,dc=x"},
		{"nodn", "nodn"},
		{"cn=a,", "cn=a,"},
		{"cn=,dc=x", "cn=,dc=x"},
		{"cn=#0403666f6f", "cn=#0403666f6f"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(differ); i++)
		if (dn_equal(differ[i][0], differ[i][1]))
			fail_msg("%s is %s", differ[i][0], differ[i][1]);
	assert_false(dn_equal(NULL, NULL));
}

static void the_normal_form_is_a_dn_with_itself_as_normal_form(void **state)
{
	static const char *const dns[] = {
		"",
		"CN=a\\+b\\\\c\\\"d\\<e\\>f\\;g\\=h,DC=x",
		"cn=\\#x,dc=y",

		"cn=\\01\xc3\x9f,dc=x",
		"cn=\\ lead,dc=x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dns); i++) {
		AUTO(Pool) *pool = pool_new();
		const char *once = dn_normalise(pool, dns[i]);

		assert_non_null(once);
		assert_string_equal(dn_normalise(pool, once), once);
	}
}

static void a_dn_is_within_itself_and_what_stands_above(void **state)
{
	(void)state;
	assert_true(dn_is_within("cn=a,dc=x", "DC=x"));
	assert_true(dn_is_within("dc=x", "dc=x"));
	assert_true(dn_is_within("dc=x", ""));
	assert_false(dn_is_within("dc=x", "cn=a,dc=x"));
	assert_false(dn_is_within("cn=a,adc=x", "dc=x"));
	assert_false(dn_is_within("cn=a\\,dc=x", "dc=x"));
	assert_false(dn_is_within("nodn", "dc=x"));
	assert_false(dn_is_within("dc=x", "nodn"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spelling_does_not_make_a_dn_another),
		cmocka_unit_test(other_dns_are_not_equal_and_no_dn_equals_none),
		cmocka_unit_test(the_normal_form_is_a_dn_with_itself_as_normal_form),
		cmocka_unit_test(a_dn_is_within_itself_and_what_stands_above),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
