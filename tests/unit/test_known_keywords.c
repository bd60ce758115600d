/* SPDX-License-Identifier: Apache-2.0 */
/* One peers.json for slapd of several releases: a link is written without what this slapd does not
 * know, and that is said. */
#include "common/plan/plan_changes.h"
#include "tests/unit/plan_scene.h"

#define SINCE_2_5 ", \"lazycommit\": true, \"tcp-user-timeout\": 30000"

static void asks(Scene *scene, const char *keywords)
{
	scene->text = pool_printf(
		scene->pool,
		"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, {\"id\": 2, "
		"\"uri\": \"ldap://peer2\"}], \"databases\": [{\"suffix\": \"" SUFFIX
		"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\", "
		"\"keepalive\": \"240:10:30\"%s}}]}",
		keywords);
}

/* The value that the plan writes. */
static const Syncrepl *written(Scene *scene)
{
	size_t at = 0;
	const Change *change;

	(void)plan_steps(scene);
	change = change_next(&scene->plan, &scene->plan.databases[0],
			     CHANGE_BIT(CHANGE_CONSUMER_ADD), &at);
	assert_non_null(change);
	return &change->consumer.wanted->syncrepl;
}

static void a_link_of_2_4_is_written_without_what_2_5_brought(void **state)
{
	Scene *scene = *state;
	const Syncrepl *link;

	asks(scene, SINCE_2_5);
	scene->options.multi_provider_attribute = "olcMirrorMode";
	link = written(scene);
	assert_null(link->value[SYNCREPL_LAZYCOMMIT]);
	assert_null(link->value[SYNCREPL_TCP_USER_TIMEOUT]);
	assert_string_equal(link->value[SYNCREPL_KEEPALIVE], "240:10:30");
	assert_true(finds(scene, "keyword-not-known", SEVERITY_NOTE));
}

static void later_slapd_gets_all_of_it(void **state)
{
	Scene *scene = *state;
	const Syncrepl *link;

	asks(scene, SINCE_2_5);
	link = written(scene);
	assert_non_null(link->value[SYNCREPL_LAZYCOMMIT]);
	assert_string_equal(link->value[SYNCREPL_TCP_USER_TIMEOUT], "30000");
	assert_false(finds(scene, "keyword-not-known", SEVERITY_NOTE));
}

static void what_protects_a_link_is_never_left_out(void **state)
{
	Scene *scene = *state;
	const Syncrepl *link;

	asks(scene, ", \"starttls\": \"critical\", \"tls_reqsan\": \"demand\"");
	scene->options.multi_provider_attribute = "olcMirrorMode";
	link = written(scene);
	assert_non_null(link->value[SYNCREPL_TLS_REQSAN]);
	assert_string_equal(link->value[SYNCREPL_TLS_REQSAN], "demand");
	assert_false(finds(scene, "keyword-not-known", SEVERITY_NOTE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_link_of_2_4_is_written_without_what_2_5_brought),
		SCENE_TEST(later_slapd_gets_all_of_it),
		SCENE_TEST(what_protects_a_link_is_never_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
