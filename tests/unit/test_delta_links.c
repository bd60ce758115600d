/* SPDX-License-Identifier: Apache-2.0 */
/* Which links read a log of changes, and what is told of logs. */
#include "tests/unit/plan_scene.h"

#include "common/wanted/wanted_rhythm.h"

#define LOG      "syncdata=accesslog logbase=cn=log"
#define LOG_JSON "\"syncdata\": \"accesslog\", \"logbase\": \"cn=log\""
#define PLAIN    "type=refreshAndPersist"

static Entry *entry_make(Scene *scene, const char *dn, const char *class)
{
	Entry *entry = &scene->config.entries[scene->config.n_entries++];

	entry->dn = dn;
	value_add(scene, entry, "objectClass", class);
	return entry;
}

/* This node writes such a log itself. */
static Entry *own_log_make(Scene *scene, const char *log)
{
	Entry *writer = entry_make(scene, "olcOverlay={1}accesslog," DATABASE, "olcOverlayConfig");

	value_add(scene, writer, "olcOverlay", "{1}accesslog");
	value_add(scene, writer, "olcAccessLogDB", log);
	value_add(scene, writer, "olcAccessLogOps", "writes");
	return writer;
}

/* Two peers; peer 2 is read from its log by peers.json. */
static Scene *alone_make(void **state, const char *live)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, "
		      "{\"id\": 2, \"uri\": \"ldap://peer2\", \"syncrepl\": {" LOG_JSON "}}], "
		      "\"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": "
		      "\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}], "
		      "\"policy\": {\"mode\": \"enforce\"}}";
	provider_make(scene, "");
	if (live)
		consumer_add(scene, 0, "peer2", 2, pool_printf(scene->pool, "timeout=3 %s", live));
	return scene;
}

static Scene *delta_make(void **state, const char *live)
{
	Scene *scene = alone_make(state, live);

	own_log_make(scene, "cn=log");
	return scene;
}

/* Peer 2 is the first of those that are read. */
static void peer_answers(Scene *scene, LinkProbes *probes, unsigned peer, ProbeState log)
{
	const char *uri = pool_printf(scene->pool, "ldap://peer%u", peer);
	const WantedConsumer *consumer;
	LinkProbe probe = {.suffix = SUFFIX, .peer_id = peer};

	scene_read(scene);
	consumer = &scene->wanted.databases[0].consumers[peer - 2];
	probe.identity = link_identity(scene->pool, &consumer->syncrepl, consumer->secret);
	probe.probe = (Probe){.uri = uri, .suffix = SUFFIX, .has_suffix = true};
	probe.probe.steps[PROBE_SUFFIX] = PROBE_GOOD;
	probe.probe.steps[PROBE_LOG] = log;
	if (log == PROBE_BAD)
		probe_add_fault(scene->pool, &probe.probe, PROBE_NO_LOG, "no log");
	POOL_PUSH(scene->pool, probes->items, probes->n_items, probe);
	scene->facts.probes = probes;
	scene->plan = (Plan){0};
}

static void answer_make(Scene *scene, ProbeState log)
{
	peer_answers(scene, pool_alloc(scene->pool, sizeof(LinkProbes)), 2, log);
}

/* What is written of olcSyncrepl; "": nothing. */
static const char *written(Scene *scene)
{
	(void)plan_steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			if (mod->kind != MOD_DELETE && strcmp(mod->attribute, "olcSyncrepl") == 0)
				return mod->values[0];
		}
	return "";
}

static void a_new_link_reads_plainly_until_its_log_is_shown(void **state)
{
	Scene *scene = delta_make(state, NULL);

	assert_null(strstr(written(scene), "logbase"));
	assert_string_not_equal(written(scene), "");
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 1);
	assert_false(scene->plan.unknown.links[0].can_wait);
	answer_make(scene, PROBE_BAD);
	assert_null(strstr(written(scene), "logbase"));
	assert_true(finds(scene, "no-log", SEVERITY_WARNING));
	answer_make(scene, PROBE_UNKNOWN);
	assert_null(strstr(written(scene), "logbase"));
	assert_true(finds(scene, "log-not-known", SEVERITY_WARNING));
	answer_make(scene, PROBE_GOOD);
	assert_non_null(strstr(written(scene), "logbase"));
	assert_int_equal(scene->plan.unknown.n_links, 0);
}

/* Consumers of peers.json are asked where no provider has what is missing here. */
static void who_is_asked_beside_links_that_read_plainly_stays(void **state)
{
	Scene *scene = delta_make(state, NULL);
	const WantedDatabase *database;

	scene->text = "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, "
		      "{\"id\": 2, \"uri\": \"ldap://peer2\", \"syncrepl\": {" LOG_JSON "}}, "
		      "{\"id\": 3, \"uri\": \"ldap://peer3\", \"role\": \"consumer\"}], "
		      "\"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": "
		      "\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}], "
		      "\"policy\": {\"mode\": \"enforce\"}}";
	(void)written(scene);
	database = &scene->plan.wanted->databases[0];
	assert_int_equal(database->n_heirs, 1);
	assert_non_null(wanted_peer(database, 3));
}

static void a_plain_link_stays_until_the_log_is_shown(void **state)
{
	Scene *scene = delta_make(state, PLAIN);

	assert_string_equal(written(scene), "");
	answer_make(scene, PROBE_BAD);
	assert_string_equal(written(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
	answer_make(scene, PROBE_GOOD);
	assert_non_null(strstr(written(scene), "logbase"));
}

static void a_link_that_reads_its_log_stays_and_is_told(void **state)
{
	Scene *scene = delta_make(state, LOG);

	assert_string_equal(written(scene), "");
	assert_int_equal(scene->plan.unknown.n_links, 1);
	assert_true(scene->plan.unknown.links[0].can_wait);
	assert_false(finds(scene, "log-not-known", SEVERITY_NOTE));
	answer_make(scene, PROBE_BAD);
	assert_string_equal(written(scene), "");
	assert_true(finds(scene, "no-log", SEVERITY_CRITICAL));
	answer_make(scene, PROBE_UNKNOWN);
	assert_string_equal(written(scene), "");
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
}

/* Peer 2's link reads a log already, peer 3 has none yet. */
static Scene *beside_make(void **state, ProbeState of_2, ProbeState of_3)
{
	Scene *scene = delta_make(state, LOG);
	LinkProbes *probes = pool_alloc(scene->pool, sizeof(*probes));

	scene->text = "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, "
		      "{\"id\": 2, \"uri\": \"ldap://peer2\", \"syncrepl\": {" LOG_JSON "}}, "
		      "{\"id\": 3, \"uri\": \"ldap://peer3\", \"syncrepl\": {" LOG_JSON "}}], "
		      "\"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": "
		      "\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}], "
		      "\"policy\": {\"mode\": \"enforce\"}}";
	peer_answers(scene, probes, 2, of_2);
	peer_answers(scene, probes, 3, of_3);
	return scene;
}

static void a_new_link_reads_a_log_beside_one_whose_log_is_gone(void **state)
{
	Scene *scene = beside_make(state, PROBE_BAD, PROBE_GOOD);
	const char *link = written(scene);

	assert_non_null(strstr(link, "ldap://peer3"));
	assert_non_null(strstr(link, "logbase"));
}

static void a_link_that_reads_its_log_stays_beside_one_without(void **state)
{
	Scene *scene = beside_make(state, PROBE_GOOD, PROBE_BAD);
	const char *link = written(scene);
	const WantedConsumer *first;

	assert_non_null(strstr(link, "ldap://peer3"));
	assert_null(strstr(link, "logbase"));
	first = &scene->plan.wanted->databases[0].consumers[0];
	assert_non_null(first->syncrepl.value[SYNCREPL_LOGBASE]);
}

static void another_log_must_be_shown_as_well(void **state)
{
	Scene *scene = delta_make(state, "syncdata=accesslog logbase=cn=another");

	answer_make(scene, PROBE_BAD);
	(void)plan_steps(scene);
	assert_true(finds(scene, "no-log", SEVERITY_WARNING));
}

static void what_was_seen_to_work_is_written_again(void **state)
{
	Scene *scene = delta_make(state, NULL);
	static KnownLink link = {.suffix = SUFFIX, .peer_id = 2};

	answer_make(scene, PROBE_GOOD);
	link.identity = scene->facts.probes->items[0].identity;
	scene->facts.probes = NULL;
	scene->known.peers.links = (KnownLinks){&link, 1};
	assert_non_null(strstr(written(scene), "logbase"));
	answer_make(scene, PROBE_BAD); /* but not where the peer says that it has none */
	assert_null(strstr(written(scene), "logbase"));
}

/* --- the log that others read here --- */

static size_t n_pieces(Scene *scene)
{
	size_t n = 0;

	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	for (size_t i = 0; i < scene->plan.n_findings; i++)
		n += strcmp(scene->plan.findings[i].code, "log-incomplete") == 0;
	return n;
}

static Entry *log_make(Scene *scene)
{
	Entry *log = entry_make(scene, "olcDatabase={2}mdb,cn=config", "olcDatabaseConfig");

	value_add(scene, log, "olcDatabase", "{2}mdb");
	value_add(scene, log, "olcSuffix", "cn=Log");
	value_add(scene, log, "olcRootDN", "cn=admin,cn=log");
	return log;
}

static void value_set(Entry *entry, const char *name, const char *value)
{
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (strcmp(entry->attributes[i].name, name) == 0)
			entry->attributes[i].values[0] = (Value){value, strlen(value)};
}

static void a_log_that_is_read_here_is_told_as_long_as_a_piece_is_missing(void **state)
{
	Scene *scene = *state;
	Entry *log, *provider, *writer;

	scene->text = "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\", "
		      "\"syncrepl\": {" LOG_JSON "}}, {\"id\": 2, \"uri\": \"ldap://peer2\"}], "
		      "\"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": "
		      "\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]}";
	provider_make(scene, "2");
	assert_int_equal(n_pieces(scene), 2); /* database and overlay */
	log = log_make(scene);
	assert_int_equal(n_pieces(scene), 3); /* overlay, syncprov, limits */
	writer = entry_make(scene, "olcOverlay={1}accesslog," DATABASE, "olcOverlayConfig");
	value_add(scene, writer, "olcOverlay", "{1}accesslog");
	value_add(scene, writer, "olcAccessLogDB", "cn=log");
	value_add(scene, writer, "olcAccessLogOps", "add delete modify");
	assert_int_equal(n_pieces(scene), 3);
	value_add(scene, writer, "olcAccessLogOps", "modrdn");
	assert_int_equal(n_pieces(scene), 2);
	provider = entry_make(scene, "olcOverlay={0}syncprov,olcDatabase={2}mdb,cn=config",
			      "olcOverlayConfig");
	value_add(scene, provider, "olcOverlay", "{0}syncprov");
	value_add(scene, provider, "olcSpReloadHint", "TRUE");
	assert_int_equal(n_pieces(scene), 2); /* olcSpNoPresent, limits */
	value_add(scene, provider, "olcSpNoPresent", "TRUE");
	value_add(scene, log, "olcLimits",
		  "{0}dn.exact=\"cn=r," SUFFIX "\" size=unlimited time=unlimited");
	assert_int_equal(n_pieces(scene), 0);
	value_add(scene, log, "olcAccess", "{0}to * by * none");
	assert_int_equal(n_pieces(scene), 2); /* the reader, and slapd's own looks */
	assert_true(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
	value_set(log, "olcAccess", "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
	assert_int_equal(n_pieces(scene), 1);
	assert_true(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
	value_set(log, "olcRootDN", "cn=admin," SUFFIX);
	assert_int_equal(n_pieces(scene), 0);
}

static void a_log_is_no_database_to_replicate(void **state)
{
	Scene *scene = *state;
	Entry *writer;

	provider_make(scene, "23");
	(void)log_make(scene);
	writer = entry_make(scene, "olcOverlay={0}accesslog,olcDatabase={2}mdb,cn=config",
			    "olcOverlayConfig");
	value_add(scene, writer, "olcOverlay", "{0}accesslog");
	value_add(scene, writer, "olcAccessLogDB", SUFFIX);
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_DATABASE));
}

static void who_reads_a_log_and_writes_none_is_told(void **state)
{
	Scene *scene = alone_make(state, LOG);
	Entry *writer;

	(void)plan_steps(scene);
	assert_true(finds(scene, "log-own", SEVERITY_CRITICAL));
	writer = own_log_make(scene, "cn=other");
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_true(
		finds(scene, "log-own", SEVERITY_CRITICAL)); /* slapd looks in one of that name */
	value_set(writer, "olcAccessLogDB", "cn=log");
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_false(finds(scene, "log-own", SEVERITY_CRITICAL));
}

static void who_writes_no_log_begins_to_read_none(void **state)
{
	Scene *scene = alone_make(state, PLAIN);

	answer_make(scene, PROBE_GOOD);
	assert_string_equal(written(scene), "");
	assert_true(finds(scene, "log-own", SEVERITY_WARNING));
}

#define ONE_PROVIDER                                                               \
	"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\", "        \
	"\"role\": \"consumer\"}, "                                                \
	"{\"id\": 2, \"uri\": \"ldap://peer2\", \"syncrepl\": {" LOG_JSON "}}], "  \
	"\"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": " \
	"\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]}"

/* Of one provider changes come in their order. */
static void a_consumer_of_one_provider_needs_no_log(void **state)
{
	Scene *scene = alone_make(state, LOG);

	scene->text = ONE_PROVIDER;
	value_set(scene->database, "olcMultiProvider", "FALSE");
	(void)plan_steps(scene);
	assert_false(finds(scene, "log-own", SEVERITY_CRITICAL));
}

/* slapd looks in its own log all the same then, and dies where there is none. */
static void a_consumer_that_has_the_flag_needs_a_log(void **state)
{
	Scene *scene = alone_make(state, LOG);

	scene->text = ONE_PROVIDER;
	(void)plan_steps(scene);
	assert_true(finds(scene, "log-own", SEVERITY_CRITICAL));
}

/* --- who reads a log with "delta" --- */

#define PEER(id) "{\"id\": " #id ", \"uri\": \"ldap://peer" #id "\""

/* Whose log the first of the peers reads, as "2 3", and "!" where it has one itself. */
static const char *read_by_log(Scene *scene, const char *peers, const char *more)
{
	const WantedDatabase *database;
	Buf text = BUF_IN(scene->pool);

	scene->text = pool_printf(
		scene->pool,
		"{\"format\": 1, \"peers\": [%s]%s, \"databases\": [{\"suffix\": \"" SUFFIX
		"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX
		"\", \"credentials\": \"x\"}, \"delta\": {\"directory\": \"/log\"}}]}",
		peers, more);
	scene_read(scene);
	database = &scene->wanted.databases[0];
	for (size_t i = 0; i < database->n_consumers; i++)
		if (database->consumers[i].syncrepl.value[SYNCREPL_LOGBASE])
			buf_printf(&text, "%u ", database->consumers[i].peer->id);
	buf_puts(&text, database->n_logs > 0 ? "!" : "");
	return buf_text(&text);
}

static void providers_that_all_read_each_other_read_logs(void **state)
{
	assert_string_equal(read_by_log(*state, PEER(1) "}, " PEER(2) "}, " PEER(3) "}", ""),
			    "2 3 !");
}

/* Nothing here tells them which of two changes of an entry is newer. */
static void a_consumer_of_several_reads_the_database(void **state)
{
	static const char consumer[] = PEER(1) ", \"role\": \"consumer\"}, ";
	Scene *scene = *state;

	assert_string_equal(
		read_by_log(scene,
			    pool_printf(scene->pool, "%s" PEER(2) "}, " PEER(3) "}", consumer), ""),
		"");
}

static void a_consumer_of_the_only_provider_reads_its_log(void **state)
{
	assert_string_equal(
		read_by_log(*state, PEER(1) ", \"role\": \"consumer\"}, " PEER(2) "}", ""), "2 ");
	assert_string_equal(
		read_by_log(*state, PEER(1) "}, " PEER(2) ", \"role\": \"consumer\"}", ""), "!");
}

static void links_try_again(Scene *scene, const char *retry, const char *other)
{
	WantedConsumer *consumers = scene->wanted.databases[0].consumers;

	consumers[0].syncrepl.value[SYNCREPL_RETRY] = retry;
	consumers[1].syncrepl.value[SYNCREPL_RETRY] = other;
}

/* Others wait no longer than 300 s for it to leave their logs, and one that is shut gives nothing.
 */
static void who_may_read_logs_asks_as_often_as_links_try_again(void **state)
{
	Scene *scene = *state;

	(void)read_by_log(scene, PEER(1) "}, " PEER(2) "}, " PEER(3) "}", "");
	links_try_again(scene, "3600 +", "60 +");
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 3600), 60);
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 50), 50);
	links_try_again(scene, "3600 +", "3600 +");
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 3600), 300);
	links_try_again(scene, "3600 +", "1 9 60 +");
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 300), 5);
	links_try_again(scene, "3600 +", "7 +");
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 300), 7);
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 6), 6);
	(void)read_by_log(scene, PEER(1) "}, " PEER(2) ", \"role\": \"consumer\"}", "");
	assert_int_equal(wanted_ask_sec(&scene->wanted, true, 3600), 3600);
}

/* slapd does not tell that the provider closed its log: the daemon sees that the link is down, and
 * asks. */
static void who_may_read_logs_looks_before_links_try_again(void **state)
{
	Scene *scene = *state;

	(void)read_by_log(scene, PEER(1) "}, " PEER(2) "}, " PEER(3) "}", "");
	links_try_again(scene, "60 +", "40 +");
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 20);
	links_try_again(scene, "60 +", "1 +");
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 5);
	(void)read_by_log(scene, PEER(1) "}, " PEER(2) ", \"role\": \"consumer\"}", "");
	assert_int_equal(wanted_look_sec(&scene->wanted, 60), 60);
}

/* slapd there may be killed between the database and the log. */
static void what_a_provider_alone_brings_is_read_from_its_database(void **state)
{
	Scene *scene = *state;

	assert_string_equal(read_by_log(scene,
					PEER(1) ", \"role\": \"consumer\", \"reads\": [2]}, " PEER(
						2) "}, " PEER(3) "}",
					""),
			    "");
	/* a chain: 1 gets what 3 writes from 2 only; 2 reads both ends */
	assert_string_equal(
		read_by_log(scene,
			    PEER(1) ", \"reads\": [2]}, " PEER(2) "}, " PEER(3) ", \"reads\": [2]}",
			    ""),
		"!");
	assert_string_equal(
		read_by_log(scene,
			    PEER(2) "}, " PEER(1) ", \"reads\": [2]}, " PEER(3) ", \"reads\": [2]}",
			    ""),
		"1 3 !");
}

#define SITE(id, site) PEER(id) ", \"site\": \"" site "\"}"

/* What a gateway wrote comes to all of its site in refreshes, and so into their logs in no order.
 */
static void whose_provider_reads_a_database_has_a_log_that_nobody_reads(void **state)
{
	static const char more[] = ", \"topology\": {\"gateways\": 1}";
	static const char others[] = SITE(4, "b") ", " SITE(5, "b");
	Scene *scene = *state;

	assert_string_equal(read_by_log(scene,
					pool_printf(scene->pool, "%s, %s, %s, %s", SITE(3, "a"),
						    SITE(1, "a"), SITE(2, "a"), others),
					more),
			    "");
	assert_string_equal(read_by_log(scene,
					pool_printf(scene->pool, "%s, %s, %s, %s", SITE(1, "a"),
						    SITE(2, "a"), SITE(3, "a"), others),
					more),
			    "");
	/* the only other one of its site has all from the gateway itself */
	assert_string_equal(read_by_log(scene,
					pool_printf(scene->pool, "%s, %s, %s", SITE(1, "a"),
						    SITE(2, "a"), others),
					more),
			    "2 !");
}

static void a_consumer_of_a_part_reads_the_database(void **state)
{
	assert_string_equal(read_by_log(*state,
					PEER(1) ", \"role\": \"consumer\", \"as_consumer\": "
						"{\"exattrs\": \"userPassword\"}}, " PEER(2) "}",
					""),
			    "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_new_link_reads_plainly_until_its_log_is_shown),
		SCENE_TEST(who_is_asked_beside_links_that_read_plainly_stays),
		SCENE_TEST(a_plain_link_stays_until_the_log_is_shown),
		SCENE_TEST(a_link_that_reads_its_log_stays_and_is_told),
		SCENE_TEST(a_new_link_reads_a_log_beside_one_whose_log_is_gone),
		SCENE_TEST(a_link_that_reads_its_log_stays_beside_one_without),
		SCENE_TEST(another_log_must_be_shown_as_well),
		SCENE_TEST(what_was_seen_to_work_is_written_again),
		SCENE_TEST(a_log_that_is_read_here_is_told_as_long_as_a_piece_is_missing),
		SCENE_TEST(who_reads_a_log_and_writes_none_is_told),
		SCENE_TEST(who_writes_no_log_begins_to_read_none),
		SCENE_TEST(a_consumer_of_one_provider_needs_no_log),
		SCENE_TEST(a_consumer_that_has_the_flag_needs_a_log),
		SCENE_TEST(providers_that_all_read_each_other_read_logs),
		SCENE_TEST(a_consumer_of_several_reads_the_database),
		SCENE_TEST(a_consumer_of_the_only_provider_reads_its_log),
		SCENE_TEST(who_may_read_logs_asks_as_often_as_links_try_again),
		SCENE_TEST(who_may_read_logs_looks_before_links_try_again),
		SCENE_TEST(what_a_provider_alone_brings_is_read_from_its_database),
		SCENE_TEST(whose_provider_reads_a_database_has_a_log_that_nobody_reads),
		SCENE_TEST(a_consumer_of_a_part_reads_the_database),
		SCENE_TEST(a_log_is_no_database_to_replicate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
