/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/link/password_proof.h"

#define CSN      "20010909014500.000000Z#000000#003#000000"
#define SUFFIX   "dc=x"
#define SECRET   "/s:1:2:1000000000000000000" /* written at 20010909014640Z */
#define BEFORE   "20010909014500Z"
#define CHANGED  "20010909015000Z"
#define EARLIER  "20010909014900Z"
#define LATER    "20010909015001Z"
#define LATE_SEC 1000000202 /* 20010909015002Z */

/* Two links of one account; the second was seen to work. */
typedef struct Scene {
	Pool *pool;
	DesiredDatabase desired;
	Peer peers[2];
	WantedConsumer consumers[2];
	WantedDatabase wanted;
	KnownLink link;
	KnownLinks known;
	RunningConsumer running;
	Live live;
	LinkProbe probe;
	LinkProbes probes;
} Scene;

static void scene_set(Scene *scene, Pool *pool)
{
	*scene = (Scene){
		.pool = pool,
		.desired = {.suffix = SUFFIX},
		.peers = {{.id = 2}, {.id = 3}},
		.running = {.suffix = SUFFIX,
			    .rid = 3,
			    .provider = "ldap://three",
			    .is_persistent = true,
			    .is_connected = true,
			    .last_connect = EARLIER},
	};
	for (size_t i = 0; i < 2; i++) {
		WantedConsumer *consumer = &scene->consumers[i];

		consumer->peer = &scene->peers[i];
		consumer->rid = i == 0 ? 2 : 3;
		consumer->provider = i == 0 ? "ldap://two" : "ldap://three";
		consumer->secret = SECRET;
		consumer->syncrepl.value[SYNCREPL_PROVIDER] = consumer->provider;
		consumer->syncrepl.value[SYNCREPL_BINDDN] = "cn=r,dc=x";
	}
	scene->wanted = (WantedDatabase){
		.desired = &scene->desired, .consumers = scene->consumers, .n_consumers = 2};
	scene->link =
		(KnownLink){SUFFIX, 3, link_identity(pool, &scene->consumers[1].syncrepl, SECRET)};
	scene->known = (KnownLinks){.items = &scene->link, .n_items = 1};
	scene->live = (Live){.runs.consumers = &scene->running, .runs.n_consumers = 1};
	scene->probe = (LinkProbe){.suffix = SUFFIX,
				   .peer_id = 3,
				   .identity = scene->link.identity,
				   .at_sec = LATE_SEC};
	for (ProbeStep step = 0; step < PROBE_STEP_COUNT; step++)
		scene->probe.probe.steps[step] = PROBE_GOOD;
}

/* Of the link that nobody saw work yet, with that pwdChangedTime. */
static bool is_proven(const Scene *scene, const char *changed)
{
	const PasswordSight sight = {&scene->known, &scene->live, &scene->probes};
	Entry account = {.dn = "cn=r,dc=x"};

	entry_add_value(scene->pool, &account, "entryCSN", CSN, strlen(CSN));
	if (changed)
		entry_add_value(scene->pool, &account, "pwdChangedTime", changed, strlen(changed));
	return password_is_proven(&sight, &scene->wanted, &scene->consumers[0], &account);
}

static void what_another_peer_takes_is_proven(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_set(&scene, pool);
	assert_true(is_proven(&scene, NULL));
	scene.consumers[1].secret = "/s:1:2:999";
	assert_false(is_proven(&scene, NULL));
	scene.consumers[1].secret = SECRET;
	scene.known.n_items = 0;
	assert_false(is_proven(&scene, NULL));
}

static void a_change_at_the_servers_behind_the_file_voids_what_was_seen_before(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_set(&scene, pool);
	assert_true(is_proven(&scene, BEFORE));
	assert_false(is_proven(&scene, CHANGED));
}

static void a_consumer_that_connected_since_proves_it_anew(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_set(&scene, pool);
	scene.running.last_connect = LATER;
	assert_true(is_proven(&scene, CHANGED));
	scene.running.is_persistent = false;
	assert_false(is_proven(&scene, CHANGED));
}

static void a_refresh_at_an_interval_since_proves_it_anew(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_set(&scene, pool);
	scene.running.is_connected = scene.running.is_persistent = false;
	scene.running.last_connect = scene.running.last_contact = LATER;
	scene.consumers[1].syncrepl.value[SYNCREPL_TYPE] = "refreshOnly";
	assert_true(is_proven(&scene, CHANGED));
	scene.consumers[1].syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	assert_false(is_proven(&scene, CHANGED));
}

static void a_good_probe_since_proves_it_anew(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_set(&scene, pool);
	scene.probes = (LinkProbes){&scene.probe, 1};
	assert_true(is_proven(&scene, CHANGED));
	scene.probe.at_sec = LATE_SEC - 100;
	assert_false(is_proven(&scene, CHANGED));
	scene.probe.at_sec = LATE_SEC;
	probe_add_fault(pool, &scene.probe.probe, PROBE_BIND_REFUSED, "refused");
	assert_false(is_proven(&scene, CHANGED));
}

static void nothing_is_proven_of_an_account_that_is_not_seen(void **state)
{
	const Entry hidden = {.dn = "cn=r,dc=x"};
	AUTO(Pool) *pool = pool_new();
	Scene scene;
	PasswordSight sight;

	(void)state;
	scene_set(&scene, pool);
	sight = (PasswordSight){&scene.known, &scene.live, &scene.probes};
	assert_true(is_proven(&scene, NULL));
	assert_false(password_is_proven(&sight, &scene.wanted, &scene.consumers[0], NULL));
	assert_false(password_is_proven(&sight, &scene.wanted, &scene.consumers[0], &hidden));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_another_peer_takes_is_proven),
		cmocka_unit_test(
			a_change_at_the_servers_behind_the_file_voids_what_was_seen_before),
		cmocka_unit_test(a_consumer_that_connected_since_proves_it_anew),
		cmocka_unit_test(a_refresh_at_an_interval_since_proves_it_anew),
		cmocka_unit_test(a_good_probe_since_proves_it_anew),
		cmocka_unit_test(nothing_is_proven_of_an_account_that_is_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
