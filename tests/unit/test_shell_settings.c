/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/shell_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"

/* The value of X behind the text; "?" where it is not known, "-" where nothing is. */
static void assert_x(const char *text, const char *expected)
{
	AUTO(Pool) *pool = pool_new();
	Environment environment = {0};
	const bool is_read = shell_settings_read(pool, text, &environment);
	const char *value = is_read ? environment_find(&environment, "X") : "-";

	assert_non_null(value);
	assert_string_equal(value == shell_value_unknown ? "?" : value, expected);
}

static void values_are_worked_out_as_a_shell_does(void **state)
{
	(void)state;
	assert_x("X=a", "a");
	assert_x("# a comment\n\nX='a b' # another\n", "a b");
	assert_x("A=1; X=\"$A ${A}2\"\nA=3\n", "1 12");
	assert_x("A=1\nX='$A'\n", "$A");
	assert_x("A=1\nX=\\$A\"\\$\\q\"\n", "$A$\\q");
	assert_x("X=a#b\\\nc\n", "a#bc");
	assert_x("X=\n", "");
	assert_x("X=1\nX=2\n", "2");
}

static void what_takes_more_than_variables_is_not_known(void **state)
{
	(void)state;
	assert_x("X=\"`date +%Y`.ldif\"\n", "?");
	assert_x("X=$(date)\n", "?");
	assert_x("X=\"$NEVER_SET\"\n", "?");
	assert_x("X=${A:-b}\n", "?");
	assert_x("A=$(date)\nX=$A\n", "?");
	assert_x("X=~/a\n", "?");
	assert_x("X=1\\", "?");
	assert_x("X=1\nA=$(date)\n", "1");
}

static void a_file_with_more_than_assignments_is_not_known(void **state)
{
	(void)state;
	assert_x("X=1\nif true; then X=2; fi\n", "-");
	assert_x("X=1\n. /etc/more\n", "-");
	assert_x("X=1 command\n", "-");
	assert_x("X=1 && Y=2\n", "-");
	assert_x(";X=1\n", "-");
	assert_x("X=1;;\n", "-");
	assert_x("X=\"1\n", "-");
	assert_x("X=`date\n", "-");
}

/* slapd-cli.conf of LTB, as it is installed, in short. */
#define LTB                                                                          \
	"IP=\"*\"\nPORT=\"389\"\nLDAPI_SOCKETURL=\"%2Fvar%2Frun%2Fslapd%2Fldapi\"\n" \
	"SLAPD_SERVICES=\"ldap://$IP:$PORT ldapi://$LDAPI_SOCKETURL\"\n"             \
	"SLAPD_PATH=\"/usr/local/openldap\"\nSLAPD_PARAMS=\"\"\n"                    \
	"SLAPD_CONF=\"$SLAPD_PATH/etc/openldap/slapd.conf\"\nTIMEOUT=\"30\" # Max\n" \
	"BACKUP_SUFFIX=\"`date +%Y%m%d%H%M%S`.ldif\"\n"

static void assert_start(const char *script, const char *text, const char *expected)
{
	AUTO(Pool) *pool = pool_new();
	const SlapdStarter *starter = slapd_starter_find(script);
	SlapdArguments found = {0};
	Buf all = BUF_IN(pool);

	assert_non_null(starter);
	if (!starter_arguments(pool, starter, text, &found))
		buf_puts(&all, "not known");
	for (size_t i = 0; i < found.n_urls; i++)
		buf_printf(&all, "%s ", found.urls[i]);
	if (found.config_dir)
		buf_printf(&all, "-F %s", found.config_dir);
	if (found.config_file)
		buf_printf(&all, "-f %s", found.config_file);
	assert_string_equal(buf_text(&all), expected);
}

static void ltbs_starter_is_understood(void **state)
{
	static const char script[] = "/usr/local/openldap/sbin/slapd-cli";

	(void)state;
	assert_start(script, LTB "SLAPD_CONF_DIR=\"$SLAPD_PATH/etc/openldap/slapd.d\"\n",
		     "ldap://*:389 ldapi://%2Fvar%2Frun%2Fslapd%2Fldapi "
		     "-F /usr/local/openldap/etc/openldap/slapd.d");
	assert_start(script, LTB "SLAPD_CONF_DIR=\"\"\n",
		     "ldap://*:389 ldapi://%2Fvar%2Frun%2Fslapd%2Fldapi "
		     "-f /usr/local/openldap/etc/openldap/slapd.conf");
	assert_start(script, LTB "SLAPD_PARAMS=\"-h ldap:///\"\n", "not known");
	assert_start(script, "SLAPD_CONF_DIR=/x\n", "not known");
}

static void debians_starter_is_understood(void **state)
{
	static const char script[] = "/etc/init.d/slapd";

	(void)state;
	assert_start(script, "SLAPD_CONF=\nSLAPD_SERVICES=\"ldap:/// ldapi:///\"\n",
		     "ldap:/// ldapi:/// ");
	assert_start(script, "SLAPD_CONF=/srv/slapd.d\n", "ldap:/// -F /srv/slapd.d");
	assert_start(script, "SLAPD_SERVICES=\"$OTHER\"\n", "not known");
}

static void each_starter_is_that_of_one_layout(void **state)
{
	(void)state;
	assert_null(slapd_starter_find("/usr/sbin/slapd"));
	assert_string_equal(
		slapd_starter_program(slapd_starter_find("/usr/local/openldap/sbin/slapd-cli")),
		"/usr/local/openldap/libexec/slapd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_worked_out_as_a_shell_does),
		cmocka_unit_test(what_takes_more_than_variables_is_not_known),
		cmocka_unit_test(a_file_with_more_than_assignments_is_not_known),
		cmocka_unit_test(ltbs_starter_is_understood),
		cmocka_unit_test(debians_starter_is_understood),
		cmocka_unit_test(each_starter_is_that_of_one_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
