/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/slapd/unit_file.h"

/* The words in <>, or NULL when they are not understood. */
static const char *start_of(Pool *pool, const char *unit_text, const char *file_text)
{
	UnitStart unit = {0};
	Buf text = BUF_IN(pool);
	const char **words;
	size_t n_words;

	unit_read(pool, unit_text, &unit);
	if (!environment_read(pool, file_text, &unit.environment) ||
	    !unit_arguments(pool, &unit, &unit.environment, &words, &n_words))
		return NULL;
	for (size_t i = 0; i < n_words; i++)
		buf_printf(&text, "<%s>", words[i]);
	return buf_text(&text);
}

static void the_units_of_distributions_are_understood(void **state)
{
	static const char *const cases[][3] = {
		/* AlmaLinux 8 */
		{"[Unit]\nDescription=OpenLDAP Server Daemon\nExecStart=/bin/no\n"
		 "[Service]\nType=forking\nExecStartPre=/usr/libexec/openldap/check-config.sh\n"
		 "ExecStart=/usr/sbin/slapd -u ldap -h \"${SLAPD_URLS}\"\n[Install]\n",
		 "# a comment\nSLAPD_URLS=\"ldapi:/// ldap:///\"\n",
		 "</usr/sbin/slapd><-u><ldap><-h><ldapi:/// ldap:///>"},
		/* later ones */
		{"[Service]\nEnvironment=\"SLAPD_URLS=ldap:/// ldapi:///\" \"SLAPD_OPTIONS=\"\n"
		 "EnvironmentFile=-/etc/sysconfig/slapd\n"
		 "ExecStart=/usr/sbin/slapd -u ldap -h ${SLAPD_URLS} $SLAPD_OPTIONS\n",
		 "", "</usr/sbin/slapd><-u><ldap><-h><ldap:/// ldapi:///>"},
		{"[Service]\nEnvironment=\"SLAPD_URLS=ldap:///\"\n"
		 "ExecStart=/usr/sbin/slapd -h ${SLAPD_URLS} $SLAPD_OPTIONS\n",
		 "SLAPD_URLS=ldaps:///\nSLAPD_OPTIONS='-4 -d  0'\n",
		 "</usr/sbin/slapd><-h><ldaps:///><-4><-d><0>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();

		assert_string_equal(start_of(pool, cases[i][0], cases[i][1]), cases[i][2]);
	}
}

static void words_are_split_as_systemd_does(void **state)
{
	static const char *const cases[][2] = {
		{"-@/x  'a b' \"c'd\" e\\sf", "</x><a b><c'd><e f>"},
		{"/x -h ldapi://%%2Fx", "</x><-h><ldapi://%2Fx>"},
		{"/x a\"b c\"d", "</x><ab cd>"},
		{"/x $$A ${NONE} $NONE", "</x><$A><>"},
		{":/x ${A} $A", "</x><${A}><$A>"},
		{"/x \\\n  # between\n  -h \\\n\tldap:///", "</x><-h><ldap:///>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();

		assert_string_equal(
			start_of(pool,
				 pool_printf(pool, "[Service]\n ExecStart = %s  \n", cases[i][0]),
				 "A=b\n"),
			cases[i][1]);
	}
}

static void what_is_not_understood_is_not_known(void **state)
{
	static const char *const units[] = {
		"",
		"ExecStart=/x\n",
		"[Service]\nExecStart=\n",
		"[Service]\nExecStart=/x\nExecStart=/y\n",
		"[Service]\nExecStart=/x ; /y\n",
		"[Service]\nExecStart=/x %i\n",
		"[Service]\nExecStart=/x 'a\n",
		"[Service]\nExecStart=/x \\x41\n",
		"[Service]\nEnvironment=A\nExecStart=/x\n",
		"[Service]\nEnvironment=A=%i\nExecStart=/x\n",
		"[Service]\nEnvironmentFile=/etc/*.env\nExecStart=/x\n",
		"[Service]\nRootDirectory=/srv\nExecStart=/x\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		AUTO(Pool) *pool = pool_new();

		if (start_of(pool, units[i], ""))
			fail_msg("understood: %s", units[i]);
	}
}

static void an_empty_setting_takes_back_what_came_before(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(start_of(pool,
				     "[Service]\nEnvironment=A=1\nExecStart=/x\n"
				     "[Service]\nEnvironment=\nExecStart=\nExecStart=/y <${A}>\n",
				     ""),
			    "</y><<>>");
}

static void environment_files_are_read_as_systemd_does(void **state)
{
	static const char *const cases[][2] = {
		{"A=b c  \n", "b c"},
		{"  A=\"b  \"  \n", "b  "},
		{"A='b\\c'\n", "b\\c"},
		{"A=b\\c\n", "bc"},
		{"A=\"b\\c\\\"d\\$\"\n", "b\\c\"d$"},
		{"A=b \\\n  c\n", "b   c"},
		{"A=\"b\nc\"\n", "b\nc"},
		{"A=b\nA=c", "c"},
		{"# A=x\n;A=y\nA=\n", ""},
		{"A='b'\"c\"d\n", "bcd"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		Environment environment = {0};

		assert_true(environment_read(pool, cases[i][0], &environment));
		assert_string_equal(environment_find(&environment, "A"), cases[i][1]);
		assert_null(environment_find(&environment, "B"));
	}
}

static void what_needs_a_shell_is_no_environment_file(void **state)
{
	static const char *const texts[] = {"export A=b\n", "A =b\n", "=b\n", "if x; then\n",
					    "A='b\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(Pool) *pool = pool_new();
		Environment environment = {0};

		if (environment_read(pool, texts[i], &environment))
			fail_msg("understood: %s", texts[i]);
	}
}

static void a_process_belongs_to_the_service_of_its_group(void **state)
{
	static const char *const cases[][2] = {
		{"0::/system.slice/slapd.service\n", "slapd.service"},
		{"2:cpu:/\n1:name=systemd:/system.slice/symas.service\n0::/\n", "symas.service"},
		{"0::/system.slice/a.service/b.scope\n", NULL},
		{"0::/user.slice/user-0.slice/user@0.service/app.slice/slapd.service\n", NULL},
		{"3:memory:/system.slice/slapd.service\n", NULL},
		{"0::/\n", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		const char *unit = cgroup_unit(pool, cases[i][0]);

		if (cases[i][1])
			assert_string_equal(unit, cases[i][1]);
		else
			assert_null(unit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_units_of_distributions_are_understood),
		cmocka_unit_test(words_are_split_as_systemd_does),
		cmocka_unit_test(what_is_not_understood_is_not_known),
		cmocka_unit_test(an_empty_setting_takes_back_what_came_before),
		cmocka_unit_test(environment_files_are_read_as_systemd_does),
		cmocka_unit_test(what_needs_a_shell_is_no_environment_file),
		cmocka_unit_test(a_process_belongs_to_the_service_of_its_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
