/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/slapd/access.h"
#include "tests/unit/attribute.h"

#define REPL  "cn=repl,dc=x"
#define OTHER "cn=other,dc=x"

typedef struct Case {
	const char *values[4];
	bool lets_read_all;
} Case;

static void check_cases(const Case *cases, size_t n_cases)
{
	for (size_t i = 0; i < n_cases; i++) {
		AUTO(Pool) *pool = pool_new();
		const Attribute *live = attribute_of(pool, cases[i].values);

		if (access_lets_read_all(live, REPL) != cases[i].lets_read_all)
			fail_msg("case %zu: %s", i, cases[i].values[0]);
	}
}

static void what_is_printed_lets_each_of_its_readers_read(void **state)
{
	AUTO(Pool) *pool = pool_new();
	static const char *const readers[] = {REPL, "cn=a \\\"b\\\",dc=x"};
	const char *values[] = {access_print(pool, readers, ARRAY_SIZE(readers)),
				"{1}to * by * none", NULL};
	const Attribute *live = attribute_of(pool, values);

	(void)state;
	assert_true(access_lets_read_all(live, readers[0]));
	assert_true(access_lets_read_all(live, readers[1]));
	assert_false(access_lets_read_all(live, OTHER));
}

static void whole_access_is_recognised(void **state)
{
	static const Case cases[] = {
		{{"{0}to *  by dn.base=\"" REPL "\" read  by * +0 break"}, true},
		{{"{0}to * by dn.exact=\"CN=Repl, DC=x\" read by * break"}, true},
		{{"{0}to * by * read"}, true},
		{{"to * by users read"}, true},
		{{"to * by anonymous auth by users =rscxd by * none"}, true},
		{{"to * by dn.subtree=\"dc=x\" manage"}, true},
		{{"to * by dn=\"" OTHER "\" none by dn=\"" REPL "\" write"}, true},
		{{"to * by self write by * read"}, true},
		{{"to * by group=\"cn=g,dc=x\" write by users +rs stop"}, true},
		{{"{0}to attrs=userPassword by dn=\"" REPL "\" read by self =xw by * auth",
		  "{1}to * by * read"},
		 true},
		{{"{0}to dn.base=\"\" by * break", "{1}to * by users read"}, true},
		{{"{0}to * by * +0 break", "{1}to * by users read"}, true},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases));
}

static void what_may_stop_the_reader_is_not_taken_for_whole_access(void **state)
{
	static const Case cases[] = {
		{{NULL}, false},
		{{"to attrs=userPassword by self =xw by dn=\"" REPL "\" read", "to * by * read"},
		 false},
		{{"to * by self none by users read"}, false},
		{{"to * by group=\"cn=g,dc=x\" none by users read"}, false},
		{{"to * by dn.regex=\"^cn=.*\" auth by users read"}, false},
		{{"to * by dn.exact=\"" OTHER "\" read"}, false},
		{{"to * by dn.exact=\"" REPL "\" search"}, false},
		{{"to * by dn.exact=\"" REPL "\" =r"}, false},
		{{"to * by dn.exact=\"" REPL "\" -rs"}, false},
		{{"to * by dn.exact=\"" REPL "\""}, false},
		{{"to * by dn.exact=\"" REPL "\" selfread"}, false},
		{{"to * by dn.exact=\"" REPL "\" ssf=128 read"}, false},
		{{"to * by anonymous read"}, false},
		{{"to * by dn.exact=\"" REPL "\" read break"}, false},
		{{"to * by dn.exact=\"" REPL "\" read continue"}, false},
		{{"to * by group=\"cn=g,dc=x\" +0 break by users read", "to * by * none"}, false},
		{{"to attrs=cn by * read"}, false},
		{{"to * attrs=cn by * read"}, false},
		{{"to dn.subtree=\"dc=x\" by * read"}, false},
		{{"to dn.base=\"\" by * none", "to * by * read"}, false},
		{{"to * by * break"}, false},
		{{"by * read"}, false},
		{{"to *"}, false},
	};

	(void)state;
	check_cases(cases, ARRAY_SIZE(cases));
}

static void check_own_password(const Case *cases, size_t n_cases, bool is_hidden)
{
	for (size_t i = 0; i < n_cases; i++) {
		AUTO(Pool) *pool = pool_new();
		const Attribute *live = attribute_of(pool, cases[i].values);

		if (access_hides_own_password(live, REPL) != is_hidden)
			fail_msg("case %zu: %s", i, cases[i].values[0]);
	}
}

static void an_own_password_behind_by_self_is_hidden(void **state)
{
	static const Case cases[] = {
		{{"to attrs=userPassword by self =xw by dn=\"" REPL "\" read by anonymous auth"},
		 true},
		{{"to attrs=cn,USERPASSWORD by self auth", "to * by * read"}, true},
		{{"to attrs=cn by * none", "to * by self write", "to * by * read"}, false},
		{{"to dn.subtree=\"dc=x\" attrs=userPassword by self =w", "to * by * read"}, true},
		{{"to attrs=userPassword by dn=\"" OTHER "\" read", "to * by * read"}, true},
		{{"to * by * break"}, true},
	};

	(void)state;
	check_own_password(cases, 2, true);
	check_own_password(cases + 2, 1, false);
	check_own_password(cases + 3, 3, true);
}

static void an_own_password_that_may_be_read_is_not_called_hidden(void **state)
{
	static const Case cases[] = {
		{{"to attrs=userPassword by dn=\"" REPL "\" read by self =xw", "to * by * none"},
		 true},
		{{"to attrs=userPassword by self =xw break by * none", "to * by * read"}, true},
		{{"to attrs=userPassword by self write by anonymous auth"}, true},
		{{"to dn.base=\"" OTHER "\" by * none", "to * by * read"}, true},
		{{"to attrs=userPassword by group=\"cn=g,dc=x\" read by self =xw"}, true},
		{{"to attrs=@person by self =xw", "to * by * none"}, true},
		{{"to filter=(cn=x) by self none", "to * by * none"}, true},
	};

	(void)state;
	check_own_password(cases, ARRAY_SIZE(cases), false);
	assert_false(access_hides_own_password(NULL, REPL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_lets_each_of_its_readers_read),
		cmocka_unit_test(whole_access_is_recognised),
		cmocka_unit_test(what_may_stop_the_reader_is_not_taken_for_whole_access),
		cmocka_unit_test(an_own_password_behind_by_self_is_hidden),
		cmocka_unit_test(an_own_password_that_may_be_read_is_not_called_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
