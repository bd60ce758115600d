/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/adopt/adopt.h"
#include "common/base/macros.h"

#define DATABASE_DN "olcDatabase={1}mdb,cn=config"
#define BINDING     " bindmethod=simple binddn=cn=r,dc=x credentials=word searchbase=dc=x"

/* A server that a test describes, and what adopting it gave. */
typedef struct Bench {
	Pool *pool;
	Tree config;
	Machine machine;
	Live live;
	Adoption adoption;
	AdoptDocument document;
	Error err;
} Bench;

static Bench bench_new(const char *fqdn)
{
	return (Bench){.pool = pool_new(), .machine.fqdn = fqdn};
}

static void listener_add(Bench *bench, const char *url)
{
	POOL_PUSH(bench->pool, bench->machine.given.now, bench->machine.given.n_now, url);
}

static void value_add(Bench *bench, const char *dn, const char *name, const char *value)
{
	Entry *entry = NULL;

	for (size_t i = 0; i < bench->config.n_entries; i++)
		if (strcmp(bench->config.entries[i].dn, dn) == 0)
			entry = &bench->config.entries[i];
	if (!entry)
		entry = tree_add_entry(bench->pool, &bench->config, dn);
	entry_add_value(bench->pool, entry, name, value, strlen(value));
}

/* One that takes no clients' writes. */
static void copy_add(Bench *bench, const char *server_id)
{
	value_add(bench, "cn=config", "objectClass", "olcGlobal");
	if (server_id)
		value_add(bench, "cn=config", "olcServerID", server_id);
	value_add(bench, DATABASE_DN, "objectClass", "olcDatabaseConfig");
	value_add(bench, DATABASE_DN, "olcDatabase", "{1}mdb");
	value_add(bench, DATABASE_DN, "olcSuffix", "dc=x");
}

static void server_add(Bench *bench, const char *server_id)
{
	copy_add(bench, server_id);
	value_add(bench, DATABASE_DN, "olcMirrorMode", "TRUE");
}

static void syncprov_add(Bench *bench)
{
	static const char dn[] = "olcOverlay={0}syncprov," DATABASE_DN;

	value_add(bench, dn, "objectClass", "olcOverlayConfig");
	value_add(bench, dn, "objectClass", "olcSyncProvConfig");
	value_add(bench, dn, "olcOverlay", "{0}syncprov");
}

static void link_add(Bench *bench, const char *value)
{
	value_add(bench, DATABASE_DN, "olcSyncrepl", pool_printf(bench->pool, "%s" BINDING, value));
}

static int survey(Bench *bench)
{
	live_take_monitor(bench->pool, &(Tree){0}, &bench->machine.given, &bench->live);
	assert_int_equal(live_take_config(bench->pool, &bench->config, &bench->machine,
					  &bench->live, &bench->err),
			 0);
	return adopt_survey(bench->pool, &bench->live, bench->machine.fqdn, &bench->adoption,
			    &bench->err);
}

/* The document of a server whose peers have the ids 2, 3, ... */
static const Desired *adopt(Bench *bench)
{
	assert_int_equal(survey(bench), 0);
	for (size_t i = 1; i < bench->adoption.n_peers; i++)
		if (bench->adoption.peers[i].id == 0)
			assert_int_equal(adopt_set_id(&bench->adoption, i, (unsigned)i + 1,
						      "a test", &bench->err),
					 0);
	adopt_settle_id(&bench->adoption);
	adopt_document(&bench->adoption, "/secrets", &bench->document);
	return &bench->document.desired;
}

static bool has_note(const Bench *bench, const char *part)
{
	for (size_t i = 0; i < bench->adoption.n_notes; i++)
		if (strstr(bench->adoption.notes[i], part))
			return true;
	return false;
}

static const char *own_uri(const char *const *listeners, size_t n_listeners, const char *peer)
{
	static char uri[256];
	Bench bench = bench_new("ldap1.example.com");

	for (size_t i = 0; i < n_listeners; i++)
		listener_add(&bench, listeners[i]);
	server_add(&bench, "1");
	link_add(&bench, pool_printf(bench.pool, "rid=2 provider=%s", peer));
	assert_int_equal(survey(&bench), 0);
	strcpy(uri, bench.adoption.peers[0].uri);
	pool_free(bench.pool);
	return uri;
}

#define OWN_URI(peer, ...)                                                                       \
	own_uri((const char *const[]){__VA_ARGS__}, ARRAY_SIZE(((const char *[]){__VA_ARGS__})), \
		peer)

static void own_uri_is_a_listener_that_others_can_reach(void **state)
{
	const char *plain = "ldap://b", *tls = "ldaps://b";

	(void)state;
	assert_string_equal(OWN_URI(plain, "ldapi:///", "ldap://10.0.0.1"), "ldap://10.0.0.1");
	assert_string_equal(OWN_URI(plain, "ldap:///"), "ldap://ldap1.example.com");
	assert_string_equal(OWN_URI(plain, "ldap://:1389/"), "ldap://ldap1.example.com:1389");
	assert_string_equal(OWN_URI(plain, "ldap://0.0.0.0"), "ldap://ldap1.example.com");
	assert_string_equal(OWN_URI(plain, "ldap://127.0.0.1", "ldap:///"),
			    "ldap://ldap1.example.com");
	assert_string_equal(OWN_URI(plain, "ldap://127.0.0.1"), "ldap://127.0.0.1");
	assert_string_equal(OWN_URI(tls, "ldap:///", "ldaps:///"), "ldaps://ldap1.example.com");
	assert_string_equal(OWN_URI(plain, "ldapi:///"), "ldap://ldap1.example.com");
}

static void own_id_is_the_one_that_slapd_would_use(void **state)
{
	Bench bench = bench_new("a");

	(void)state;
	listener_add(&bench, "ldap://a:1389");
	server_add(&bench, "7 ldap://a:1389");
	value_add(&bench, "cn=config", "olcServerID", "0x1f ldap://B:389/");
	link_add(&bench, "rid=2 provider=ldap://b");
	assert_int_equal(survey(&bench), 0);
	assert_int_equal(bench.adoption.peers[0].id, 7);
	assert_string_equal(bench.adoption.peers[0].uri, "ldap://a:1389");
	assert_int_equal(bench.adoption.peers[1].id, 31);
	pool_free(bench.pool);
}

static void a_list_in_which_slapd_does_not_find_itself_is_not_adopted(void **state)
{
	Bench bench = bench_new("a");

	(void)state;
	listener_add(&bench, "ldap://10.0.0.1");
	server_add(&bench, "7 ldap://c");
	link_add(&bench, "rid=2 provider=ldap://b");
	assert_int_equal(survey(&bench), -1);
	assert_non_null(strstr(bench.err.text, "no serverID / URL match found"));
	pool_free(bench.pool);
}

static void without_listeners_the_host_name_tells_which_value_is_ours(void **state)
{
	Bench bench = bench_new("a.example.com");
	const Desired *desired;

	(void)state;
	server_add(&bench, "1 ldap://b.example.com");
	value_add(&bench, "cn=config", "olcServerID", "4 ldap://A.example.com");
	link_add(&bench, "rid=4 provider=ldap://a.example.com");
	link_add(&bench, "rid=1 provider=ldap://b.example.com");
	desired = adopt(&bench);
	assert_int_equal(desired->n_peers, 2);
	assert_int_equal(bench.adoption.peers[0].id, 4);
	assert_int_equal(bench.adoption.peers[1].id, 1);
	pool_free(bench.pool);
}

static void a_value_for_ourselves_that_slapd_does_not_recognise_is_refused(void **state)
{
	Bench bench = bench_new("a");

	(void)state;
	listener_add(&bench, "ldap://10.0.0.1");
	server_add(&bench, "1");
	link_add(&bench, "rid=1 provider=ldap://a");
	assert_int_equal(survey(&bench), 0);
	assert_int_equal(adopt_set_id(&bench.adoption, 1, 1, "a test", &bench.err), -1);
	assert_non_null(strstr(bench.err.text, "slapd replicates from itself"));
	/* slapd stops another consumer when one value is deleted. */
	assert_non_null(strstr(bench.err.text, "start slapd with -h that contains ldap://a, or "
					       "replace olcSyncrepl as a whole"));
	pool_free(bench.pool);
}

static void ids_that_contradict_each_other_are_refused(void **state)
{
	Bench bench = bench_new("a");

	(void)state;
	listener_add(&bench, "ldap://a");
	server_add(&bench, "1 ldap://a");
	value_add(&bench, "cn=config", "olcServerID", "2 ldap://b");
	link_add(&bench, "rid=2 provider=ldap://b");
	link_add(&bench, "rid=3 provider=ldap://c");
	assert_int_equal(survey(&bench), 0);
	assert_int_equal(adopt_find_peer(&bench.adoption, "LDAP://B:389/"), 1);
	assert_int_equal(adopt_set_id(&bench.adoption, 1, 2, "a test", &bench.err), 0);
	assert_int_equal(adopt_set_id(&bench.adoption, 1, 5, "a test", &bench.err), -1);
	assert_non_null(strstr(bench.err.text, "server ID 2 according to olcServerID here"));
	assert_int_equal(adopt_set_id(&bench.adoption, 2, 2, "a test", &bench.err), -1);
	assert_non_null(strstr(bench.err.text, "have the same server ID 2"));
	pool_free(bench.pool);
}

static void a_rid_that_two_values_have_is_told_and_made_unique(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	server_add(&bench, "1");
	link_add(&bench, "rid=9 provider=ldap://b");
	link_add(&bench, "rid=9 provider=ldap://c");
	desired = adopt(&bench);
	assert_int_equal(desired->databases[0].rid_offset, 0);
	assert_int_equal(desired->peers[1].rid, 9);
	assert_int_equal(desired->peers[2].rid, -1); /* its id, 3 */
	assert_true(has_note(&bench, "rid 009 for ldap://c"));
	pool_free(bench.pool);
}

static void the_database_is_read_as_the_link_that_is_most_like_the_others(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	server_add(&bench, "1");
	link_add(&bench, "rid=2 timeout=1 provider=ldap://b");
	link_add(&bench, "rid=3 timeout=5 keepalive=1:2:3 provider=ldap://c");
	link_add(&bench, "rid=4 timeout=5 keepalive=1:2:3 provider=ldap://d");
	desired = adopt(&bench);
	assert_string_equal(desired->databases[0].syncrepl.value[SYNCREPL_TIMEOUT], "5");
	assert_string_equal(desired->peers[1].syncrepl->value[SYNCREPL_TIMEOUT], "1");
	assert_true(desired->peers[1].syncrepl->left_out[SYNCREPL_KEEPALIVE]);
	assert_null(desired->peers[2].syncrepl->value[SYNCREPL_TIMEOUT]);
	assert_false(desired->peers[2].syncrepl->left_out[SYNCREPL_KEEPALIVE]);
	pool_free(bench.pool);
}

static void links_that_differ_only_in_spelling_need_no_setting_of_their_own(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	server_add(&bench, "1");
	link_add(&bench, "rid=2 timeout=0x5 retry=\"5,+\" provider=ldap://b");
	link_add(&bench, "rid=3 timeout=5 retry=\"5 +\" starttls=NO provider=ldap://c");
	desired = adopt(&bench);
	for (size_t i = 0; i < desired->n_peers; i++)
		for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++) {
			assert_null(desired->peers[i].syncrepl->value[k]);
			assert_false(desired->peers[i].syncrepl->left_out[k]);
		}
	assert_int_equal(bench.document.n_secrets, 1);
	pool_free(bench.pool);
}

static void starttls_is_not_asked_of_a_node_whose_own_uri_brings_tls(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldaps://a");
	server_add(&bench, "1 ldaps://a");
	link_add(&bench, "rid=2 starttls=critical provider=ldap://b");
	desired = adopt(&bench);
	assert_string_equal(desired->peers[0].uri, "ldaps://a");
	assert_string_equal(desired->peers[0].syncrepl->value[SYNCREPL_STARTTLS], "no");
	pool_free(bench.pool);
}

/* --- a node that only reads --- */

static void a_copy_without_the_flag_is_a_consumer_of_what_it_reads(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;
	const Peer *self;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	link_add(&bench, "rid=2 provider=ldap://b");
	link_add(&bench, "rid=3 provider=ldap://c");
	desired = adopt(&bench);
	self = desired_peer(desired, desired->adopted_from);
	assert_int_equal(self->role, PEER_CONSUMER);
	assert_in_range(self->id, 4096, 65535);
	assert_int_equal(self->reads->n_items, 2);
	assert_int_equal(desired_peer(desired, 2)->role, PEER_PROVIDER);
	assert_false(desired->databases[0].manages_limits);
	assert_false(desired->databases[0].syncprov.is_managed);
	assert_true(has_note(&bench, "a consumer has no server ID"));
	pool_free(bench.pool);
}

static void a_consumer_keeps_a_server_id_that_nobody_else_has_as_its_id(void **state)
{
	Bench bench = bench_new("a");

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, "7");
	link_add(&bench, "rid=2 provider=ldap://b");
	assert_int_equal(adopt(&bench)->adopted_from, 7);
	pool_free(bench.pool);
	bench = bench_new("a");
	listener_add(&bench, "ldap://a");
	copy_add(&bench, "2"); /* as its provider's: a configuration that was copied */
	link_add(&bench, "rid=2 provider=ldap://b");
	assert_in_range(adopt(&bench)->adopted_from, 4096, 65535);
	pool_free(bench.pool);
}

static void what_a_consumer_leaves_out_is_not_how_its_providers_are_read(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;
	const Peer *self;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	link_add(&bench, "rid=2 filter=(cn=a) exattrs=sn timeout=4 provider=ldap://b");
	link_add(&bench, "rid=3 filter=(cn=a) exattrs=sn timeout=4 provider=ldap://c");
	link_add(&bench, "rid=4 exattrs=sn provider=ldap://d");
	desired = adopt(&bench);
	self = desired_peer(desired, desired->adopted_from);
	assert_string_equal(self->as_consumer->value[SYNCREPL_FILTER], "(cn=a)");
	assert_string_equal(self->as_consumer->value[SYNCREPL_EXATTRS], "sn");
	assert_null(self->as_consumer->value[SYNCREPL_TIMEOUT]);
	assert_null(desired->databases[0].syncrepl.value[SYNCREPL_FILTER]);
	assert_string_equal(desired->databases[0].syncrepl.value[SYNCREPL_TIMEOUT], "4");
	/* One that reads another part is none that it can say. */
	assert_int_equal(self->reads->n_items, 2);
	assert_string_equal(desired->policy.keep[0], "ldap://d");
	pool_free(bench.pool);
}

static void a_copy_that_others_may_read_is_a_hub_with_what_they_need(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;
	const Peer *self;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	syncprov_add(&bench);
	link_add(&bench, "rid=2 provider=ldap://b");
	link_add(&bench, "rid=3 provider=ldap://c");
	value_add(&bench, DATABASE_DN, "olcLimits",
		  "dn.exact=\"cn=r,dc=x\" time=unlimited size=unlimited");
	desired = adopt(&bench);
	self = desired_peer(desired, desired->adopted_from);
	assert_true(self->is_hub);
	assert_int_equal(self->role, PEER_CONSUMER);
	assert_int_equal(self->reads->n_items, 2);
	/* One by which others can call it, as an id and as a rid. */
	assert_in_range(self->id, 3001, 4095);
	assert_int_equal(self->rid, 1);
	assert_true(desired->databases[0].syncprov.is_managed);
	assert_true(desired->databases[0].manages_limits);
	assert_true(has_note(&bench, "it is taken for a hub"));
	assert_true(has_note(&bench, "from 1 to 4095"));
	pool_free(bench.pool);
}

static void what_a_hub_leaves_out_is_told_as_on_a_provider(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	syncprov_add(&bench);
	link_add(&bench, "rid=2 filter=(cn=a) provider=ldap://b");
	desired = adopt(&bench);
	assert_true(desired_peer(desired, desired->adopted_from)->is_hub);
	assert_true(has_note(&bench, "on a hub the other nodes lose what it leaves out (G13)"));
	pool_free(bench.pool);
}

static void a_session_log_of_a_hub_is_told_and_not_written_down(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	syncprov_add(&bench);
	value_add(&bench, "olcOverlay={0}syncprov," DATABASE_DN, "olcSpSessionlog", "100");
	link_add(&bench, "rid=2 provider=ldap://b");
	desired = adopt(&bench);
	assert_null(desired->databases[0].syncprov.sessionlog);
	assert_false(desired->databases[0].syncprov.removes_sessionlog);
	assert_true(has_note(&bench, "nodes behind a hub lose changes"));
	pool_free(bench.pool);
}

static void a_database_that_is_left_out_is_so_for_a_keyword_that_is_named(void **state)
{
	static const struct {
		const char *value, *reason;
	} cases[] = {
		{"rid=2 provider=ldap://b bindmethod=simple searchbase=dc=x",
		 "reads it from another server: of {0}, it binds as nobody"},
		{"rid=2 provider=ldap://b logbase=cn=log searchbase=dc=x bindmethod=sasl",
		 "reads it from another server: of {0}, it names no saslmech"},
		{"rid=2 provider=ldap://b searchbase=dc=x bindmethod=simple binddn=cn=r",
		 "reads it from another server: of {0}, it has no credentials"},
		{"rid=2 provider=ldap://b" BINDING " timeout=99999999999",
		 "reads it from another server: {0} is not understood (timeout must be"},
		{"rid=2 provider=ldap://b searchbase=ou=p,dc=x bindmethod=simple",
		 "reads it from another server: of {0}, it does not read the whole database"},
		{"rid=2 provider=ldap://b searchbase=dc=x bindmethod=simple nonsense=1",
		 "reads it from another server: {0} is not understood ("},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Bench bench = bench_new("a");

		listener_add(&bench, "ldap://a");
		server_add(&bench, "1");
		value_add(&bench, DATABASE_DN, "olcSyncrepl", cases[i].value);
		(void)survey(&bench);
		assert_true(has_note(&bench, cases[i].reason));
		pool_free(bench.pool);
	}
}

static void a_provider_of_one_database_is_no_consumer_of_another(void **state)
{
	static const char other[] = "olcDatabase={2}mdb,cn=config";
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	server_add(&bench, "1");
	link_add(&bench, "rid=2 provider=ldap://b");
	value_add(&bench, other, "objectClass", "olcDatabaseConfig");
	value_add(&bench, other, "olcDatabase", "{2}mdb");
	value_add(&bench, other, "olcSuffix", "o=y");
	value_add(&bench, other, "olcSyncrepl",
		  "rid=3 provider=ldap://b bindmethod=simple binddn=cn=r credentials=word "
		  "searchbase=o=y");
	desired = adopt(&bench);
	assert_int_equal(desired->n_databases, 1);
	assert_int_equal(desired_peer(desired, 1)->role, PEER_PROVIDER);
	assert_null(desired_peer(desired, 1)->reads);
	assert_true(has_note(&bench, "a peer has one role for all"));
	pool_free(bench.pool);
}

static void clients_are_referred_where_all_that_is_read_is_named(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	link_add(&bench, "rid=2 provider=ldap://b");
	value_add(&bench, DATABASE_DN, "olcUpdateRef", "ldap://B:389/");
	desired = adopt(&bench);
	assert_true(desired_peer(desired, desired->adopted_from)->refers_updates);
	pool_free(bench.pool);
	bench = bench_new("a");
	listener_add(&bench, "ldap://a");
	copy_add(&bench, NULL);
	link_add(&bench, "rid=2 provider=ldap://b");
	link_add(&bench, "rid=3 provider=ldap://c");
	value_add(&bench, DATABASE_DN, "olcUpdateRef", "ldap://b");
	desired = adopt(&bench);
	assert_false(desired_peer(desired, desired->adopted_from)->refers_updates);
	assert_true(has_note(&bench, "it stays as it is"));
	pool_free(bench.pool);
}

static void a_provider_that_reads_from_nobody_is_adopted_for_its_consumers(void **state)
{
	Bench bench = bench_new("a");
	const Desired *desired;

	(void)state;
	listener_add(&bench, "ldap://a");
	copy_add(&bench, "1");
	syncprov_add(&bench);
	desired = adopt(&bench);
	assert_int_equal(desired->n_peers, 1);
	assert_int_equal(desired->databases[0].n_peer_ids, 1);
	assert_true(desired->databases[0].syncprov.is_managed);
	assert_false(desired->databases[0].manages_limits);
	pool_free(bench.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_uri_is_a_listener_that_others_can_reach),
		cmocka_unit_test(own_id_is_the_one_that_slapd_would_use),
		cmocka_unit_test(a_list_in_which_slapd_does_not_find_itself_is_not_adopted),
		cmocka_unit_test(without_listeners_the_host_name_tells_which_value_is_ours),
		cmocka_unit_test(a_value_for_ourselves_that_slapd_does_not_recognise_is_refused),
		cmocka_unit_test(ids_that_contradict_each_other_are_refused),
		cmocka_unit_test(a_rid_that_two_values_have_is_told_and_made_unique),
		cmocka_unit_test(the_database_is_read_as_the_link_that_is_most_like_the_others),
		cmocka_unit_test(links_that_differ_only_in_spelling_need_no_setting_of_their_own),
		cmocka_unit_test(starttls_is_not_asked_of_a_node_whose_own_uri_brings_tls),
		cmocka_unit_test(a_copy_without_the_flag_is_a_consumer_of_what_it_reads),
		cmocka_unit_test(a_consumer_keeps_a_server_id_that_nobody_else_has_as_its_id),
		cmocka_unit_test(what_a_consumer_leaves_out_is_not_how_its_providers_are_read),
		cmocka_unit_test(a_copy_that_others_may_read_is_a_hub_with_what_they_need),
		cmocka_unit_test(what_a_hub_leaves_out_is_told_as_on_a_provider),
		cmocka_unit_test(a_session_log_of_a_hub_is_told_and_not_written_down),
		cmocka_unit_test(a_database_that_is_left_out_is_so_for_a_keyword_that_is_named),
		cmocka_unit_test(a_provider_of_one_database_is_no_consumer_of_another),
		cmocka_unit_test(clients_are_referred_where_all_that_is_read_is_named),
		cmocka_unit_test(a_provider_that_reads_from_nobody_is_adopted_for_its_consumers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
