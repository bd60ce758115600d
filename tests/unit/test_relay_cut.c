/* SPDX-License-Identifier: Apache-2.0 */
/* A relay that is cut off from all its peers: when it is shut to nodes that connect anew, and
 * opened. */
#include "tests/unit/relay_scene.h"

#include "common/access/limits.h"
#include "common/plan/plan_changes.h"
#include "common/wanted/wanted_rhythm.h"

#define FREE      "dn.exact=\"cn=r," SUFFIX "\" size=unlimited time=unlimited"
#define SHUT      "dn.exact=\"cn=r," SUFFIX "\" size.unchecked=disabled size.unchecked=disabled"
#define OTHER     "dn.exact=\"cn=old," SUFFIX "\" size.unchecked=disabled size.unchecked=disabled"
#define BACK      "20261128101540Z" /* a minute before NOW */
#define TRIED     "20261128101640Z"
#define POLLED    "20261128101630Z"
#define IS_UP     "IP=127.0.0.1:4711"
#define NOBODY_UP "", ""

static void monitor_make(Scene *scene, const char *one, const char *other)
{
	const char *connections[] = {one, other};
	Tree *monitor = &scene->monitor;

	*monitor = (Tree){.entries = pool_alloc(scene->pool, 3 * sizeof(Entry)), .n_entries = 3};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	for (unsigned i = 0; i < 2; i++) {
		Entry *entry = &monitor->entries[i + 1];
		const bool is_up = *connections[i] != 0;

		entry->dn = pool_printf(scene->pool,
					"cn=Consumer 00%u,cn=Database 1,cn=Databases,cn=Monitor",
					i + 2);
		value_add(scene, entry, "olmSRProviderURIList",
			  pool_printf(scene->pool, "ldap://peer%u", i + 2));
		value_add(scene, entry, "olmSRSyncPhase", is_up ? "Persist" : "Refresh");
		value_add(scene, entry, "olmSRConnection", connections[i]);
		value_add(scene, entry, "olmSRLastConnect", is_up ? BACK : TRIED);
		value_add(scene, entry, "olmSRLastContact", BACK);
	}
}

static void relay_make(Scene *scene, const char *peers, const char *one, const char *other)
{
	scene->policy = "{\"mode\": \"enforce\"}";
	middle_make(scene, peers, "23", 2);
	record.is_apart = false;
	monitor_make(scene, one, other);
}

/* olcLimits as it is, first to last. */
static void limits_are(Scene *scene, const char *first, const char *second)
{
	const char *values[] = {first, second};
	Attribute *limits = NULL;

	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcLimits") == 0)
			limits = &scene->database->attributes[i];
	limits->n_values = 0;
	for (unsigned i = 0; i < 2 && values[i]; i++)
		value_add(scene, scene->database, "olcLimits",
			  pool_printf(scene->pool, "{%u}%s", i, values[i]));
}

/* olcLimits as the plan leaves it, or "" when it leaves it alone. */
static const char *limits_after(Scene *scene)
{
	Buf text = BUF_IN(scene->pool);

	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++) {
		const Step *step = &scene->plan.order.steps[i];
		const Mod *last = step->n_mods > 0 ? &step->mods[step->n_mods - 1] : NULL;

		if (!last || strcmp(last->attribute, "olcLimits") != 0)
			continue;
		assert_int_equal(step->mods[0].kind, MOD_DELETE);
		for (size_t k = 0; k < last->n_values; k++)
			buf_printf(&text, "%s%s", k > 0 ? "; " : "", last->values[k]);
	}
	return buf_text(&text);
}

static const char *held_text(const Scene *scene)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_JOINING)
			return scene->plan.held.holds[i].text;
	return "";
}

static void waits_for(Scene *scene, const char *text)
{
	assert_string_equal(limits_after(scene), "");
	if (!strstr(held_text(scene), text))
		fail_msg("%s: %s", text, held_text(scene));
}

static void a_relay_that_reaches_nobody_is_shut_in_front_of_all(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	assert_string_equal(limits_after(scene), SHUT "; " FREE);
	monitor_make(scene, "", IS_UP);
	assert_string_equal(limits_after(scene), "");
	monitor_make(scene, IS_UP, "");
	assert_string_equal(limits_after(scene), "");
}

static void a_link_that_was_never_up_or_is_not_tried_again_yet_shuts_nothing(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	scene->monitor.entries[1].attributes[4].values[0].bytes = "00000101000000Z";
	assert_string_equal(limits_after(scene), "");
	monitor_make(scene, NOBODY_UP);
	scene->monitor.entries[2].attributes[3].values[0].bytes = BACK;
	assert_string_equal(limits_after(scene), "");
	scene->monitor = (Tree){0}; /* 2.4 does not tell */
	assert_string_equal(limits_after(scene), "");
}

static void tried_at(Scene *scene, unsigned rid, const char *last_connect)
{
	scene->monitor.entries[rid - 1].attributes[3].values[0].bytes = last_connect;
}

/* It was past its refresh, and was not tried since, or just now. */
static void session_breaks(Scene *scene, unsigned rid, const char *last_connect)
{
	tried_at(scene, rid, last_connect);
	scene->monitor.entries[rid - 1].attributes[1].values[0].bytes = "Persist";
}

static void sessions_that_broke_shut_it_before_the_next_try(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	session_breaks(scene, 2, BACK);
	session_breaks(scene, 3, "20261128101541Z");
	assert_string_equal(limits_after(scene), SHUT "; " FREE);
	tried_at(scene, 3, BACK); /* and the peer refused it */
	scene->monitor.entries[2].attributes[1].values[0].bytes = "Refresh";
	assert_string_equal(limits_after(scene), "");
}

static void a_relay_looks_before_its_links_try_again(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	(void)plan_steps(scene);
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 30);
	assert_int_equal(wanted_look_sec(&scene->wanted, 20), 20);
	scene->wanted.databases[0].consumers[1].syncrepl.value[SYNCREPL_RETRY] = "24 5 60 +";
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 12);
	scene->wanted.databases[0].consumers[1].syncrepl.value[SYNCREPL_RETRY] = "1 +";
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 5);
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 300), 300);
	assert_int_equal(wanted_ask_sec(&scene->wanted, false, 300), 60);
	assert_int_equal(wanted_ask_sec(&scene->wanted, false, 10), 10);
	relay_make(scene, MESH, NOBODY_UP);
	(void)plan_steps(scene);
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 60);
	assert_int_equal(wanted_ask_sec(&scene->wanted, false, 300), 300);
}

static void only_a_relay_whose_limits_are_ours_is_shut(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MESH, NOBODY_UP);
	assert_string_equal(limits_after(scene), "");
	scene->text = MIDDLE DATABASES "}]}"; /* audit */
	assert_string_equal(limits_after(scene), "");
	scene->text =
		MIDDLE DATABASES ", \"limits\": false}], \"policy\": {\"mode\": \"enforce\"}}";
	assert_string_equal(limits_after(scene), "");
	scene->text = MIDDLE DATABASES "}], \"policy\": {\"mode\": \"enforce\"}}";
	assert_string_equal(limits_after(scene), SHUT "; " FREE);
	record.is_apart = true; /* the fence has closed it already */
	assert_string_equal(limits_after(scene), "");
}

static void it_opens_when_it_has_what_its_peers_have(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, IS_UP, IS_UP);
	limits_are(scene, SHUT, FREE);
	scene->content.peers[1].context_csns = far_csns;
	scene->content.peers[1].n_context_csns = 2;
	waits_for(scene, "ldap://peer3 has more");
	assert_true(scene->plan.held.holds[0].says_nothing);
	scene->content.here.context_csns = far_csns;
	scene->content.here.n_context_csns = 2;
	assert_string_equal(limits_after(scene), FREE);
	limits_are(scene, OTHER, FREE); /* of an account that peers.json named before */
	assert_string_equal(limits_after(scene), FREE);
}

static void while_all_links_are_lost_it_stays_shut_whatever_peers_answer(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	limits_are(scene, SHUT, FREE);
	waits_for(scene, "none of its links is up again");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_string_equal(limits_after(scene), FREE "; " SHUT);
	scene->options.consent.released = 0;
	monitor_make(scene, IS_UP, "");
	assert_string_equal(limits_after(scene), FREE);
}

static void one_that_is_no_relay_any_more_is_not_called_one(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	limits_are(scene, SHUT, FREE);
	waits_for(scene, "others get each other's changes through this node alone");
	relay_make(scene, MESH, NOBODY_UP);
	limits_are(scene, SHUT, FREE);
	waits_for(scene, "others got each other's changes through this node alone");
}

static void one_that_stays_away_is_waited_for_only_a_while(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, IS_UP, "");
	limits_are(scene, SHUT, FREE);
	silence(scene, 1);
	assert_string_equal(limits_after(scene), FREE);
	scene->facts.now_sec = NOW - 40; /* 20 s behind the link that is up */
	waits_for(scene, "ldap://peer3: no answer");
	scene->facts.now_sec = NOW;
	silence(scene, 0);
	monitor_make(scene, NOBODY_UP);
	waits_for(scene, "ldap://peer2: no answer");
}

static void shut_at(Scene *scene, const char *csn)
{
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "entryCSN") == 0)
			scene->database->attributes[i].values[0].bytes = csn;
}

static void links_poll(Scene *scene)
{
	for (size_t i = 0; i < scene->database->n_attributes; i++) {
		Attribute *attribute = &scene->database->attributes[i];

		for (size_t k = 0;
		     strcmp(attribute->name, "olcSyncrepl") == 0 && k < attribute->n_values; k++)
			attribute->values[k].bytes = pool_printf(
				scene->pool,
				"{%zu}provider=ldap://peer%zu rid=%zu searchbase=" SUFFIX
				" type=refreshOnly interval=00:00:05:00 retry=\"60 +\" "
				"bindmethod=simple binddn=cn=r," SUFFIX " credentials=x",
				k, k + 2, k + 2);
	}
}

static void links_that_poll_are_up_when_they_made_contact_since(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	links_poll(scene);
	limits_are(scene, SHUT, FREE);
	value_add(scene, scene->database, "entryCSN", "20261128101500.000000Z#000000#000#000000");
	silence(scene, 1);
	tried_at(scene, 2, BACK);
	assert_string_equal(limits_after(scene), FREE);
	shut_at(scene, "20261128101620.000000Z#000000#000#000000"); /* after that contact */
	scene->facts.now_sec = NOW + 10;
	waits_for(scene, "ldap://peer3: no answer");
	scene->facts.now_sec = NOW;
	scene->monitor.entries[1].attributes[4].values[0].bytes = POLLED;
	tried_at(scene, 2, POLLED);
	waits_for(scene, "ldap://peer3: no answer"); /* 20 s after it was shut */
	scene->facts.now_sec = NOW + 10;
	assert_string_equal(limits_after(scene), FREE);
}

static void where_slapd_does_not_tell_a_peer_that_answers_is_enough(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	limits_are(scene, SHUT, FREE);
	value_add(scene, scene->database, "entryCSN", "20261128101620.000000Z#000000#000#000000");
	scene->monitor = (Tree){0};
	silence(scene, 1);
	waits_for(scene, "ldap://peer3: no answer");
	scene->facts.now_sec = NOW + 10;
	assert_string_equal(limits_after(scene), FREE);
	silence(scene, 0);
	waits_for(scene, "ldap://peer2: no answer");
}

static void what_a_person_opened_stays_open_until_a_link_is_up(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	limits_are(scene, SHUT, FREE);
	silence(scene, 0);
	silence(scene, 1);
	waits_for(scene, "no answer");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_string_equal(limits_after(scene), FREE "; " SHUT);
	scene->options.consent.released = 0;
	limits_are(scene, FREE, SHUT);
	assert_string_equal(limits_after(scene), "");
	monitor_make(scene, IS_UP, "");
	assert_string_equal(limits_after(scene), FREE);
}

static void a_value_of_ours_is_no_limit_that_somebody_set(void **state)
{
	Scene *scene = *state;

	relay_make(scene, MIDDLE, NOBODY_UP);
	limits_are(scene, SHUT, NULL);
	silence(scene, 0);
	silence(scene, 1);
	/* Ours alone is missing: it is added behind. */
	assert_string_equal(limits_after(scene),
			    SHUT "; dn.exact=\"cn=r," SUFFIX
				 "\" size=unlimited size.unchecked=unlimited time=unlimited");
	assert_false(limits_value_shuts("{0}dn.exact=\"cn=r\" size.unchecked=disabled"));
}

/* peers.json has another database instead. */
static void not_listed(Scene *scene, const char *one, const char *other)
{
	relay_make(scene, MIDDLE, one, other);
	scene->text = MIDDLE "], \"databases\": [{\"suffix\": \"dc=other\", \"syncrepl\": "
			     "{\"binddn\": \"cn=r\", \"credentials\": \"x\"}}]}";
	limits_are(scene, SHUT, FREE);
}

static void one_that_is_not_listed_any_more_is_opened_once_all_its_links_are_up(void **state)
{
	Scene *scene = *state;

	not_listed(scene, IS_UP, "");
	waits_for(scene, "peers.json does not list it for this node any more");
	assert_true(scene->plan.held.holds[0].says_nothing);
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_string_equal(limits_after(scene), FREE "; " SHUT);
	scene->options.consent.released = 0;
	monitor_make(scene, IS_UP, IS_UP);
	assert_string_equal(limits_after(scene), FREE);
	scene->monitor = (Tree){0}; /* nobody tells */
	waits_for(scene, "peers.json does not list it for this node any more");
	limits_are(scene, FREE, SHUT); /* a person opened it */
	assert_string_equal(limits_after(scene), FREE);
	limits_are(scene, FREE, NULL);
	assert_string_equal(limits_after(scene), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_relay_that_reaches_nobody_is_shut_in_front_of_all),
		SCENE_TEST(a_link_that_was_never_up_or_is_not_tried_again_yet_shuts_nothing),
		SCENE_TEST(sessions_that_broke_shut_it_before_the_next_try),
		SCENE_TEST(a_relay_looks_before_its_links_try_again),
		SCENE_TEST(only_a_relay_whose_limits_are_ours_is_shut),
		SCENE_TEST(it_opens_when_it_has_what_its_peers_have),
		SCENE_TEST(while_all_links_are_lost_it_stays_shut_whatever_peers_answer),
		SCENE_TEST(one_that_is_no_relay_any_more_is_not_called_one),
		SCENE_TEST(one_that_stays_away_is_waited_for_only_a_while),
		SCENE_TEST(links_that_poll_are_up_when_they_made_contact_since),
		SCENE_TEST(where_slapd_does_not_tell_a_peer_that_answers_is_enough),
		SCENE_TEST(what_a_person_opened_stays_open_until_a_link_is_up),
		SCENE_TEST(one_that_is_not_listed_any_more_is_opened_once_all_its_links_are_up),
		SCENE_TEST(a_value_of_ours_is_no_limit_that_somebody_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
