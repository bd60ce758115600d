/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/syncrepl/syncrepl.h"

typedef struct Case {
	SyncreplKeyword keyword;
	const char *value;
} Case;

static void values_that_work_are_accepted(void **state)
{
	static const Case cases[] = {
		{SYNCREPL_RID, "7"},
		{SYNCREPL_PROVIDER, "ldap://a:1"},
		{SYNCREPL_PROVIDER, "ldaps://a/"},
		{SYNCREPL_PROVIDER, "ldapi://%2Frun%2Fx"},
		{SYNCREPL_TYPE, "refreshandpersist"},
		{SYNCREPL_TLS_REQCERT, "demand"},
		{SYNCREPL_TLS_CACERT, "/etc/ca.pem"},
		{SYNCREPL_TLS_PROTOCOL_MIN, "3.3"},
		{SYNCREPL_SECPROPS, "noanonymous,minssf=56"},
		{SYNCREPL_SASLMECH, "GSS-SPNEGO"},
		{SYNCREPL_SYNCDATA, "accesslog"},
		{SYNCREPL_AUTHZID, "u:x"},
		{SYNCREPL_CREDENTIALS, "*a*"},
		{SYNCREPL_SIZELIMIT, "unlimited"},
		{SYNCREPL_ATTRS, "*,+"},
		{SYNCREPL_ATTRSONLY, ""},
		{SYNCREPL_REALM, "EXAMPLE"},
	};
	Error err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (syncrepl_check(cases[i].keyword, cases[i].value, &err) < 0)
			fail_msg("%s: %s", cases[i].value, err.text);
}

static void values_that_slapd_takes_but_that_fail_later_are_refused(void **state)
{
	static const Case cases[] = {
		{SYNCREPL_PROVIDER, "ldap://a/dc=x"},
		{SYNCREPL_PROVIDER, "ldap://a/??sub"},
		{SYNCREPL_PROVIDER, "ldap:///"},
		{SYNCREPL_PROVIDER, "cldap://a"},
		{SYNCREPL_TYPE, "refreshOnlyX"},
		{SYNCREPL_TYPE, "dirSync"},
		{SYNCREPL_TLS_REQCERT, "bogus"},
		{SYNCREPL_TLS_REQSAN, ""},
		{SYNCREPL_TLS_CERT, "relative.pem"},
		{SYNCREPL_TLS_PROTOCOL_MIN, "TLSv1"},
		{SYNCREPL_TLS_PROTOCOL_MIN, "3."},
		{SYNCREPL_TLS_CRLCHECK, "some"},
		{SYNCREPL_SECPROPS, "bogus"},
		{SYNCREPL_SECPROPS, "minssf=x"},
		{SYNCREPL_SASLMECH, "a mech"},
		{SYNCREPL_SYNCDATA, "log"},
		{SYNCREPL_SCHEMACHECKING, "no"},
		{SYNCREPL_TIMEOUT, "-1"},
		{SYNCREPL_TIMEOUT, "0x10"},
		{SYNCREPL_AUTHZID, "cn=a"},
		{SYNCREPL_CREDENTIALS, "********"},
		{SYNCREPL_CREDENTIALS, ""},
		{SYNCREPL_RETRY, ""},
		{SYNCREPL_BINDMETHOD, "none"},
		{SYNCREPL_ATTRSONLY, "yes"},
		{SYNCREPL_ATTRS, ""},
		{SYNCREPL_REALM, "a b\" c"},
		{SYNCREPL_VERSION, "2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Error err = {0};

		if (syncrepl_check(cases[i].keyword, cases[i].value, &err) == 0)
			fail_msg("%s accepts %s", syncrepl_keyword_name(cases[i].keyword),
				 cases[i].value);
		assert_int_equal(err.class, ERROR_REFUSED);
		assert_non_null(strstr(err.text, syncrepl_keyword_name(cases[i].keyword)));
	}
}

static void every_keyword_is_described_and_found(void **state)
{
	(void)state;
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++) {
		const char *name = syncrepl_keyword_name((SyncreplKeyword)i);

		assert_non_null(name);
		assert_int_equal(syncrepl_keyword_find(name, strlen(name)), i);
		assert_int_equal(syncrepl_keyword_is_secret((SyncreplKeyword)i),
				 i == SYNCREPL_CREDENTIALS);
	}
	assert_int_equal(syncrepl_keyword_find("MANAGEDSAIT", 11), SYNCREPL_MANAGEDSAIT);
	assert_int_equal(syncrepl_keyword_find("uri", 3), SYNCREPL_PROVIDER);
	assert_int_equal(syncrepl_keyword_find("attr", 4), -1);
	assert_int_equal(syncrepl_keyword_since(SYNCREPL_TLS_REQSAN), 20457);
	assert_int_equal(syncrepl_keyword_since(SYNCREPL_LAZYCOMMIT), 20500);
	assert_int_equal(syncrepl_keyword_since(SYNCREPL_RID), 0);
	assert_int_equal(syncrepl_keyword_kind(SYNCREPL_ATTRSONLY), SYNCREPL_KIND_FLAG);
	assert_int_equal(syncrepl_keyword_kind(SYNCREPL_TIMEOUT), SYNCREPL_KIND_NUMBER);
	assert_string_equal(syncrepl_keyword_default(SYNCREPL_SCOPE), "sub");
}

/* By what slapd makes of the list, not by its last letter. */
static void a_list_of_retries_that_ends_gives_up(void **state)
{
	static const struct {
		const char *retry;
		bool gives_up;
	} rows[] = {
		{NULL, false},    {"", false},          {"60 +", false},      {"60 5 300 +", false},
		{"60 5", true},   {"60 5 300 3", true}, {"5,5,60,3", true},   {"60 3 ", true},
		{"60 + ", false}, {"60 + 5 5", false},  {"undefined", false}, {"60 5+", false},
		{"+", false},     {"60", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(syncrepl_gives_up(rows[i].retry), rows[i].gives_up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_that_work_are_accepted),
		cmocka_unit_test(values_that_slapd_takes_but_that_fail_later_are_refused),
		cmocka_unit_test(every_keyword_is_described_and_found),
		cmocka_unit_test(a_list_of_retries_that_ends_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
