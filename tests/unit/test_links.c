/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/topology/links.h"
#include "common/topology/links_graph.h"
#include "common/topology/links_judge.h"
#include "common/topology/links_relay.h"
#include "common/topology/links_way.h"

/* What stands in "peers" and behind it, and what comes of it. */
typedef struct Scene {
	Pool *pool;
	const Desired *desired;
	Links links;
} Scene;

#define DATABASE                                                                            \
	"{\"suffix\":\"dc=x\",\"syncrepl\":{\"binddn\":\"cn=r\",\"credentials\":{\"file\":" \
	"\"/s\"}}}"

static int scene_parse(Pool *pool, const char *peers, const char *more, const Desired **ret,
		       Error *err)
{
	const char *text = pool_printf(
		pool, "{\"format\":1,\"peers\":[%s],\"databases\":[" DATABASE "]%s}", peers, more);

	return desired_parse(pool, "f", text, strlen(text), ret, err);
}

static Scene scene(Pool *pool, const char *peers, const char *more)
{
	Scene made = {.pool = pool};
	Error err = {0};

	if (scene_parse(pool, peers, more, &made.desired, &err) < 0)
		fail_msg("%s", err.text);
	made.links = links_make(pool, made.desired, &made.desired->databases[0]);
	return made;
}

/* n providers from id 1 on, then consumers, dealt out to the sites "s0", "s1", ... */
static const char *many(Pool *pool, unsigned n_providers, unsigned n, unsigned n_sites)
{
	Buf text = BUF_IN(pool);

	for (unsigned i = 0; i < n; i++)
		buf_printf(&text, "%s{\"id\":%u,\"uri\":\"ldap://n%u\",\"site\":\"s%u\"%s}",
			   i > 0 ? "," : "", i + 1, i + 1, i % n_sites,
			   i < n_providers ? "" : ",\"role\":\"consumer\"");
	return buf_text(&text);
}

/* Whom the peer reads, as "2 3". */
static const char *read_by(const Scene *scene, unsigned id)
{
	Buf text = BUF_IN(scene->pool);
	const Peer *peer = desired_peer(scene->desired, id);
	const RelaySet *row = &scene->links.reads[links_position(&scene->links, peer)];

	for (size_t at = relay_set_next(row, 0); at < RELAYS_MAX; at = relay_set_next(row, at + 1))
		buf_printf(&text, "%s%u", text.len > 0 ? " " : "", scene->links.nodes[at]->id);
	return buf_text(&text);
}

static size_t count_sessions(const Links *links)
{
	size_t n = 0;

	for (size_t i = 0; i < links->n_nodes; i++)
		n += relay_set_count(&links->reads[i]);
	return n;
}

#define PEER(id, more) "{\"id\":" #id ",\"uri\":\"ldap://n" #id "\"" more "}"
#define SITE(name)     ",\"site\":\"" name "\""
#define READS(list)    ",\"reads\":[" list "]"
#define CONSUMER       ",\"role\":\"consumer\""
#define HUB            ",\"role\":\"consumer\",\"hub\":true"

static void in_a_mesh_everybody_reads_everybody(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, PEER(3, "") "," PEER(1, "") "," PEER(2, ""), "");
	const LinksJudgement judgement = links_judge(pool, &made.links);

	(void)state;
	assert_string_equal(read_by(&made, 3), "1 2");
	assert_string_equal(read_by(&made, 1), "3 2");
	assert_string_equal(read_by(&made, 2), "3 1");
	assert_int_equal(judgement.n_warnings + judgement.n_notes, 0);
	assert_int_equal(links_longest_way(&made.links).n_hops, 1);
}

static void one_and_two_nodes_want_nothing_more(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene one = scene(pool, PEER(1, ""), ""),
		    two = scene(pool, PEER(1, "") "," PEER(2, ""), "");

	(void)state;
	assert_string_equal(read_by(&one, 1), "");
	assert_int_equal(links_judge(pool, &one.links).n_warnings, 0);
	assert_string_equal(read_by(&two, 1), "2");
	assert_int_equal(links_judge(pool, &two.links).n_warnings, 0);
	assert_int_equal(links_longest_way(&one.links).n_hops, 0);
}

static void gateways_are_the_first_of_each_site_by_id(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made =
		scene(pool,
		      PEER(9, SITE("a")) "," PEER(2, SITE("a")) "," PEER(3, SITE("a")) "," PEER(
			      4, SITE("b")) "," PEER(5, SITE("b")) "," PEER(6, SITE("c")),
		      ",\"topology\":{\"gateways\":1}");

	(void)state;
	assert_string_equal(read_by(&made, 2), "9 3 4 6");
	assert_string_equal(read_by(&made, 9), "2 3");
	assert_string_equal(read_by(&made, 4), "2 5 6");
	assert_string_equal(read_by(&made, 6), "2 4");
	assert_int_equal(links_longest_way(&made.links).n_hops, 3);
}

static void fifty_nodes_in_five_sites_have_530_sessions(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, many(pool, 50, 50, 5), ",\"topology\":{\"gateways\":2}");
	const LinksWay way = links_longest_way(&made.links);

	(void)state;
	assert_int_equal(count_sessions(&made.links), 530);
	assert_int_equal(links_cuts_by_loss(pool, &made.links).n_items, 0);
	assert_int_equal(way.n_hops, 3);
}

static void a_single_gateway_is_a_warning(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, many(pool, 6, 6, 2), ",\"topology\":{\"gateways\":1}");
	const LinksCuts cuts = links_cuts_by_loss(pool, &made.links);
	const LinksJudgement judgement = links_judge(pool, &made.links);

	(void)state;
	assert_int_equal(cuts.n_items, 2);
	assert_int_equal(cuts.items[0].lost->id, 1);
	assert_int_equal(judgement.n_warnings, 1);
	assert_string_equal(
		judgement.warnings[0],
		"dc=x: while peer 1 is away, what is written at peer 2 does not come to peer 3 "
		"(and 1 more such peer); when such a provider is back, slapd may lose some of "
		"what both sides wrote: with OpenLDAP 2.5 or later, syncward-fence there prevents "
		"that after a restart, and the daemon after a network failure; `syncward compare` "
		"shows it");
}

/* Nothing comes to it from behind. */
static void a_single_hub_is_a_warning_of_changes_that_wait(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made =
		scene(pool,
		      PEER(1, "") "," PEER(2, "") "," PEER(3, HUB) "," PEER(
			      4, HUB READS("3")) "," PEER(5, ",\"role\":\"consumer\"" READS("4")),
		      "");
	const LinksJudgement judgement = links_judge(pool, &made.links);

	(void)state;
	assert_true(judgement.n_warnings > 0);
	assert_non_null(strstr(judgement.warnings[0], "while peer 3 is away"));
	assert_null(strstr(judgement.warnings[0], "slapd may lose"));
}

static size_t part_of(const Scene *made, const size_t *parts, unsigned id)
{
	for (size_t i = 0; i < made->links.n_nodes; i++)
		if (made->links.nodes[i]->id == id)
			return parts[i];
	return 0;
}

static void a_relay_is_who_alone_connects_providers(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(
		pool,
		PEER(1, READS("2")) "," PEER(2, READS("1,3,4")) "," PEER(3, READS("2,4")) "," PEER(
			4, READS("2,3")) "," PEER(5, HUB READS("1")) "," PEER(6, HUB READS("5")),
		"");
	const Links *links = &made.links;
	const size_t *parts = links_parts_without(pool, links, links->nodes[1]);

	(void)state;
	assert_int_equal(links->nodes[1]->id, 2);
	for (size_t i = 0; i < links->n_nodes; i++)
		assert_int_equal(links_need(links, links->nodes[i]), links->nodes[i]->id == 2);
	assert_int_equal(part_of(&made, parts, 3), part_of(&made, parts, 4));
	assert_int_equal(part_of(&made, parts, 1), part_of(&made, parts, 6));
	assert_int_not_equal(part_of(&made, parts, 1), part_of(&made, parts, 3));
}

static void who_reads_one_other_only_is_a_warning(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(
		pool, PEER(1, "") "," PEER(2, "") "," PEER(3, "") "," PEER(4, CONSUMER READS("2")),
		"");
	const LinksJudgement judgement = links_judge(pool, &made.links);

	(void)state;
	assert_int_equal(judgement.n_warnings, 1);
	assert_string_equal(judgement.warnings[0], "dc=x: peer 4 reads one other only, and gets "
						   "nothing while that one is away");
}

static void providers_that_read_at_intervals_are_a_warning(void **state)
{
	static const char polls[] = ",\"syncrepl\":{\"type\":\"refreshOnly\"}";
	AUTO(Pool) *pool = pool_new();
	const Scene polled = scene(
		pool, pool_printf(pool, PEER(1, "") "," PEER(2, "%s") "," PEER(3, ""), polls), "");
	const Scene by_consumer =
		scene(pool,
		      PEER(1, "") "," PEER(2, "") "," PEER(
			      3, CONSUMER ",\"as_consumer\":{\"type\":\"refreshOnly\"}"),
		      "");
	const LinksJudgement judgement = links_judge(pool, &polled.links);

	(void)state;
	assert_int_equal(judgement.n_warnings, 1);
	assert_non_null(strstr(judgement.warnings[0],
			       "dc=x: peer 1 reads peer 2, which clients write to, at intervals"));
	assert_non_null(strstr(judgement.warnings[0], "(and 1 more such link)"));
	assert_int_equal(links_judge(pool, &by_consumer.links).n_warnings, 0);
}

static void very_many_links_are_a_note(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, many(pool, 18, 18, 1), "");
	const Scene fewer = scene(pool, many(pool, 17, 17, 1), "");
	const LinksJudgement judgement = links_judge(pool, &made.links);

	(void)state;
	assert_int_equal(links_judge(pool, &fewer.links).n_notes, 0);
	assert_int_equal(judgement.n_warnings, 0);
	assert_int_equal(judgement.n_notes, 1);
	assert_string_equal(judgement.notes[0],
			    "dc=x: peer 1 reads 17 others (and 17 more peers with so many); more "
			    "than 16 cost much and bring little");
}

static void reads_overrules_the_topology(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made =
		scene(pool,
		      PEER(1, SITE("a")) "," PEER(2, SITE("a") READS("3, \"a\"")) "," PEER(
			      3, SITE("b")) "," PEER(4, SITE("b") READS("\"a\", \"b\"")),
		      ",\"topology\":{\"gateways\":1}");

	(void)state;
	assert_string_equal(read_by(&made, 2), "1 3");
	assert_string_equal(read_by(&made, 4), "1 2 3");
	assert_string_equal(read_by(&made, 1), "2 3");
}

static void a_consumer_reads_two_of_its_site_and_else_of_all(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(
		pool,
		PEER(1, SITE("a")) "," PEER(2, SITE("a")) "," PEER(3, SITE("b")) "," PEER(4, CONSUMER SITE("a")) "," PEER(
			5,
			CONSUMER SITE(
				"b")) "," PEER(6,
					       CONSUMER SITE(
						       "c")) "," PEER(7,
								      CONSUMER) "," PEER(8,
											 HUB SITE(
												 "a")) "," PEER(9,
														CONSUMER READS(
															"8, \"b\"")),
		"");

	(void)state;
	assert_string_equal(read_by(&made, 4), "1 2");
	assert_non_null(strchr(read_by(&made, 5), '3'));
	assert_int_equal(strlen(read_by(&made, 5)), 3);
	assert_int_equal(strlen(read_by(&made, 6)), 3);
	assert_int_equal(strlen(read_by(&made, 7)), 3);
	assert_string_equal(read_by(&made, 8), "1 2");
	assert_string_equal(read_by(&made, 9), "3 8");
	/* Nobody among the providers reads who is none. */
	assert_string_equal(read_by(&made, 1), "2 3");
	assert_int_equal(made.links.n_providers, 3);
	assert_int_equal(made.links.n_relays, 4);
}

static size_t count_changed(const Scene *before, const Scene *after)
{
	size_t n = 0;

	for (unsigned id = 101; id <= 400; id++)
		n += strcmp(read_by(before, id), read_by(after, id)) != 0;
	return n;
}

/* Of 300 consumers two of ten providers are read by each, so about 60 by one of them. */
static void another_provider_moves_few_consumers(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf consumers = BUF_IN(pool);
	Scene before, after;
	size_t *n_readers;

	(void)state;
	for (unsigned id = 101; id <= 400; id++)
		buf_printf(&consumers, ",{\"id\":%u,\"uri\":\"ldap://n%u\",\"role\":\"consumer\"}",
			   id, id);
	before = scene(pool, pool_printf(pool, "%s%s", many(pool, 10, 10, 1), buf_text(&consumers)),
		       "");
	after = scene(pool, pool_printf(pool, "%s%s", many(pool, 11, 11, 1), buf_text(&consumers)),
		      "");
	assert_in_range(count_changed(&before, &after), 30, 80);
	n_readers = links_count_readers(pool, &before.links);
	for (size_t i = 0; i < 10; i++)
		assert_in_range(n_readers[i] - 9, 30, 90);
}

/* What all nodes of all releases must come to. */
static void the_choice_of_a_consumer_never_changes(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, many(pool, 9, 12, 1), "");

	(void)state;
	assert_string_equal(read_by(&made, 10), "7 8");
	assert_string_equal(read_by(&made, 11), "4 8");
	assert_string_equal(read_by(&made, 12), "6 9");
}

static void refused(const char *peers, const char *more, const char *message)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired;
	Error err = {0};

	assert_int_equal(scene_parse(pool, peers, more, &desired, &err), -1);
	if (!strstr(err.text, message))
		fail_msg("%s", err.text);
}

static void a_database_in_parts_is_refused(void **state)
{
	(void)state;
	/* Nobody reads 3; 3 reads nobody of the others; two parts; a circle of hubs. */
	refused(PEER(1, READS("2")) "," PEER(2, READS("1")) "," PEER(3, ""), "",
		"what is written at peer 3 would never come to peer 1");
	refused(PEER(1, "") "," PEER(2, "") "," PEER(3, READS("4")) "," PEER(4, READS("3")), "",
		"what is written at peer 1 would never come to peer 3");
	refused(PEER(1, "") "," PEER(2, HUB READS("3")) "," PEER(3, HUB READS("2")), "",
		"what is written at peer 1 would never come to peer 2");
	refused(PEER(1, READS("2")) "," PEER(2, READS("1")) "," PEER(3, READS("4")) "," PEER(
			4, READS("3")),
		"", "what is written at peer 1 would never come to peer 3");
	refused(PEER(1, SITE("a")) "," PEER(2, ""), ",\"topology\":{\"gateways\":1}",
		"needs a \"site\"");
}

/* A chain in both directions, and a circle in one. */
static void a_chain_and_a_circle_are_whole(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene chain = scene(pool,
				  PEER(1, READS("2")) "," PEER(2, READS("1,3")) "," PEER(
					  3, READS("2,4")) "," PEER(4, READS("3")),
				  "");
	const Scene circle = scene(
		pool, PEER(1, READS("2")) "," PEER(2, READS("3")) "," PEER(3, READS("1")), "");

	(void)state;
	assert_int_equal(links_longest_way(&chain.links).n_hops, 3);
	assert_int_equal(links_cuts_by_loss(pool, &chain.links).n_items, 2);
	assert_int_equal(links_longest_way(&circle.links).n_hops, 2);
	assert_int_equal(links_cuts_by_loss(pool, &circle.links).n_items, 3);
}

static void settings_of_a_site_stand_between_database_and_peer(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(
		pool,
		PEER(1, SITE("a")) "," PEER(2, SITE("b") ",\"syncrepl\":{\"timeout\":7}") "," PEER(
			3, SITE("b") ",\"as_consumer\":{\"network-timeout\":4}"),
		",\"sites\":{\"b\":{\"syncrepl\":{\"timeout\":8,\"network-timeout\":9}}}");
	const DesiredDatabase *database = &made.desired->databases[0];
	const Peer *peers = made.desired->peers;
	const SyncreplSettings one = desired_link(pool, database, &peers[2], &peers[0]);
	const SyncreplSettings two = desired_link(pool, database, &peers[1], &peers[0]);
	const SyncreplSettings three = desired_link(pool, database, &peers[0], &peers[1]);
	const SyncreplSettings four = desired_link(pool, database, &peers[1], &peers[2]);

	(void)state;
	assert_string_equal(one.value[SYNCREPL_TIMEOUT], "8");
	assert_string_equal(two.value[SYNCREPL_TIMEOUT], "7");
	assert_string_equal(two.value[SYNCREPL_NETWORK_TIMEOUT], "9");
	assert_string_equal(three.value[SYNCREPL_TIMEOUT], "3");
	assert_string_equal(four.value[SYNCREPL_NETWORK_TIMEOUT], "4");
}

/* As many providers as slapd can number, and ten times as many consumers. */
static void ten_thousand_nodes_are_judged(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made =
		scene(pool, many(pool, 999, 10000, 30), ",\"topology\":{\"gateways\":2}");

	(void)state;
	assert_int_equal(made.links.n_nodes, 10000);
	assert_int_equal(count_sessions(&made.links), 53756);
	assert_int_equal(links_longest_way(&made.links).n_hops, 4);
	assert_int_equal(links_judge(pool, &made.links).n_warnings, 0);
}

static void a_thousand_nodes_with_three_providers_have_two_thousand_sessions(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, many(pool, 3, 1000, 10), "");

	(void)state;
	assert_int_equal(count_sessions(&made.links), 2000);
	assert_int_equal(links_longest_way(&made.links).n_hops, 2);
}

/* 999 providers in 25 sites of 40 (the last has 39), two gateways each, and 3 001 consumers. */
static void four_thousand_nodes_are_judged(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene made = scene(pool, many(pool, 999, 4000, 25), ",\"topology\":{\"gateways\":2}");
	const size_t within = 24 * 40 * 39 + 39 * 38, between = 50 * 48;

	(void)state;
	assert_int_equal(made.links.n_nodes, 4000);
	assert_int_equal(count_sessions(&made.links), within + between + 2 * 3001);
	assert_int_equal(links_longest_way(&made.links).n_hops, 4);
	assert_int_equal(links_judge(pool, &made.links).n_warnings, 0);
}

static const char *one_and(Pool *pool, const char *peer, const char *log)
{
	return pool_printf(pool,
			   "{\"format\":1,\"peers\":[" PEER(
				   1, "") ",%s],\"databases\":[{\"suffix\":\"dc=x\",\"syncprov\":"
					  "{\"sessionlog\":%s},\"syncrepl\":{\"binddn\":\"cn=r\","
					  "\"credentials\":{\"file\":\"/s\"}}}]}",
			   peer, log);
}

static void a_hub_that_nobody_reads_is_noted(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Scene unread = scene(pool, PEER(1, "") "," PEER(2, "") "," PEER(3, HUB), "");
	const Scene read = scene(pool,
				 PEER(1, "") "," PEER(2, "") "," PEER(3, HUB) "," PEER(
					 4, ",\"role\":\"consumer\"" READS("3,1")),
				 "");
	LinksJudgement judgement = links_judge(pool, &unread.links);

	(void)state;
	assert_int_equal(judgement.n_notes, 1);
	assert_non_null(strstr(judgement.notes[0], "peer 3 is a hub that nobody reads"));
	judgement = links_judge(pool, &read.links);
	assert_int_equal(judgement.n_notes, 0);
}

static void a_session_log_is_refused_where_there_is_a_hub(void **state)
{
	static const char *const logs[] = {"100", "false", "0"};
	static const char hub[] = PEER(2, HUB);
	static const char consumer[] = PEER(2, ",\"role\":\"consumer\"");
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		const char *text = one_and(pool, hub, logs[i]);
		const Desired *desired;
		Error err = {0};

		assert_int_equal(desired_parse(pool, "f", text, strlen(text), &desired, &err),
				 i == 0 ? -1 : 0);
		assert_true(i > 0 || strstr(err.text, "not for a database with hubs"));
		text = one_and(pool, consumer, logs[i]);
		assert_int_equal(desired_parse(pool, "f", text, strlen(text), &desired, &err), 0);
	}
}

static void a_change_takes_as_long_as_the_intervals_of_the_shortest_way(void **state)
{
	static const char hourly[] =
		",\"as_consumer\":{\"type\":\"refreshOnly\",\"interval\":\"00:01:00:00\"}";
	AUTO(Pool) *pool = pool_new();
	const char *peers =
		pool_printf(pool, "%s,%s,%s%s},%s,%s", PEER(1, READS("2")), PEER(2, READS("1,3,5")),
			    "{\"id\":3,\"uri\":\"ldap://n3\",\"reads\":[2,4]", hourly,
			    PEER(4, READS("3,5")), PEER(5, READS("2,4")));
	const Scene made = scene(pool, peers, "");
	const int64_t *from = links_way_secs(pool, &made.links, 0, WAYS_FROM);
	const int64_t *to = links_way_secs(pool, &made.links, 0, WAYS_TO);

	(void)state;
	assert_int_equal(from[1], 0);
	assert_int_equal(from[2], 3600); /* who reads so himself */
	assert_int_equal(from[3], 0);    /* over peer 5 */
	assert_int_equal(to[2], 0);      /* what is written there is read all the time */
	assert_int_equal(to[3], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_mesh_everybody_reads_everybody),
		cmocka_unit_test(one_and_two_nodes_want_nothing_more),
		cmocka_unit_test(gateways_are_the_first_of_each_site_by_id),
		cmocka_unit_test(fifty_nodes_in_five_sites_have_530_sessions),
		cmocka_unit_test(a_single_gateway_is_a_warning),
		cmocka_unit_test(a_single_hub_is_a_warning_of_changes_that_wait),
		cmocka_unit_test(a_relay_is_who_alone_connects_providers),
		cmocka_unit_test(who_reads_one_other_only_is_a_warning),
		cmocka_unit_test(providers_that_read_at_intervals_are_a_warning),
		cmocka_unit_test(very_many_links_are_a_note),
		cmocka_unit_test(reads_overrules_the_topology),
		cmocka_unit_test(a_consumer_reads_two_of_its_site_and_else_of_all),
		cmocka_unit_test(another_provider_moves_few_consumers),
		cmocka_unit_test(the_choice_of_a_consumer_never_changes),
		cmocka_unit_test(a_database_in_parts_is_refused),
		cmocka_unit_test(a_chain_and_a_circle_are_whole),
		cmocka_unit_test(a_change_takes_as_long_as_the_intervals_of_the_shortest_way),
		cmocka_unit_test(settings_of_a_site_stand_between_database_and_peer),
		cmocka_unit_test(ten_thousand_nodes_are_judged),
		cmocka_unit_test(four_thousand_nodes_are_judged),
		cmocka_unit_test(a_thousand_nodes_with_three_providers_have_two_thousand_sessions),
		cmocka_unit_test(a_session_log_is_refused_where_there_is_a_hub),
		cmocka_unit_test(a_hub_that_nobody_reads_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
