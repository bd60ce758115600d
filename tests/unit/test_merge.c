/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/adopt/merge.h"
#include "common/base/macros.h"

#define DATABASE(peers, keywords)                                                          \
	"{\"suffix\":\"dc=x\",\"peers\":" peers ",\"syncrepl\":{\"binddn\":\"cn=r,dc=x\"," \
	"\"credentials\":{\"file\":\"/secrets/x\"}" keywords "}}"
#define FILE_OF(id, peers, databases) \
	"{\"format\":1,\"adopted_from\":" id ",\"peers\":[" peers "],\"databases\":[" databases "]}"
#define ONE      "{\"id\":1,\"uri\":\"ldap://a\"}"
#define TWO      "{\"id\":2,\"uri\":\"ldap://b\"}"
#define THREE    "{\"id\":3,\"uri\":\"ldap://c\"}"
#define CONSUMER "{\"id\":5000,\"uri\":\"ldap://d\",\"role\":\"consumer\",\"reads\":[1,2]"

/* Files that a test describes, and what they are together. */
typedef struct Bench {
	Pool *pool;
	MergeSource sources[8];
	size_t n_sources;
	Merged merged;
	const Desired *desired; /* of the merged text */
} Bench;

static void file_add(Bench *bench, const char *text)
{
	Error err = {0};
	MergeSource *source = &bench->sources[bench->n_sources];

	bench->n_sources++;
	source->name = pool_printf(bench->pool, "f%zu", bench->n_sources);
	if (desired_parse(bench->pool, source->name, text, strlen(text), &source->desired, &err) <
	    0)
		fail_msg("%s", err.text);
}

static void merge(Bench *bench)
{
	Error err = {0};

	bench->merged = adopt_merge(bench->pool, bench->sources, bench->n_sources);
	if (bench->merged.n_disagreements > 0)
		fail_msg("%s", bench->merged.disagreements[0]);
	assert_int_equal(desired_parse(bench->pool, "merged", bench->merged.text,
				       strlen(bench->merged.text), &bench->desired, &err),
			 0);
}

/* No document, and one of the sentences has that part. */
static void assert_disagree(Bench *bench, const char *part)
{
	bench->merged = adopt_merge(bench->pool, bench->sources, bench->n_sources);
	assert_null(bench->merged.text);
	for (size_t i = 0; i < bench->merged.n_disagreements; i++)
		if (strstr(bench->merged.disagreements[i], part))
			return;
	fail_msg("not said: %s; but: %s", part,
		 bench->merged.n_disagreements ? bench->merged.disagreements[0] : "nothing");
}

static const char *setting(const Bench *bench, unsigned consumer, unsigned provider,
			   SyncreplKeyword keyword)
{
	const Desired *desired = bench->desired;

	return desired_link(bench->pool, &desired->databases[0], desired_peer(desired, provider),
			    desired_peer(desired, consumer))
		.value[keyword];
}

static Bench bench_new(void)
{
	return (Bench){.pool = pool_new()};
}

static void a_mesh_says_of_nobody_whom_he_reads(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("2", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("1", TWO "," ONE "," THREE, DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("3", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	merge(&bench);
	assert_true(desired_is_mesh(bench.desired));
	assert_int_equal(bench.desired->n_peers, 3);
	assert_int_equal(bench.desired->peers[0].id, 1);
	assert_int_equal(bench.desired->adopted_from, 0);
	assert_null(strstr(bench.merged.text, "\"reads\""));
	pool_free(bench.pool);
}

static void a_chain_says_whom_each_reads_that_does_not_read_all(void **state)
{
	Bench bench = bench_new();
	const PeerReads *reads;

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("3", TWO "," THREE, DATABASE("[2,3]", "")));
	merge(&bench);
	assert_null(desired_peer(bench.desired, 2)->reads);
	reads = desired_peer(bench.desired, 1)->reads;
	assert_int_equal(reads->n_items, 1);
	assert_int_equal(reads->items[0].id, 2);
	assert_int_equal(desired_peer(bench.desired, 3)->reads->items[0].id, 2);
	pool_free(bench.pool);
}

static void what_a_consumer_leaves_out_no_provider_does(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("5000",
				 ONE "," TWO "," CONSUMER
				     ",\"as_consumer\":{\"filter\":\"(cn=a)\",\"timeout\":9}}",
				 DATABASE("[1,2,5000]", "")));
	merge(&bench);
	assert_int_equal(desired_peer(bench.desired, 5000)->role, PEER_CONSUMER);
	assert_string_equal(setting(&bench, 5000, 1, SYNCREPL_FILTER), "(cn=a)");
	assert_string_equal(setting(&bench, 5000, 2, SYNCREPL_TIMEOUT), "9");
	assert_null(setting(&bench, 1, 2, SYNCREPL_FILTER));
	assert_string_equal(setting(&bench, 1, 2, SYNCREPL_TIMEOUT), "3");
	pool_free(bench.pool);
}

static void where_consumers_alone_read_their_parts_are_their_own(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, "{\"format\":1,\"adopted_from\":1,\"peers\":[" ONE "],\"databases\":["
			 "{\"suffix\":\"dc=x\",\"peers\":[1],\"syncrepl\":{}}]}");
	file_add(&bench, FILE_OF("5000",
				 ONE ",{\"id\":5000,\"uri\":\"ldap://d\",\"role\":\"consumer\","
				     "\"reads\":[1],\"as_consumer\":{\"filter\":\"(cn=a)\"}}",
				 DATABASE("[1,5000]", "")));
	merge(&bench);
	assert_null(bench.desired->databases[0].syncrepl.value[SYNCREPL_FILTER]);
	assert_string_equal(desired_peer(bench.desired, 5000)->as_consumer->value[SYNCREPL_FILTER],
			    "(cn=a)");
	pool_free(bench.pool);
}

static void a_keyword_stands_where_it_says_least_often(void **state)
{
	Bench bench = bench_new();
	const Peer *two;

	(void)state;
	file_add(&bench,
		 FILE_OF("1", ONE "," TWO "," THREE, DATABASE("[1,2,3]", ",\"timeout\":7")));
	file_add(&bench, FILE_OF("2", ONE "," TWO "," THREE,
				 DATABASE("[1,2,3]", ",\"timeout\":9,\"keepalive\":\"1:2:3\"")));
	file_add(&bench,
		 FILE_OF("3", ONE "," TWO "," THREE, DATABASE("[1,2,3]", ",\"timeout\":7")));
	merge(&bench);
	two = desired_peer(bench.desired, 2);
	assert_string_equal(bench.desired->databases[0].syncrepl.value[SYNCREPL_TIMEOUT], "7");
	assert_string_equal(two->as_consumer->value[SYNCREPL_TIMEOUT], "9");
	assert_string_equal(two->as_consumer->value[SYNCREPL_KEEPALIVE], "1:2:3");
	assert_null(setting(&bench, 3, 2, SYNCREPL_KEEPALIVE));
	pool_free(bench.pool);
}

static void another_spelling_is_no_other_value(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", ",\"retry\":\"5 +\"")));
	file_add(&bench, FILE_OF("2", "{\"id\":1,\"uri\":\"LDAP://A:389/\"}," TWO,
				 "{\"suffix\":\"DC=X\",\"peers\":[1,2],\"syncrepl\":{\"binddn\":"
				 "\"CN=r, dc=x\",\"credentials\":{\"file\":\"/secrets/x\"},"
				 "\"retry\":\"5,+\"}}"));
	merge(&bench);
	assert_int_equal(bench.desired->n_databases, 1);
	for (size_t i = 0; i < 2; i++)
		for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++) {
			assert_null(bench.desired->peers[i].syncrepl->value[k]);
			assert_null(bench.desired->peers[i].as_consumer->value[k]);
		}
	pool_free(bench.pool);
}

static void an_odd_link_is_said_of_no_level(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1",
				 ONE ",{\"id\":2,\"uri\":\"ldap://b\",\"syncrepl\":{\"timeout\":9}}"
				     "," THREE,
				 DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("2", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("3", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	assert_disagree(&bench, "in f1 peer 1 reads peer 2 with another timeout than peer 3 reads "
				"peer 2 in f3");
	pool_free(bench.pool);
}

static void where_a_password_lies_is_compared_and_not_told(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench,
		 FILE_OF("1",
			 ONE ",{\"id\":2,\"uri\":\"ldap://b\",\"syncrepl\":{\"credentials\":"
			     "{\"file\":\"/other\"}}}," THREE,
			 DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("2", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	file_add(&bench, FILE_OF("3", ONE "," TWO "," THREE, DATABASE("[1,2,3]", "")));
	assert_disagree(&bench, "with another credentials");
	for (size_t i = 0; i < bench.merged.n_disagreements; i++)
		assert_null(strstr(bench.merged.disagreements[i], "/other"));
	pool_free(bench.pool);
}

static void an_id_at_two_urls_and_a_url_with_two_ids_disagree(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench,
		 FILE_OF("2", ONE ",{\"id\":2,\"uri\":\"ldap://c\"}", DATABASE("[1,2]", "")));
	assert_disagree(&bench, "peer 2 is ldap://b in f1 and ldap://c in f2");
	bench.n_sources = 1;
	file_add(&bench,
		 FILE_OF("3", ONE ",{\"id\":3,\"uri\":\"ldap://b\"}", DATABASE("[1,3]", "")));
	assert_disagree(&bench, "ldap://b is peer 2 in f1 and peer 3 in f2");
	pool_free(bench.pool);
}

static void names_are_put_together_and_no_two_peers_share_one(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", "{\"id\":1,\"uri\":\"ldap://a\",\"names\":[\"n1\"]}," TWO,
				 DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2", ONE ",{\"id\":2,\"uri\":\"ldap://b\",\"names\":[\"n2\"]}",
				 DATABASE("[1,2]", "")));
	merge(&bench);
	assert_string_equal(bench.desired->peers[0].names[0], "n1");
	assert_string_equal(bench.desired->peers[1].names[0], "n2");
	bench.n_sources = 1;
	file_add(&bench, FILE_OF("2", ONE ",{\"id\":2,\"uri\":\"ldap://b\",\"names\":[\"N1\"]}",
				 DATABASE("[1,2]", "")));
	assert_disagree(&bench, "are both called n1");
	pool_free(bench.pool);
}

static void rids_that_no_offset_can_say_disagree(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1",
				 "{\"id\":1,\"uri\":\"ldap://a\",\"rid\":9},"
				 "{\"id\":2,\"uri\":\"ldap://b\",\"rid\":1}",
				 DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2",
				 "{\"id\":1,\"uri\":\"ldap://a\",\"rid\":1},"
				 "{\"id\":2,\"uri\":\"ldap://b\",\"rid\":9}",
				 DATABASE("[1,2]", "")));
	assert_disagree(&bench, "rid 001 is peer 1 in f2 and peer 2 in f1");
	pool_free(bench.pool);
}

static void rids_of_all_nodes_are_kept_whatever_each_file_calls_them_by(void **state)
{
	Bench bench = bench_new();
	const Desired *desired;

	(void)state;
	/* 012 and 011, once by an offset, once by numbers of their own. */
	file_add(&bench,
		 FILE_OF("1", ONE "," TWO,
			 "{\"suffix\":\"dc=x\",\"rid_offset\":10,\"peers\":[1,2],\"syncrepl\":"
			 "{\"binddn\":\"cn=r\",\"credentials\":{\"file\":\"/s\"}}}"));
	file_add(&bench, FILE_OF("2", "{\"id\":1,\"uri\":\"ldap://a\",\"rid\":11}," TWO,
				 "{\"suffix\":\"dc=x\",\"peers\":[1,2],\"syncrepl\":"
				 "{\"binddn\":\"cn=r\",\"credentials\":{\"file\":\"/s\"}}}"));
	merge(&bench);
	desired = bench.desired;
	assert_int_equal(desired_rid(&desired->databases[0], &desired->peers[0]), 11);
	assert_int_equal(desired_rid(&desired->databases[0], &desired->peers[1]), 12);
	pool_free(bench.pool);
}

static void a_peer_without_a_file_and_a_file_without_a_peer_are_told(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	assert_disagree(&bench, "no file describes peer 2 (ldap://b), which f1 names");
	bench.n_sources = 0;
	file_add(&bench, "{\"format\":1,\"peers\":[" ONE "," TWO
			 "],\"databases\":[" DATABASE("[1,2]", "") "]}");
	assert_disagree(&bench, "f1 does not say on which node adopt wrote it");
	pool_free(bench.pool);
}

static void a_database_that_the_peer_read_lacks_is_told(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO,
				 DATABASE("[1,2]", "") ",{\"suffix\":\"o=y\",\"rid_offset\":10,"
						       "\"syncrepl\":{\"binddn\":\"cn=r\","
						       "\"credentials\":{\"file\":\"/s\"}}}"));
	file_add(&bench, FILE_OF("2", ONE "," TWO, DATABASE("[1,2]", "")));
	assert_disagree(&bench, "o=y: in f1 peer 1 reads peer 2, whose file f2 lacks it");
	pool_free(bench.pool);
}

static void a_consumer_that_somebody_reads_is_told(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2",
				 ONE ",{\"id\":2,\"uri\":\"ldap://b\",\"role\":\"consumer\","
				     "\"reads\":[1]}",
				 DATABASE("[1,2]", "")));
	assert_disagree(&bench, "in f1 peer 1 reads peer 2, which is a consumer in f2");
	pool_free(bench.pool);
}

#define HUB(reads) \
	"{\"id\":4,\"uri\":\"ldap://h\",\"role\":\"consumer\",\"hub\":true,\"reads\":" reads "}"
#define SEEN_AS_PROVIDER "{\"id\":4,\"uri\":\"ldap://h\"}"
#define BEHIND_HUB       "{\"id\":5000,\"uri\":\"ldap://d\",\"role\":\"consumer\",\"reads\":[4]}"

/* Two providers, a hub, and a consumer that took it for a provider, as it cannot know better. */
static void hub_files_add(Bench *bench, const char *log)
{
	for (unsigned id = 1; id <= 2; id++)
		file_add(bench,
			 pool_printf(bench->pool,
				     "{\"format\":1,\"adopted_from\":%u,\"peers\":[" ONE "," TWO
				     "],\"databases\":[{\"suffix\":\"dc=x\",\"peers\":[1,2],"
				     "\"syncprov\":{\"sessionlog\":%s},\"syncrepl\":{\"binddn\":"
				     "\"cn=r,dc=x\",\"credentials\":{\"file\":\"/secrets/x\"}}}]}",
				     id, log));
	file_add(bench, FILE_OF("4", ONE "," TWO "," HUB("[1,2]"), DATABASE("[1,2,4]", "")));
	file_add(bench, FILE_OF("5000", SEEN_AS_PROVIDER "," BEHIND_HUB, DATABASE("[4,5000]", "")));
}

static void a_hub_is_one_by_its_own_file_and_read_by_consumers(void **state)
{
	Bench bench = bench_new();
	const PeerReads *reads;

	(void)state;
	hub_files_add(&bench, "false");
	merge(&bench);
	assert_true(desired_peer(bench.desired, 4)->is_hub);
	assert_int_equal(desired_peer(bench.desired, 4)->reads->n_items, 2);
	reads = desired_peer(bench.desired, 5000)->reads;
	assert_int_equal(reads->n_items, 1);
	assert_int_equal(reads->items[0].id, 4);
	assert_null(desired_peer(bench.desired, 1)->reads);
	pool_free(bench.pool);
}

static void a_provider_that_reads_a_hub_is_told(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," SEEN_AS_PROVIDER, DATABASE("[1,4]", "")));
	file_add(&bench, FILE_OF("4", ONE "," HUB("[1]"), DATABASE("[1,4]", "")));
	assert_disagree(&bench, "in f1 peer 1 reads peer 4, which is a hub, and a provider reads "
				"providers only, in f2");
	pool_free(bench.pool);
}

static void no_session_log_is_said_where_there_is_a_hub(void **state)
{
	Bench bench = bench_new();

	(void)state;
	/* Its own file says neither that it has one nor that it has none. */
	hub_files_add(&bench, "100");
	merge(&bench);
	assert_null(bench.desired->databases[0].syncprov.sessionlog);
	assert_false(bench.desired->databases[0].syncprov.removes_sessionlog);
	pool_free(bench.pool);
}

static void of_rights_and_overlay_a_hub_knows_as_a_provider_does(void **state)
{
	Bench bench = bench_new();

	(void)state;
	hub_files_add(&bench, "false");
	bench.n_sources = 2;
	file_add(&bench,
		 FILE_OF("4", ONE "," TWO "," HUB("[1,2]"),
			 "{\"suffix\":\"dc=x\",\"peers\":[1,2,4],\"limits\":false,\"syncprov\":"
			 "{\"sessionlog\":false},\"syncrepl\":{\"binddn\":\"cn=r,dc=x\","
			 "\"credentials\":{\"file\":\"/secrets/x\"}}}"));
	file_add(&bench,
		 FILE_OF("5000", SEEN_AS_PROVIDER "," BEHIND_HUB, DATABASE("[4,5000]", "")));
	merge(&bench);
	assert_false(bench.desired->databases[0].manages_limits);
	assert_true(bench.desired->databases[0].syncprov.is_managed);
	pool_free(bench.pool);
}

static void what_some_have_beside_links_is_left_to_each(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench,
		 FILE_OF("1", ONE "," TWO,
			 "{\"suffix\":\"dc=x\",\"peers\":[1,2],\"index\":false,\"syncprov\":"
			 "{\"checkpoint\":\"5 5\",\"sessionlog\":false},\"syncrepl\":{\"binddn\":"
			 "\"cn=r\",\"credentials\":{\"file\":\"/s\"}}}"));
	file_add(&bench,
		 FILE_OF("2", ONE "," TWO,
			 "{\"suffix\":\"dc=x\",\"peers\":[1,2],\"syncprov\":{\"checkpoint\":"
			 "\"6 6\",\"sessionlog\":false},\"syncrepl\":{\"binddn\":\"cn=r\","
			 "\"credentials\":{\"file\":\"/s\"}}}"));
	merge(&bench);
	assert_int_equal(bench.merged.n_notes, 2);
	assert_false(bench.desired->databases[0].manages_index);
	assert_true(bench.desired->databases[0].manages_limits);
	assert_true(bench.desired->databases[0].syncprov.removes_sessionlog);
	assert_null(strstr(bench.merged.text, "checkpoint"));
	pool_free(bench.pool);
}

static void limits_of_an_account_that_its_provider_did_not_know_are_not_known(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench,
		 FILE_OF("5000",
			 ONE "," TWO "," CONSUMER ",\"as_consumer\":{\"binddn\":\"cn=own,dc=x\"}}",
			 DATABASE("[1,2,5000]", "")));
	merge(&bench);
	assert_false(bench.desired->databases[0].manages_limits);
	assert_int_equal(bench.merged.n_notes, 1);
	bench.n_sources = 2;
	file_add(&bench, FILE_OF("5000", ONE "," TWO "," CONSUMER "}", DATABASE("[1,2,5000]", "")));
	merge(&bench);
	assert_true(bench.desired->databases[0].manages_limits);
	assert_int_equal(bench.merged.n_notes, 0);
	pool_free(bench.pool);
}

static void a_list_of_whom_one_reads_is_for_all_databases(void **state)
{
	static const char other[] = ",\"rid_offset\":10,\"syncrepl\":{\"binddn\":\"cn=r\","
				    "\"credentials\":{\"file\":\"/s\"}}}";
	Bench bench = bench_new();

	(void)state;
	for (unsigned id = 1; id <= 3; id++)
		file_add(&bench, pool_printf(bench.pool,
					     "{\"format\":1,\"adopted_from\":%u,\"peers\":[" ONE
					     "," TWO "," THREE "],\"databases\":[" DATABASE(
						     "[1,2,3]", "") ",{\"suffix\":\"o=y\","
								    "\"peers\":%s%s]}",
					     id, id == 1 ? "[1,2]" : "[1,2,3]", other));
	assert_disagree(&bench,
			"peer 1 (f1) reads peer 3 for dc=x and not for o=y, which both hold");
	pool_free(bench.pool);
}

static void what_together_would_be_in_parts_is_no_document(void **state)
{
	Bench bench = bench_new();

	(void)state;
	file_add(&bench, FILE_OF("1", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("2", ONE "," TWO, DATABASE("[1,2]", "")));
	file_add(&bench, FILE_OF("3", THREE "," TWO, DATABASE("[2,3]", "")));
	assert_disagree(&bench, "would be in parts");
	pool_free(bench.pool);
}

/* Who reads whom among providers 1 to n, each row the ids that one holds with it. */
static void rows_add(Bench *bench, const char *const *rows, unsigned n)
{
	for (unsigned id = 1; id <= n; id++) {
		const char *peers = "", *ids = "";

		for (const char *at = rows[id - 1]; *at; at++) {
			peers = pool_printf(bench->pool, "%s%s{\"id\":%c,\"uri\":\"ldap://h%c\"}",
					    peers, *peers ? "," : "", *at, *at);
			ids = pool_printf(bench->pool, "%s%s%c", ids, *ids ? "," : "", *at);
		}
		file_add(bench,
			 pool_printf(
				 bench->pool,
				 "{\"format\":1,\"adopted_from\":%u,\"peers\":[%s],\"databases\":["
				 "{\"suffix\":\"dc=x\",\"peers\":[%s],\"syncrepl\":{\"binddn\":"
				 "\"cn=r\",\"credentials\":{\"file\":\"/s\"}}}]}",
				 id, peers, ids));
	}
}

static void sites_that_gateways_connect_are_recognised(void **state)
{
	/* 1, 2, 3 and 4, 5, 6: the first two of each read those of the other. */
	static const char *const rows[] = {"12345", "12345", "123", "12456", "12456", "456"};
	Bench bench = bench_new();

	(void)state;
	rows_add(&bench, rows, 6);
	merge(&bench);
	assert_int_equal(bench.desired->topology.n_gateways, 2);
	assert_int_equal(bench.desired->topology.n_site_names, 2);
	assert_string_equal(bench.desired->peers[2].site, bench.desired->peers[0].site);
	assert_string_not_equal(bench.desired->peers[3].site, bench.desired->peers[0].site);
	assert_null(strstr(bench.merged.text, "\"reads\""));
	assert_int_equal(bench.merged.n_notes, 1);
	pool_free(bench.pool);
}

static void gateways_that_are_not_the_first_of_their_site_are_lists(void **state)
{
	/* The gateway of 4, 5, 6 is 5. */
	static const char *const rows[] = {"1235", "123", "123", "456", "1456", "456"};
	Bench bench = bench_new();

	(void)state;
	rows_add(&bench, rows, 6);
	merge(&bench);
	assert_int_equal(bench.desired->topology.n_gateways, 0);
	assert_int_equal(desired_peer(bench.desired, 1)->reads->n_items, 3);
	assert_int_equal(desired_peer(bench.desired, 6)->reads->n_items, 2);
	pool_free(bench.pool);
}

static void gateways_of_which_sites_have_not_the_same_number_are_lists(void **state)
{
	/* Two of 1, 2, 3, and one of 4, 5, 6. */
	static const char *const rows[] = {"1234", "1234", "123", "12456", "456", "456"};
	Bench bench = bench_new();

	(void)state;
	rows_add(&bench, rows, 6);
	merge(&bench);
	assert_int_equal(bench.desired->topology.n_gateways, 0);
	assert_int_equal(desired_peer(bench.desired, 5)->reads->n_items, 2);
	pool_free(bench.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mesh_says_of_nobody_whom_he_reads),
		cmocka_unit_test(a_chain_says_whom_each_reads_that_does_not_read_all),
		cmocka_unit_test(what_a_consumer_leaves_out_no_provider_does),
		cmocka_unit_test(where_consumers_alone_read_their_parts_are_their_own),
		cmocka_unit_test(a_keyword_stands_where_it_says_least_often),
		cmocka_unit_test(another_spelling_is_no_other_value),
		cmocka_unit_test(an_odd_link_is_said_of_no_level),
		cmocka_unit_test(where_a_password_lies_is_compared_and_not_told),
		cmocka_unit_test(an_id_at_two_urls_and_a_url_with_two_ids_disagree),
		cmocka_unit_test(names_are_put_together_and_no_two_peers_share_one),
		cmocka_unit_test(rids_that_no_offset_can_say_disagree),
		cmocka_unit_test(rids_of_all_nodes_are_kept_whatever_each_file_calls_them_by),
		cmocka_unit_test(a_peer_without_a_file_and_a_file_without_a_peer_are_told),
		cmocka_unit_test(a_database_that_the_peer_read_lacks_is_told),
		cmocka_unit_test(a_consumer_that_somebody_reads_is_told),
		cmocka_unit_test(a_hub_is_one_by_its_own_file_and_read_by_consumers),
		cmocka_unit_test(a_provider_that_reads_a_hub_is_told),
		cmocka_unit_test(no_session_log_is_said_where_there_is_a_hub),
		cmocka_unit_test(of_rights_and_overlay_a_hub_knows_as_a_provider_does),
		cmocka_unit_test(what_some_have_beside_links_is_left_to_each),
		cmocka_unit_test(limits_of_an_account_that_its_provider_did_not_know_are_not_known),
		cmocka_unit_test(a_list_of_whom_one_reads_is_for_all_databases),
		cmocka_unit_test(what_together_would_be_in_parts_is_no_document),
		cmocka_unit_test(sites_that_gateways_connect_are_recognised),
		cmocka_unit_test(gateways_that_are_not_the_first_of_their_site_are_lists),
		cmocka_unit_test(gateways_of_which_sites_have_not_the_same_number_are_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
