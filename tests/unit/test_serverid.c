/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/slapd/serverid.h"

static void a_value_is_a_number_and_perhaps_a_url(void **state)
{
	static const struct {
		const char *text;
		unsigned sid;
		const char *url;
	} cases[] = {
		{"1", 1, NULL},
		{"001 ldap://a", 1, "ldap://a"},
		{"4095   ldap://a/", 4095, "ldap://a/"},
		{"0", 0, NULL},
		{"0x0a", 10, NULL},
		{"0xFFF", 4095, NULL},
		{"10", 10, NULL},
		{"abc", 0xabc, NULL},
		{"\"7\" \"ldap://a\"", 7, "ldap://a"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		ServerId id = {0};
		Error err = {0};

		assert_int_equal(serverid_parse(pool, cases[i].text, &id, &err), 0);
		assert_int_equal(id.sid, cases[i].sid);
		if (cases[i].url)
			assert_string_equal(id.url, cases[i].url);
		else
			assert_null(id.url);
	}
}

static void what_slapd_refuses_is_refused(void **state)
{
	static const char *const texts[] = {"",     "4096",     "-1",         "1000 ldap",
					    "x",    "1 http:/", "1 url x",    "1 ldap://a ldap://b",
					    "{0}1", "0x1000",   "99999999999"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(Pool) *pool = pool_new();
		ServerId id = {.sid = 77};
		Error err = {0};

		if (serverid_parse(pool, texts[i], &id, &err) == 0)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(err.class, ERROR_REFUSED);
		assert_int_equal(id.sid, 77);
	}
}

static void a_url_is_compared_with_the_listeners_as_slapd_does(void **state)
{
	static const struct {
		const char *url, *listener;
		UrlMatch match;
	} cases[] = {
		{"ldap://a:1", "LDAP://A:1", URL_MATCH_EXACT},
		{"ldap://127.0.0.1:1", "ldap://127.0.0.1:1", URL_MATCH_EXACT},
		{"ldap://localhost:1", "ldap://127.0.0.1:1", URL_MATCH_NONE},
		{"ldap://a:1/", "ldap://a:1", URL_MATCH_NONE},
		{"ldap://a:1/dc=x", "ldap://a:1", URL_MATCH_NONE},
		{"ldap://node.example", "ldap:///", URL_MATCH_HOST_NAME},
		{"ldap://NODE.example:389/", "ldap://", URL_MATCH_HOST_NAME},
		{"ldap://node.example/", "ldap://node.example", URL_MATCH_HOST_NAME},
		{"ldap://node.example", "ldaps:///", URL_MATCH_NONE},
		{"ldap://node.example:390", "ldap:///", URL_MATCH_NONE},
		{"ldap://node", "ldap:///", URL_MATCH_NONE},
		{"ldap://localhost.localdomain", "ldap:///", URL_MATCH_HOST_NAME},
		{"ldap:///", "ldap://1.2.3.4", URL_MATCH_HOST_NAME},
		{"ldapi:///", "ldapi://%2Frun%2Fldapi", URL_MATCH_HOST_NAME},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (serverid_url_match(cases[i].url, &cases[i].listener, 1, "node.example") !=
		    cases[i].match)
			fail_msg("case %zu: %s %s", i, cases[i].url, cases[i].listener);
	assert_int_equal(serverid_url_match("ldap://a", NULL, 0, NULL), URL_MATCH_NONE);
}

typedef struct Case {
	const char *values[4];
	ServerIdVerdict verdict;
} Case;

static void the_verdict_is_what_slapd_does_at_its_next_start(void **state)
{
	static const char *const listeners[] = {"ldap://10.0.0.1", "ldap:///", "ldapi:///"};
	static const Case cases[] = {
		{{NULL}, {.starts = true}},
		{{"7"}, {.starts = true, .has_sid = true, .sid = 7}},
		{{"1 ldap://10.0.0.1", "2 ldap://10.0.0.2"},
		 {.starts = true, .has_sid = true, .sid = 1}},
		{{"1 ldap://other", "2 ldap://node.example"},
		 {.starts = true, .by_host_name = true, .has_sid = true, .sid = 2}},
		{{"1 ldap://other"}, {.problem = "no serverID"}},
		{{"1", "2"}, {.problem = "unqualified"}},
		{{"1 ldap://other", "2"}, {.problem = "unqualified"}},
		{{"1", "2 ldap://10.0.0.1"}, {.problem = "only one"}},
		{{"1 ldap://10.0.0.1", "2 ldap:///"}, {.problem = "multiple"}},
		{{"1 ldap://10.0.0.1", "4096 ldap://a"}, {.problem = "illegal"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		size_t n_values = 0;
		ServerIdVerdict verdict;

		while (cases[i].values[n_values])
			n_values++;
		verdict = serverid_judge(pool, cases[i].values, n_values, listeners,
					 ARRAY_SIZE(listeners), "node.example");
		if (verdict.starts != cases[i].verdict.starts ||
		    verdict.by_host_name != cases[i].verdict.by_host_name ||
		    verdict.has_sid != cases[i].verdict.has_sid ||
		    verdict.sid != cases[i].verdict.sid)
			fail_msg("case %zu: %s", i, verdict.problem ? verdict.problem : "starts");
		if (cases[i].verdict.problem)
			assert_non_null(strstr(verdict.problem, cases[i].verdict.problem));
		else
			assert_null(verdict.problem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_a_number_and_perhaps_a_url),
		cmocka_unit_test(what_slapd_refuses_is_refused),
		cmocka_unit_test(a_url_is_compared_with_the_listeners_as_slapd_does),
		cmocka_unit_test(the_verdict_is_what_slapd_does_at_its_next_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
