/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/slapd/url.h"

static void urls_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		Url url;
	} cases[] = {
		{"ldap://Host.Example", {"ldap", "host.example", 389, false, false}},
		{"LDAPS://host/", {"ldaps", "host", 636, false, false}},
		{"ldap://host:1389/dc=x", {"ldap", "host", 1389, true, false}},
		{"ldap://host/??sub", {"ldap", "host", 389, false, true}},
		{"ldap://[FE80::1]:3", {"ldap", "fe80::1", 3, false, false}},
		{"ldap:///", {"ldap", "", 389, false, false}},
		{"ldapi://%2Frun%2FLdapi", {"ldapi", "/run/Ldapi", 0, false, false}},
		{"ldapi:///", {"ldapi", "", 0, false, false}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		Url url;

		if (!url_parse(pool, cases[i].text, &url))
			fail_msg("%s is no URL", cases[i].text);
		assert_string_equal(url.scheme, cases[i].url.scheme);
		assert_string_equal(url.host, cases[i].url.host);
		assert_int_equal(url.port, cases[i].url.port);
		assert_int_equal(url.has_dn, cases[i].url.has_dn);
		assert_int_equal(url.has_extra, cases[i].url.has_extra);
	}
}

static void what_is_no_ldap_url_is_refused(void **state)
{
	static const char *const texts[] = {
		"",           "host",          "http://host",
		"ldap:/host", "ldap://host:x", "ldap://host ldap://other"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(Pool) *pool = pool_new();
		Url url;

		if (url_parse(pool, texts[i], &url))
			fail_msg("\"%s\" is a URL", texts[i]);
	}
	assert_false(url_equal("host", "host"));
}

static void the_same_server_is_recognised_in_every_spelling(void **state)
{
	(void)state;
	assert_true(url_equal("ldap://HOST", "LDAP://host:389/"));
	assert_true(url_equal("ldaps://host:636", "ldaps://host"));
	assert_true(url_equal("ldap://[::1]", "ldap://[::1]:389"));
	assert_false(url_equal("ldap://host", "ldaps://host"));
	assert_false(url_equal("ldap://host", "ldap://host:636"));
	assert_false(url_equal("ldap://host", "ldap://host.example"));
	assert_false(url_equal("ldapi://%2Fa", "ldapi://%2FA"));
}

static void one_server_has_one_spelling(void **state)
{
	static const char *const cases[][2] = {
		{"ldap://host", "ldap://host:389"},
		{"ldap://host:389", "ldap://host:389"},
		{"LDAP://Host/", "ldap://host:389"},
		{"ldaps://host", "ldaps://host:636"},
		{"ldap://host:1389", "ldap://host:1389"},
		{"ldap://host:x", "ldap://host:x"},
		{"ldap://host:01389", "ldap://host:1389"},
		{"ldap://[FE80::1]", "ldap://[fe80::1]:389"},
		{"ldaps://[::1]:3/", "ldaps://[::1]:3"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();

		assert_string_equal(url_spelling(pool, cases[i][0]), cases[i][1]);
		assert_string_equal(url_spelling(pool, cases[i][1]), cases[i][1]);
	}
	assert_null(url_spelling(NULL, NULL));
}

static void a_plain_url_is_one_that_needs_no_look(void **state)
{
	static const char *const plain[] = {"ldap://a", "ldap://ldap-1.example.com:1389",
					    "ldap://192.0.2.1:9"};
	static const char *const others[] = {
		"",           "ldap://",           "ldap://a:", "ldap://a:0",     "ldap://a:00389",
		"ldap://A",   "ldaps://a",         "ldap://a/", "ldap://a:13891", "ldap://a,b",
		"ldap://a b", "ldap://a ldap://b", "ldapi:///", "ldap://[::1]",   "ldap://a?x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (!url_is_plain(plain[i]))
			fail_msg("\"%s\" is not plain", plain[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (url_is_plain(others[i]))
			fail_msg("\"%s\" is plain", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_taken_apart),
		cmocka_unit_test(what_is_no_ldap_url_is_refused),
		cmocka_unit_test(the_same_server_is_recognised_in_every_spelling),
		cmocka_unit_test(one_server_has_one_spelling),
		cmocka_unit_test(a_plain_url_is_one_that_needs_no_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
