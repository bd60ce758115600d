/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "common/base/sha256.h"
#include "tests/lib/desired_same.h"

#define BIND "\"binddn\":\"cn=r,dc=x\",\"credentials\":{\"file\":\"/s\"}"
#define PEERS \
	"{\"id\":1,\"uri\":\"ldap://a.example.com\"},{\"id\":2,\"uri\":\"ldap://b.example.com\"}"

static const char small[] = "{\"format\":1,\"peers\":[" PEERS "],\"databases\":[{\"suffix\":"
			    "\"dc=x\",\"syncrepl\":{" BIND "}}]}";

static const char levels[] =
	"{\"format\":1,\"peers\":["
	"{\"id\":1,\"uri\":\"ldap://a\",\"rid\":11,"
	"\"syncrepl\":{\"timeout\":10,\"strictrefresh\":false,\"starttls\":null}},"
	"{\"id\":2,\"uri\":\"ldap://b\","
	"\"as_consumer\":{\"timeout\":20,\"tcp-user-timeout\":null,\"retry\":null,"
	"\"credentials\":{\"credential\":\"own\"}}},"
	"{\"id\":3,\"uri\":\"ldaps://c:1636\"}],"
	"\"databases\":[{\"suffix\":\"dc=x\",\"rid_offset\":100,\"syncrepl\":{" BIND ","
	"\"timeout\":5,\"retry\":\"5 +\",\"strictrefresh\":true,\"tcp-user-timeout\":7,"
	"\"starttls\":\"yes\"}}]}";

static const Desired *parse(Pool *pool, const char *text)
{
	const Desired *desired = NULL;
	Error err = {0};

	if (desired_parse(pool, "f", text, strlen(text), &desired, &err) < 0)
		fail_msg("%s", err.text);
	return desired;
}

static void a_small_file_gets_every_default(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = parse(pool, small);
	const DesiredDatabase *database = &desired->databases[0];

	(void)state;
	assert_int_equal(desired->policy.mode, POLICY_AUDIT);
	assert_int_equal(desired->server_id, SERVER_ID_AUTO);
	assert_int_equal(desired->policy.max_removals, 1);
	assert_true(desired->policy.prune);
	assert_false(desired->has_revision);
	assert_false(desired->has_literal_secret);
	assert_true(database->syncprov.is_managed);
	assert_string_equal(database->syncprov.checkpoint, "100 10");
	assert_null(database->syncprov.sessionlog);
	assert_false(database->syncprov.removes_sessionlog);
	assert_true(database->manages_index);
	assert_true(database->manages_limits);
	assert_false(database->manages_access);
	assert_int_equal(database->n_peer_ids, 2);
	assert_true(desired_database_has_peer(database, 2));
	assert_false(desired_database_has_peer(database, 3));
	assert_int_equal(desired->peers[1].place.column, 60);
}

static void a_link_has_our_defaults_its_rid_and_its_provider(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = parse(pool, small);
	SyncreplSettings link =
		desired_link(pool, &desired->databases[0], &desired->peers[1], &desired->peers[0]);

	(void)state;
	assert_string_equal(link.value[SYNCREPL_RID], "002");
	assert_string_equal(link.value[SYNCREPL_PROVIDER], "ldap://b.example.com");
	assert_string_equal(link.value[SYNCREPL_SEARCHBASE], "dc=x");
	assert_string_equal(link.value[SYNCREPL_TYPE], "refreshAndPersist");
	assert_string_equal(link.value[SYNCREPL_RETRY], "60 +");
	assert_string_equal(link.value[SYNCREPL_BINDMETHOD], "simple");
	assert_string_equal(link.value[SYNCREPL_TIMEOUT], "3");
	assert_string_equal(link.value[SYNCREPL_NETWORK_TIMEOUT], "5");
	assert_string_equal(link.value[SYNCREPL_BINDDN], "cn=r,dc=x");
	assert_null(link.value[SYNCREPL_KEEPALIVE]);
	assert_int_equal(link.credentials.kind, CREDENTIALS_FILE);
	assert_string_equal(link.credentials.name, "/s");
}

static void the_later_level_wins_and_may_leave_a_keyword_out(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = parse(pool, levels);
	const DesiredDatabase *database = &desired->databases[0];
	const Peer *peers = desired->peers;
	SyncreplSettings one_two = desired_link(pool, database, &peers[0], &peers[1]);
	SyncreplSettings one_three = desired_link(pool, database, &peers[0], &peers[2]);
	SyncreplSettings three_one = desired_link(pool, database, &peers[2], &peers[0]);

	(void)state;
	assert_string_equal(one_two.value[SYNCREPL_RID], "111");
	assert_string_equal(one_two.value[SYNCREPL_TIMEOUT], "20");
	assert_string_equal(one_three.value[SYNCREPL_TIMEOUT], "10");
	assert_string_equal(three_one.value[SYNCREPL_TIMEOUT], "5");
	assert_null(one_two.value[SYNCREPL_STRICTREFRESH]);
	assert_string_equal(three_one.value[SYNCREPL_STRICTREFRESH], "");
	assert_null(one_two.value[SYNCREPL_TCP_USER_TIMEOUT]);
	assert_string_equal(one_three.value[SYNCREPL_TCP_USER_TIMEOUT], "7");
	assert_null(one_two.value[SYNCREPL_STARTTLS]);
	assert_string_equal(three_one.value[SYNCREPL_STARTTLS], "yes");
	assert_string_equal(one_two.value[SYNCREPL_RETRY], "60 +");
	assert_string_equal(one_three.value[SYNCREPL_RETRY], "5 +");
	assert_int_equal(one_two.credentials.kind, CREDENTIALS_CREDENTIAL);
	assert_int_equal(three_one.credentials.kind, CREDENTIALS_FILE);
	assert_int_equal(desired_rid(database, &peers[2]), 103);
	assert_ptr_equal(desired_peer(desired, 3), &peers[2]);
	assert_null(desired_peer(desired, 4));
}

static void a_link_is_read_all_the_time_or_at_an_interval(void **state)
{
	static const char text[] =
		"{\"format\":1,\"peers\":[{\"id\":1,\"uri\":\"ldap://a\"},"
		"{\"id\":2,\"uri\":\"ldap://b\",\"as_consumer\":{\"type\":\"refreshOnly\","
		"\"interval\":\"00:00:01:30\"}},{\"id\":3,\"uri\":\"ldap://c\","
		"\"as_consumer\":{\"type\":\"refreshOnly\"}}],\"databases\":[{\"suffix\":\"dc=x\","
		"\"syncrepl\":{" BIND "}}]}";
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = parse(pool, text);
	const DesiredDatabase *database = &desired->databases[0];
	const Peer *peers = desired->peers;

	(void)state;
	assert_int_equal(desired_interval_sec(database, &peers[1], &peers[0]), 0);
	assert_int_equal(desired_interval_sec(database, &peers[0], &peers[1]), 90);
	assert_int_equal(desired_interval_sec(database, &peers[0], &peers[2]), 86400);
}

static void what_is_shown_parses_to_the_same(void **state)
{
	static const char *const texts[] = {small, levels};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(Pool) *pool = pool_new();
		const Desired *desired = parse(pool, texts[i]);
		const char *shown = desired_print(pool, desired);
		const Desired *again = parse(pool, shown);

		assert_true(desired_same(desired, again));
		assert_string_equal(desired_print(pool, again), shown);
		assert_non_null(strstr(shown, "\"network-timeout\": 5"));
	}
}

/* The digest that 0.1.0 kept of a file with a password in it is of what it showed: what came later
 * is shown only where the file says it. */
static void what_the_file_does_not_say_of_links_is_not_shown(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *shown = desired_print(pool, parse(pool, small));

	(void)state;
	assert_null(strstr(shown, "\"role\""));
	assert_null(strstr(shown, "\"topology\""));
	assert_null(strstr(shown, "\"sites\""));
}

/* json-c prints an empty array in two lines before 0.17, in one since then. */
#define EMPTY_IN_ONE_LINE (17 << 8)

/* The digests are of what 0.1.0 printed of this text. */
static void what_0_1_0_printed_is_known(void **state)
{
	static const char text[] =
		"{\"format\": 1, \"revision\": 3, \"peers\": ["
		"{\"id\": 1, \"uri\": \"ldap://a.example.com\"}, "
		"{\"id\": 2, \"uri\": \"ldap://b.example.com\"}], "
		"\"databases\": [{\"suffix\": \"dc=example,dc=com\", \"syncrepl\": "
		"{\"binddn\": \"cn=r,dc=example,dc=com\", \"credentials\": \"canary\"}}]}";
	AUTO(Pool) *pool = pool_new();
	const char *shown = desired_print_former(pool, parse(pool, text));
	char sha256[SHA256_HEX_SIZE];

	(void)state;
	sha256_hex(shown, strlen(shown), sha256);
	assert_string_equal(
		sha256,
		json_c_version_num() < EMPTY_IN_ONE_LINE
			? "d049195e1e0f90979826e339f6c3fab2c9977744c7ad0b0b8e4c41a0c5fd5d07"
			: "22a349316ed2e550383e7f825068e786e78e927f6eb9d5c02fb0270aacaae8e9");
}

/* Nodes compare digests, and those of EL 8, 9 and 10 have three releases of json-c. */
static void what_a_digest_is_made_of_is_ours_alone(void **state)
{
	static const char text[] =
		"{ \"format\":1,\n\"comment\": \"a \\\"b\\\"\", \"peers\" : [ ],"
		"\"databases\":[{\"suffix\":\"dc=x\",\"index\":true,\"syncrepl\":"
		"{\"timeout\":3,\"credentials\":\"canary\"}},"
		"{\"syncrepl\":{\"credentials\":{\"file\":\"/k\"}},\"readers\":{}}]}";
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(desired_masked(pool, text, strlen(text)),
			    "{\"format\": \"1\", \"comment\": \"a \\\"b\\\"\", \"peers\": [], "
			    "\"databases\": [{\"suffix\": \"dc=x\", \"index\": true, \"syncrepl\": "
			    "{\"timeout\": \"3\", \"credentials\": \"********\"}}, "
			    "{\"syncrepl\": {\"credentials\": {\"file\": \"/k\"}}, "
			    "\"readers\": {}}]}\n");
	assert_null(desired_masked(pool, "{", 1));
}

static void a_literal_password_is_masked_and_the_mask_is_refused(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = parse(
		pool, "{\"format\":1,\"peers\":[" PEERS "],\"databases\":[{\"suffix\":\"dc=x\","
		      "\"syncrepl\":{\"binddn\":\"cn=r\",\"credentials\":\"sec ret\"}}]}");
	const char *shown = desired_print(pool, desired);
	Error err = {0};

	(void)state;
	assert_true(desired->has_literal_secret);
	assert_null(strstr(shown, "sec ret"));
	assert_non_null(strstr(shown, "\"credentials\": \"********\""));
	assert_int_equal(desired_parse(pool, "f", shown, strlen(shown), &desired, &err), -1);
	assert_non_null(strstr(err.text, "credentials must be"));
}

static void no_message_shows_what_stands_in_the_file(void **state)
{
	static const char *const texts[] = {
		"{\"format\":1,\"c4nary\":1}",
		"{\"format\":1,\"c4nary\":1,\"c4nary\":2}",
		"{\"format\":\"c4nary\"}",
		"{\"format\":1,\"peers\":\"c4nary\"}",
		"{\"format\":1,\"peers\":[{\"id\":1,\"uri\":\"c4nary\"}]}",
		"{\"format\":1,\"peers\":[{\"id\":1,\"names\":[\"c4nary \"]}]}",
		"{\"format\":1,\"databases\":[{\"suffix\":\"c4nary\"}]}",
		"{\"format\":1,\"databases\":[{\"syncrepl\":{\"credentials\":{\"c4nary\":1}}}]}",
		"{\"format\":1,\"databases\":[{\"syncrepl\":{\"credentials\":[\"c4nary\"]}}]}",
		"{\"format\":1,\"databases\":[{\"syncrepl\":{\"credentials\":\"c4nary\\\" x\"}}]}",
		"{\"format\":1,\"databases\":[{\"syncrepl\":{\"c4nary\":1}}]}",
		"{\"format\":1,\"databases\":[{\"syncrepl\":{\"timeout\":\"c4nary\"}}]}",
		"{\"format\":1,\"databases\":[{\"syncrepl\":{\"type\":\"c4nary\"}}]}",
		"{\"format\":1,\"server_id\":\"c4nary\"}",
		"{\"format\":1,\"policy\":{\"mode\":\"c4nary\"}}",
		"{\"format\":1 c4nary",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(Pool) *pool = pool_new();
		const Desired *desired;
		Error err = {0};

		assert_int_equal(
			desired_parse(pool, "f", texts[i], strlen(texts[i]), &desired, &err), -1);
		if (strstr(err.text, "c4nary"))
			fail_msg("%s", err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_file_gets_every_default),
		cmocka_unit_test(a_link_has_our_defaults_its_rid_and_its_provider),
		cmocka_unit_test(the_later_level_wins_and_may_leave_a_keyword_out),
		cmocka_unit_test(a_link_is_read_all_the_time_or_at_an_interval),
		cmocka_unit_test(what_is_shown_parses_to_the_same),
		cmocka_unit_test(what_the_file_does_not_say_of_links_is_not_shown),
		cmocka_unit_test(what_0_1_0_printed_is_known),
		cmocka_unit_test(what_a_digest_is_made_of_is_ours_alone),
		cmocka_unit_test(a_literal_password_is_masked_and_the_mask_is_refused),
		cmocka_unit_test(no_message_shows_what_stands_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
