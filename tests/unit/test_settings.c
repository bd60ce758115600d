/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/desired/settings.h"

static int parse(Pool *pool, const char *text, AgentSettings *ret, Error *err)
{
	return settings_parse(pool, "a", text, strlen(text), ret, err);
}

static void an_empty_object_means_the_defaults(void **state)
{
	AUTO(Pool) *pool = pool_new();
	AgentSettings settings;

	(void)state;
	assert_int_equal(parse(pool, "{}", &settings, NULL), 0);
	assert_null(settings.ldap_uri);
	assert_string_equal(settings.peers_file, "/etc/syncward/peers.json");
	assert_null(settings.node);
	assert_int_equal(settings.interval_sec, 60);
	assert_int_equal(settings.ldap_timeout_sec, 30);
	assert_string_equal(settings.state_dir, "/var/lib/syncward");
	assert_string_equal(settings.run_dir, "/run/syncward");
	assert_null(settings.metrics_file);
	assert_null(settings.config_dir);
	assert_true(settings.probes);
	assert_int_equal(settings.probe_interval_sec, 300);
	assert_true(settings.holds_contested);
	assert_false(settings.renews_tls);
	assert_null(settings.verify.binddn);
}

static void every_key_is_read(void **state)
{
	AUTO(Pool) *pool = pool_new();
	AgentSettings settings;

	(void)state;
	assert_int_equal(
		parse(pool,
		      "{\"$schema\":\"x\",\"comment\":\"c\",\"ldap_uri\":\"ldapi://%2Frun%2Fx\","
		      "\"peers_file\":\"/p\",\"node\":7,\"interval\":5,\"ldap_timeout\":300,"
		      "\"state_dir\":\"/s\",\"run_dir\":\"/r\",\"metrics_file\":\"/m\","
		      "\"config_dir\":\"/c\",\"probe\":false,\"probe_interval\":7,"
		      "\"hold_contested\":false,\"renew_tls\":true,"
		      "\"verify\":{\"binddn\":\"cn=v\","
		      "\"credentials\":{\"file\":\"/v\"},\"container\":\"ou=t\"}}",
		      &settings, NULL),
		0);
	assert_string_equal(settings.ldap_uri, "ldapi://%2Frun%2Fx");
	assert_string_equal(settings.peers_file, "/p");
	assert_string_equal(settings.node, "7");
	assert_int_equal(settings.interval_sec, 5);
	assert_int_equal(settings.ldap_timeout_sec, 300);
	assert_string_equal(settings.state_dir, "/s");
	assert_string_equal(settings.run_dir, "/r");
	assert_string_equal(settings.metrics_file, "/m");
	assert_string_equal(settings.config_dir, "/c");
	assert_false(settings.probes);
	assert_int_equal(settings.probe_interval_sec, 7);
	assert_false(settings.holds_contested);
	assert_true(settings.renews_tls);
	assert_string_equal(settings.verify.binddn, "cn=v");
	assert_string_equal(settings.verify.credentials.name, "/v");
	assert_string_equal(settings.verify.container, "ou=t");
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"[]", "a:1:1: agent.json must be an object, not an array"},
		{"{\"intervl\":5}",
		 "a:1:2: agent.json has no such key; did you mean \"interval\"?"},
		{"{\"interval\":4}", "a:1:13: \"interval\" must be a whole number from 5 to 86400"},
		{"{\"interval\":60.0}",
		 "a:1:13: \"interval\" must be a whole number from 5 to 86400"},
		{"{\"interval\":18446744073709551676}",
		 "a:1:13: \"interval\" must be a whole number from 5 to 86400"},
		{"{\"state_dir\":\"var\"}",
		 "a:1:14: \"state_dir\" must be an absolute path, like /etc/..."},
		{"{\"ldap_uri\":\"ldap://a\"}",
		 "a:1:13: \"ldap_uri\" must be slapd's local socket, like ldapi:///"},
		{"{\"node\":0}", "a:1:9: \"node\" must be a whole number from 1 to 65535"},
		{"{\"node\":true}", "a:1:9: \"node\" must be a string, not a boolean"},
		{"{\"probe\":1}", "a:1:10: \"probe\" must be a boolean, not a number"},
		{"{\"verify\":{\"binddn\":\"cn=v\"}}", "a:1:11: \"verify\" needs \"credentials\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		AgentSettings settings = {.node = "untouched"};
		Error err = {0};

		assert_int_equal(parse(pool, cases[i].text, &settings, &err), -1);
		assert_string_equal(err.text, cases[i].message);
		assert_string_equal(settings.node, "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_object_means_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
