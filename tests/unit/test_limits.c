/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/access/limits.h"
#include "tests/unit/attribute.h"

#define REPL "cn=repl,dc=x"
#define NONE " size=unlimited time=unlimited"

typedef struct Case {
	const char *values[4];
	bool are_unlimited;
} Case;

static void check_cases(const Case *cases, size_t n_cases)
{
	for (size_t i = 0; i < n_cases; i++) {
		AUTO(Pool) *pool = pool_new();
		const Attribute *live = attribute_of(pool, cases[i].values);

		if (limits_are_unlimited(live, false, REPL) != cases[i].are_unlimited)
			fail_msg("case %zu: %s", i, cases[i].values[0]);
	}
}

static void the_first_value_that_matches_decides(void **state)
{
	static const Case cases[] = {
		{{"{0}dn.exact=\"CN=Repl, DC=x\"" NONE}, true},
		{{"{0}users size.hard=1", "{1}dn.exact=\"" REPL "\"" NONE}, false},
		{{"{0}dn.exact=\"" REPL "\"" NONE, "{1}users size.hard=1"}, true},
		{{"{0}anonymous size=1", "{1}users" NONE}, true},
		{{"{0}dn.exact=\"cn=other,dc=x\" size=1", "{1}*" NONE}, true},
		{{"{0}dn.exact=\"cn=other,dc=x\"" NONE}, false},
		{{NULL}, false},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases));
}

static void selectors_are_judged_for_the_dn(void **state)
{
	static const Case cases[] = {
		{{"\"" REPL "\"" NONE}, true},
		{{"dn=\"" REPL "\"" NONE}, true},
		{{"dn.self=\"" REPL "\"" NONE}, true},
		{{"dn.self.base=\"" REPL "\"" NONE}, true},
		{{"DN.SUBTREE=\"dc=x\"" NONE}, true},
		{{"dn.sub=\"" REPL "\"" NONE}, true},
		{{"dn.children=\"dc=x\"" NONE}, true},
		{{"dn.onelevel=\"dc=x\"" NONE}, true},
		{{"dn.regex=.*" NONE}, true},
		{{"dn=\"*\"" NONE}, true},
		{{"dn.subtree=*" NONE}, true},
		{{"dn.anonymous=*" NONE}, false},
		{{"dn.children=\"" REPL "\"" NONE}, false},
		{{"dn.one=\"cn=a,dc=x\"" NONE}, false},
		{{"dn.one=\"\"" NONE}, false},
		{{"dn.subtree=\"\"" NONE}, false},
		{{"dn.children=\"\"" NONE}, false},
		{{"dn.self.subtree=\"\"" NONE}, false},
		{{"dn.subtree=\"\" size=1", "users" NONE}, true},
		{{"dn.regex=\"\" size=1", "users" NONE}, false},
		{{"dn.this.subtree=\"dc=x\"" NONE}, false},
		{{"dn.anonymous=\"" REPL "\"" NONE}, false},
		{{"group=\"cn=g,dc=x\"" NONE}, false},
		{{"dn.regex=\"cn=repl,.*\"" NONE}, false},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases));
}

static void an_unknown_match_may_only_be_passed_when_it_gives_no_less(void **state)
{
	static const Case cases[] = {
		{{"group=\"cn=g,dc=x\" size=10", "users" NONE}, false},
		{{"group=\"cn=g,dc=x\"" NONE, "users" NONE}, true},
		{{"dn.regex=\"^cn=.*\" time=3", "users" NONE}, false},
		{{"dn.this.base=\"dc=x\" size=10", "users" NONE}, false},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases));
}

static void both_size_and_time_must_be_unlimited(void **state)
{
	static const Case cases[] = {
		{{"users size=unlimited  time=none"}, true},
		{{"users size.soft=unlimited size.hard=unlimited time.soft=-1 time.hard=soft"},
		 true},
		{{"users size.soft=unlimited size.hard=1 time.soft=none time.hard=1"}, true},
		{{"users size.pr=10 size.prtotal=disabled" NONE}, true},
		{{"users size=unlimited"}, false},
		{{"users time=unlimited"}, false},
		{{"users size=500 time=unlimited"}, false},
		{{"users" NONE " size.soft=5"}, false},
		{{"users" NONE " time.soft=5"}, false},
		{{"users" NONE " size.unchecked=1000"}, false},
		{{"users size.hard=unlimited time=unlimited"}, false},
		{{"users"}, false},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases));
}

static void a_limit_on_candidates_for_all_concerns_who_does_not_name_it(void **state)
{
	static const struct {
		const char *size_limit;
		bool are_cut;
	} limits[] = {
		{NULL, false},
		{"500", false},
		{"size.soft=500 size.hard=1000", false},
		{"size.unchecked=unlimited size.soft=5", false},
		{"size.unchecked=1000", true},
		{"size.soft=500  SIZE.Unchecked=disabled", true},
	};
	static const struct {
		const char *value;
		bool is_unlimited_when_cut;
	} values[] = {
		{"users" NONE, false},
		{"users size.soft=unlimited size.hard=unlimited time=none", false},
		{"users size.unchecked=none" NONE, true},
		{"users" NONE " size.unchecked=-1", true},
		{"users" NONE " size.unchecked=disabled", false},
	};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const char *one[] = {limits[i].size_limit, NULL};

		assert_int_equal(limits_cut_unchecked(attribute_of(pool, one)), limits[i].are_cut);
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const char *one[] = {values[i].value, NULL};

		assert_int_equal(limits_are_unlimited(attribute_of(pool, one), true, REPL),
				 values[i].is_unlimited_when_cut);
	}
}

static void what_is_printed_is_judged_unlimited(void **state)
{
	static const char *const dns[] = {REPL, "cn=a \\\"b\\\" c,dc=x", "cn=\"q, r\",dc=x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dns); i++) {
		AUTO(Pool) *pool = pool_new();
		const char *values[] = {limits_print(pool, dns[i]), "users size=1", NULL};

		assert_true(limits_are_unlimited(attribute_of(pool, values), true, dns[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_value_that_matches_decides),
		cmocka_unit_test(selectors_are_judged_for_the_dn),
		cmocka_unit_test(an_unknown_match_may_only_be_passed_when_it_gives_no_less),
		cmocka_unit_test(both_size_and_time_must_be_unlimited),
		cmocka_unit_test(a_limit_on_candidates_for_all_concerns_who_does_not_name_it),
		cmocka_unit_test(what_is_printed_is_judged_unlimited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
