/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anybody reads here, by several looks at the connections. */
#include "common/access/reader_watch.h"
#include "tests/unit/attribute.h"
#include "tests/unit/plan_scene.h"

#define NOW_SEC  1782900000 /* 20260701100000Z */
#define BEFORE   "20260701095950Z"
#define JUST_NOW "20260701095959Z"

static void connection_add(Scene *scene, Tree *tree, const char *peer, const char *executing,
			   const char *active)
{
	Entry *entry = tree_add_entry(scene->pool, tree, "cn=Connection");

	value_add(scene, entry, "monitorConnectionPeerAddress", peer);
	value_add(scene, entry, "monitorConnectionOpsExecuting", executing);
	value_add(scene, entry, "monitorConnectionActivityTime", active);
}

static ReaderWatch watch(Scene *scene, const char *peer, const char *executing, const char *active,
			 int64_t watched_msec)
{
	Tree tree = {0};

	connection_add(scene, &tree, "PATH=/run/ldapi", "1", JUST_NOW);
	if (peer)
		connection_add(scene, &tree, peer, executing, active);
	return reader_watch_judge(&tree, NOW_SEC, watched_msec);
}

static void nobody_reads_here_is_known_by_looking_for_a_while(void **state)
{
	Scene *scene = *state;

	assert_int_equal(watch(scene, NULL, NULL, NULL, 0), READER_WATCH_GOES_ON);
	assert_int_equal(watch(scene, NULL, NULL, NULL, 1999), READER_WATCH_GOES_ON);
	assert_int_equal(watch(scene, NULL, NULL, NULL, 2000), READER_WATCH_QUIET);
	assert_int_equal(watch(scene, "IP=192.0.2.1:4711", "0", BEFORE, 2000), READER_WATCH_QUIET);
}

static void a_search_that_goes_on_is_read_by_whoever(void **state)
{
	Scene *scene = *state;

	assert_int_equal(watch(scene, "IP=192.0.2.1:4711", "1", BEFORE, 0), READER_WATCH_READ);
	assert_int_equal(watch(scene, "PATH=/run/ldapi", "1", BEFORE, 0), READER_WATCH_READ);
}

static void in_doubt_it_is_read(void **state)
{
	Scene *scene = *state;

	for (int i = 0; i < 2; i++) {
		const char *peer = i == 0 ? "IP=192.0.2.1:4711" : "PATH=/run/ldapi";

		assert_int_equal(watch(scene, peer, "1", JUST_NOW, 2000), READER_WATCH_GOES_ON);
		assert_int_equal(watch(scene, peer, "1", JUST_NOW, 6000), READER_WATCH_READ);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(nobody_reads_here_is_known_by_looking_for_a_while),
		SCENE_TEST(a_search_that_goes_on_is_read_by_whoever),
		SCENE_TEST(in_doubt_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
