/* SPDX-License-Identifier: Apache-2.0 */
/* Consumers that surely hold an older state of their TLS files, by times alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/timestamp.h"
#include "common/decide/decide.h"
#include "common/draft/old_tls.h"
#include "common/link/link_probes.h"
#include "common/probe/probe.h"

#define SUFFIX   "dc=x"
#define DATABASE "olcDatabase={1}mdb,cn=config"
#define MONITOR  "cn=Database 1,cn=Databases,cn=Monitor"
#define CERT     "/tls/cert.pem"
#define CA       "/tls/ca.pem"

/* Node 1 reads peer 2. Times are hours of one day. */
typedef struct Scene {
	Pool *pool;
	const char *uri;
	const char *keywords;  /* in the olcSyncrepl value, besides what every one has */
	const char *global;    /* olcTLSCertificateFile of cn=config; NULL: none */
	const char *started;   /* slapd; NULL: it does not tell */
	const char *entry;     /* was last written */
	const char *connected; /* the consumer, last; NULL: cn=monitor has no consumers */
	TlsFileTime files[2];
	ConsumerAge age; /* known before, where suffix is set */
	PlanOptions options;
	const char *connection; /* of the consumer */
	bool has_foreign;       /* one more provider, to be removed */
	LinkProbe answer;       /* of its peer, where suffix is set */
	Plan plan;
} Scene;

#define HOUR(text) "20260701" text "0000Z"

static int64_t hour(const char *text)
{
	const int64_t sec = timestamp_of_generalized(text);

	assert_true(sec > 0);
	return sec;
}

static int scene_make(void **state)
{
	static Scene scene;

	scene = (Scene){
		.pool = pool_new(),
		.uri = "ldaps://two",
		.keywords = "tls_cert=" CERT " tls_key=" CERT " tls_cacert=" CA,
		.started = HOUR("01"),
		.entry = HOUR("02"),
		.connected = HOUR("03"),
		.connection = "IP=127.0.0.1:1",
		.options = {.sha256 = "", .multi_provider_attribute = "olcMirrorMode"},
		.files = {{.path = CERT, .written_sec = hour(HOUR("00")), .is_settled = true},
			  {.path = CA, .written_sec = hour(HOUR("00")), .is_settled = true}},
	};
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

static Entry *entry_new(Tree *tree, const char *dn)
{
	Entry *entry = &tree->entries[tree->n_entries++];

	entry->dn = dn;
	return entry;
}

static void value_add(Scene *scene, Entry *entry, const char *name, const char *value)
{
	if (value)
		entry_add_value(scene->pool, entry, name, value, strlen(value));
}

static Tree tree_new(Scene *scene)
{
	return (Tree){.entries = pool_alloc(scene->pool, 4 * sizeof(Entry))};
}

static Tree monitor_make(Scene *scene)
{
	Tree tree = tree_new(scene);
	Entry *entry = entry_new(&tree, "cn=Start,cn=Time,cn=Monitor");

	value_add(scene, entry, "monitorTimestamp", scene->started);
	entry = entry_new(&tree, MONITOR);
	value_add(scene, entry, "namingContexts", SUFFIX);
	if (!scene->connected)
		return tree;
	entry = entry_new(&tree, "cn=Consumer 002," MONITOR);
	value_add(scene, entry, "olmSRProviderURIList", scene->uri);
	value_add(scene, entry, "olmSRConnection", scene->connection);
	value_add(scene, entry, "olmSRLastConnect", scene->connected);
	return tree;
}

static Tree config_make(Scene *scene)
{
	Tree tree = tree_new(scene);
	Entry *entry = entry_new(&tree, "cn=config");

	value_add(scene, entry, "objectClass", "olcGlobal");
	value_add(scene, entry, "olcTLSCertificateFile", scene->global);
	entry = entry_new(&tree, DATABASE);
	value_add(scene, entry, "objectClass", "olcDatabaseConfig");
	value_add(scene, entry, "olcDatabase", "{1}mdb");
	value_add(scene, entry, "olcSuffix", SUFFIX);
	value_add(scene, entry, "olcRootDN", "cn=admin," SUFFIX);
	value_add(scene, entry, "modifyTimestamp", scene->entry);
	value_add(scene, entry, "olcSyncrepl",
		  pool_printf(scene->pool,
			      "{0}rid=2 provider=%s searchbase=" SUFFIX
			      " type=refreshAndPersist retry=\"60 +\" bindmethod=simple "
			      "binddn=cn=r credentials=x timeout=3 network-timeout=5 %s",
			      scene->uri, scene->keywords));
	if (scene->has_foreign)
		value_add(scene, entry, "olcSyncrepl",
			  "{1}rid=9 provider=ldap://gone searchbase=" SUFFIX " timeout=3 "
			  "network-timeout=5");
	return tree;
}

static const Wanted *wanted_of(Scene *scene, const Desired **ret)
{
	const char *text = pool_printf(
		scene->pool,
		"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, {\"id\": 2, "
		"\"uri\": \"%s\"}], \"databases\": [{\"suffix\": \"" SUFFIX
		"\", \"syncrepl\": {\"binddn\": \"cn=r\", \"credentials\": \"x\", \"tls_cert\": \"" CERT
		"\", \"tls_key\": \"" CERT "\", \"tls_cacert\": \"" CA "\"}}]}",
		scene->uri);
	static const Secret secret = {.kind = CREDENTIALS_LITERAL, .name = "x", .text = "x"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	Wanted *wanted = pool_alloc(scene->pool, sizeof(*wanted));
	Error err;

	if (desired_parse(scene->pool, "f", text, strlen(text), ret, &err) < 0 ||
	    wanted_make(scene->pool, *ret, 0, &secrets, wanted, &err) < 0)
		fail_msg("%s", err.text);
	return wanted;
}

/* How many links have older files. */
static size_t n_old(Scene *scene)
{
	const LinkProbes probes = {.items = &scene->answer,
				   .n_items = scene->answer.suffix ? 1 : 0};
	const Facts facts = {
		.machine = {.fqdn = "one", .tls.files = scene->files, .tls.n_files = 2},
		.probes = &probes};
	KnownDatabase database = {.suffix = SUFFIX};
	const Known known = {.databases = &database,
			     .n_databases = 1,
			     .peers.ages = &scene->age,
			     .peers.n_ages = scene->age.suffix ? 1 : 0};
	const Tree monitor = monitor_make(scene), config = config_make(scene);
	PlanInput input = {.facts = &facts, .known = &known};
	Live live = {0};
	Error err;

	input.wanted = wanted_of(scene, &input.desired);
	input.options = scene->options;
	input.live = &live;
	live_take_monitor(scene->pool, &monitor, &facts.machine.given, &live);
	if (live_take_config(scene->pool, &config, &facts.machine, &live, &err) < 0)
		fail_msg("%s", err.text);
	plan_make(scene->pool, &input, &scene->plan);
	assert_int_equal(scene->plan.n_breaches, 0);
	return scene->plan.n_old_tls;
}

/* The file was written at that hour. */
static void write_file(Scene *scene, size_t file, const char *when)
{
	scene->files[file].written_sec = hour(when);
}

static const Finding *finding(const Scene *scene)
{
	for (size_t i = 0; i < scene->plan.n_findings; i++)
		if (strcmp(scene->plan.findings[i].code, OLD_TLS_CODE) == 0)
			return &scene->plan.findings[i];
	return NULL;
}

static void files_that_are_older_than_the_consumer_are_not_told(void **state)
{
	Scene *scene = *state;

	assert_int_equal(n_old(scene), 0);
	assert_null(finding(scene));
	write_file(scene, 0, HOUR("02"));
	assert_int_equal(n_old(scene), 0);
	scene->files[0].written_sec += OLD_TLS_SLACK_SEC;
	assert_int_equal(n_old(scene), 0);
	scene->files[0].written_sec += 1;
	assert_int_equal(n_old(scene), 1);
}

static void each_file_that_was_renewed_is_named_once(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	write_file(scene, 1, HOUR("06"));
	assert_int_equal(n_old(scene), 1);
	assert_true(old_tls_has(&scene->plan, scene->plan.old_tls[0].consumer));
	assert_string_equal(finding(scene)->suffix, SUFFIX);
	assert_int_equal(finding(scene)->severity, SEVERITY_WARNING);
	assert_non_null(strstr(finding(scene)->text,
			       CERT ", " CA " were written anew (2026-07-01T06:00:00Z) after slapd "
				    "read them for its consumer of ldaps://two, which goes on"));
}

static void a_file_that_is_gone_is_not_newer(void **state)
{
	Scene *scene = *state;

	scene->files[0].written_sec = scene->files[1].written_sec = -1;
	assert_int_equal(n_old(scene), 0);
}

static void a_link_without_tls_reads_no_file(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->uri = "ldap://two";
	assert_int_equal(n_old(scene), 0);
	scene->keywords = "starttls=critical tls_cert=" CERT;
	assert_int_equal(n_old(scene), 1);
}

static void what_a_link_does_not_name_it_takes_from_cn_config(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->keywords = "";
	assert_int_equal(n_old(scene), 0);
	scene->global = CERT;
	assert_int_equal(n_old(scene), 1);
	scene->keywords = "tls_cert=" CA;
	assert_int_equal(n_old(scene), 0);
}

static void a_start_of_slapd_reads_them_anew(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->started = HOUR("06");
	scene->connected = HOUR("07");
	assert_int_equal(n_old(scene), 0);
	scene->started = NULL;
	assert_int_equal(n_old(scene), 0);
}

static void an_entry_that_was_written_may_have_made_its_consumers(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->entry = HOUR("06");
	scene->connected = HOUR("06");
	assert_int_equal(n_old(scene), 0);
	scene->connected = NULL; /* OpenLDAP 2.4 */
	assert_int_equal(n_old(scene), 0);
	scene->entry = HOUR("02");
	assert_int_equal(n_old(scene), 1);
}

static void a_consumer_that_connected_before_its_entry_was_written_is_older(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->entry = HOUR("06");
	assert_int_equal(n_old(scene), 1);
	assert_int_equal(scene->plan.old_tls[0].age.made_sec, hour(HOUR("03")));
}

static void what_was_certain_once_stays_so_behind_other_writes(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->age = (ConsumerAge){.suffix = SUFFIX,
				   .peer_id = 2,
				   .made_sec = hour(HOUR("02")),
				   .entry_sec = hour(HOUR("02")),
				   .started_sec = hour(HOUR("01"))};
	scene->connected = HOUR("06");
	scene->entry = HOUR("07");
	assert_int_equal(n_old(scene), 1);
	assert_int_equal(scene->plan.old_tls[0].age.made_sec, hour(HOUR("02")));
	scene->age = scene->plan.old_tls[0].age;
	scene->connected = HOUR("08");
	assert_int_equal(n_old(scene), 1);
	/* Written and connected since: it may be another one. */
	scene->entry = HOUR("08");
	assert_int_equal(n_old(scene), 0);
}

static void what_was_certain_ends_with_slapd_and_for_another_peer(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->entry = scene->connected = HOUR("07");
	scene->age = (ConsumerAge){.suffix = SUFFIX,
				   .peer_id = 3,
				   .made_sec = hour(HOUR("02")),
				   .entry_sec = hour(HOUR("07")),
				   .started_sec = hour(HOUR("01"))};
	assert_int_equal(n_old(scene), 0);
	scene->age.peer_id = 2;
	assert_int_equal(n_old(scene), 1);
	scene->started = HOUR("06");
	assert_int_equal(n_old(scene), 0);
}

/* --- renewing --- */

static bool is_written_again(Scene *scene)
{
	size_t n = 0;

	assert_int_equal(n_old(scene), 1);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++)
			n += scene->plan.order.steps[i].mods[k].kind == MOD_REPLACE &&
			     strcmp(scene->plan.order.steps[i].mods[k].attribute, "olcSyncrepl") ==
				     0;
	assert_int_equal(n, scene->plan.order.n_sessions_dropped);
	return n > 0;
}

/* The guard of the one hold that is there; GUARD_COUNT: there is none. */
static Guard held_by(const Scene *scene)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_LINK ||
		    scene->plan.held.holds[i].guard == GUARD_PROBING)
			return scene->plan.held.holds[i].guard;
	return GUARD_COUNT;
}

static void renewed_make(Scene *scene)
{
	write_file(scene, 0, HOUR("05"));
	scene->options.renews_tls = true;
}

/* What the peer said to a probe that began at that moment; PROBE_CODE_COUNT: nothing against it. */
static void answer_make(Scene *scene, int64_t began_sec, ProbeCode fault)
{
	const WantedConsumer *consumer = scene->plan.old_tls[0].consumer;

	scene->answer = (LinkProbe){
		.suffix = SUFFIX,
		.peer_id = 2,
		.identity = link_identity(scene->pool, &consumer->syncrepl, consumer->secret),
		.began_sec = began_sec,
		.at_sec = hour(HOUR("09")),
		.probe = {.uri = scene->uri, .suffix = SUFFIX, .peer_id = 2},
	};
	scene->answer.probe.steps[PROBE_SUFFIX] = PROBE_GOOD;
	if (fault != PROBE_CODE_COUNT)
		probe_add_fault(scene->pool, &scene->answer.probe, fault, "a fault");
}

static void only_who_asks_for_it_gets_the_list_written_again(void **state)
{
	Scene *scene = *state;

	renewed_make(scene);
	scene->connection = "";
	assert_true(is_written_again(scene));
	scene->options.renews_tls = false;
	assert_false(is_written_again(scene));
	assert_non_null(strstr(finding(scene)->text, "\"renew_tls\": true"));
}

static void files_that_are_being_written_are_waited_for(void **state)
{
	Scene *scene = *state;

	renewed_make(scene);
	scene->connection = "";
	scene->files[1].is_settled = false;
	assert_false(is_written_again(scene));
	assert_non_null(finding(scene));
}

static void a_link_that_works_is_tried_first_with_the_files_as_they_are_now(void **state)
{
	Scene *scene = *state;

	renewed_make(scene);
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_PROBING);
	assert_null(scene->plan.unknown.links[0].answer);
	answer_make(scene, hour(HOUR("05")), PROBE_CODE_COUNT);
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_PROBING);
	assert_null(scene->plan.unknown.links[0].answer);
	answer_make(scene, hour(HOUR("05")) + 1, PROBE_CODE_COUNT);
	assert_true(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_COUNT);
}

static void what_the_peer_refuses_or_nobody_could_try_leaves_the_link_as_it_is(void **state)
{
	Scene *scene = *state;

	renewed_make(scene);
	assert_int_equal(n_old(scene), 1);
	answer_make(scene, hour(HOUR("06")), PROBE_CERTIFICATE_AUTHORITY);
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_LINK);
	assert_ptr_equal(scene->plan.unknown.links[0].answer, &scene->answer);
	answer_make(scene, hour(HOUR("06")), PROBE_TLS_FILES);
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_LINK);
	scene->options.consent.released = GUARD_BIT(GUARD_LINK);
	assert_true(is_written_again(scene));
}

static void a_list_that_is_written_anyway_is_written_once(void **state)
{
	Scene *scene = *state;

	renewed_make(scene);
	scene->connection = "";
	scene->keywords = "tls_cert=" CERT " filter=\"(cn=a)\"";
	assert_true(is_written_again(scene));
	for (size_t i = 0; i < scene->plan.n_changes; i++)
		assert_int_not_equal(scene->plan.changes[i].kind, CHANGE_CONSUMERS_RENEW);
}

/* A change of what is read, not of how the peer is reached. */
static void another_change_makes_consumers_anew_only_when_their_files_were_tried(void **state)
{
	Scene *scene = *state;

	write_file(scene, 0, HOUR("05"));
	scene->keywords = "tls_cert=" CERT " tls_key=" CERT " tls_cacert=" CA " scope=one";
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_PROBING);
	assert_int_equal(scene->plan.unknown.n_links, 1);
	answer_make(scene, hour(HOUR("06")), PROBE_CERTIFICATE_AUTHORITY);
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_LINK);
	answer_make(scene, hour(HOUR("06")), PROBE_CODE_COUNT);
	assert_true(is_written_again(scene));
	/* A peer that is away takes it no more surely than one that refuses it. */
	answer_make(scene, hour(HOUR("06")), PROBE_SILENT);
	assert_false(is_written_again(scene));
	assert_int_equal(held_by(scene), GUARD_LINK);
}

static void a_link_that_waits_for_a_probe_of_its_own_is_probed_once(void **state)
{
	Scene *scene = *state;

	renewed_make(scene);
	scene->has_foreign = true;
	scene->keywords = "tls_cert=" CERT " tls_key=" CERT;
	assert_false(is_written_again(scene));
	assert_int_equal(scene->plan.unknown.n_links, 1);
	for (size_t i = 0; i < scene->plan.n_changes; i++)
		if (scene->plan.changes[i].consumer.live)
			assert_int_equal(scene->plan.changes[i].hold.guard, GUARD_PROBING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(files_that_are_older_than_the_consumer_are_not_told),
		TEST(each_file_that_was_renewed_is_named_once),
		TEST(a_file_that_is_gone_is_not_newer),
		TEST(a_link_without_tls_reads_no_file),
		TEST(what_a_link_does_not_name_it_takes_from_cn_config),
		TEST(a_start_of_slapd_reads_them_anew),
		TEST(an_entry_that_was_written_may_have_made_its_consumers),
		TEST(a_consumer_that_connected_before_its_entry_was_written_is_older),
		TEST(what_was_certain_once_stays_so_behind_other_writes),
		TEST(what_was_certain_ends_with_slapd_and_for_another_peer),
		TEST(only_who_asks_for_it_gets_the_list_written_again),
		TEST(files_that_are_being_written_are_waited_for),
		TEST(a_link_that_works_is_tried_first_with_the_files_as_they_are_now),
		TEST(what_the_peer_refuses_or_nobody_could_try_leaves_the_link_as_it_is),
		TEST(a_list_that_is_written_anyway_is_written_once),
		TEST(another_change_makes_consumers_anew_only_when_their_files_were_tried),
		TEST(a_link_that_waits_for_a_probe_of_its_own_is_probed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
