/* SPDX-License-Identifier: Apache-2.0 */
/* "delta" of peers.json: when a log of changes is made, and when a link reads it. */
#include "common/live/live_log.h"
#include "tests/unit/plan_scene.h"

#define LOG          "olcDatabase={2}mdb,cn=config"
#define LOG_DN       "\"logbase\": \"cn=log\""
#define READS        "timeout=3 syncdata=accesslog logbase=cn=log logfilter=\"" FILTER "\""
#define FILTER       "(&(objectClass=auditWriteObject)(reqResult=0))"
#define MODULE       "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
#define WRITER       "olcOverlay={1}accesslog," DATABASE
#define OVERLAY_STEP "add '" WRITER "'"

/* A provider in step that reads peer 2, and shall have a log. */
static Scene *made_make(void **state, LogFolderState folder)
{
	static LogFolder folders[1];
	Scene *scene = *state;

	scene->n_peers = 2;
	scene->policy = "{\"mode\": \"enforce\"}";
	scene->more = ", \"delta\": {" LOG_DN ", \"directory\": \"/log\"}";
	folders[0] = (LogFolder){.path = "/log", .state = folder};
	scene->facts.machine.log_folders = folders;
	scene->facts.machine.n_log_folders = 1;
	scene->facts.machine.slapd_user = scene->facts.machine.slapd_group = "ldap";
	return scene;
}

static const char *steps(Scene *scene)
{
	scene->plan = (Plan){0};
	return plan_steps(scene);
}

static Entry *entry_make(Scene *scene, const char *dn, const char *class)
{
	Entry *entry = &scene->config.entries[scene->config.n_entries++];

	entry->dn = dn;
	value_add(scene, entry, "objectClass", class);
	return entry;
}

static Entry *log_make(Scene *scene)
{
	Entry *log = entry_make(scene, LOG, "olcDatabaseConfig");

	value_add(scene, log, "olcDatabase", "{2}mdb");
	value_add(scene, log, "olcSuffix", "cn=log");
	value_add(scene, log, "olcRootDN", "cn=admin," SUFFIX);
	value_add(scene, log, "olcDbDirectory", "/log");
	value_add(scene, log, "olcAccess",
		  "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
	value_add(scene, log, "olcLimits",
		  "{0}dn.exact=\"cn=r," SUFFIX "\" size=unlimited time=unlimited");
	return log;
}

static Entry *writer_make(Scene *scene, const char *purge)
{
	Entry *writer = entry_make(scene, "olcOverlay={1}accesslog," DATABASE, "olcOverlayConfig");

	value_add(scene, writer, "olcOverlay", "{1}accesslog");
	value_add(scene, writer, "olcAccessLogDB", "cn=log");
	value_add(scene, writer, "olcAccessLogOps", "writes");
	value_add(scene, writer, "olcAccessLogSuccess", "TRUE");
	value_add(scene, writer, "olcAccessLogPurge", purge);
	return writer;
}

/* The one that only began the log. */
static Entry *beginner_make(Scene *scene)
{
	Entry *writer = entry_make(scene, WRITER, "olcOverlayConfig");

	value_add(scene, writer, "olcOverlay", "{1}accesslog");
	value_add(scene, writer, "olcAccessLogDB", "cn=log");
	return writer;
}

static Entry *provider_of_log_make(Scene *scene)
{
	Entry *provider = entry_make(scene, "olcOverlay={0}syncprov," LOG, "olcOverlayConfig");

	value_add(scene, provider, "olcOverlay", "{0}syncprov");
	value_add(scene, provider, "olcSpNoPresent", "TRUE");
	value_add(scene, provider, "olcSpReloadHint", "TRUE");
	return provider;
}

/* How many entries cn=monitor counts in the log, or another database. */
static void count_in(Scene *scene, const char *suffix, const char *count)
{
	static Entry entry;

	entry = (Entry){.dn = "cn=Database 2,cn=Databases,cn=Monitor"};
	value_add(scene, &entry, "namingContexts", suffix);
	value_add(scene, &entry, "olmMDBEntries", count);
	scene->monitor = (Tree){.entries = &entry, .n_entries = 1};
}

static void log_count(Scene *scene, const char *count)
{
	count_in(scene, "cn=log", count);
}

static const char *value_of(const Scene *scene, const char *dn, const char *attribute)
{
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Step *step = &scene->plan.order.steps[i];

			if (strcmp(step->dn, dn) == 0 &&
			    strcmp(step->mods[k].attribute, attribute) == 0)
				return step->mods[k].n_values > 0 ? step->mods[k].values[0] : "";
		}
	return NULL;
}

/* --- what is made --- */

static void answer_make(Scene *scene, ProbeState log);

static void a_log_is_made_in_its_order(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	answer_make(scene, PROBE_BAD);
	assert_string_equal(
		steps(scene),
		MODULE "add '" LOG "' (objectClass, olcDatabase, olcDbDirectory, olcSuffix, "
		       "olcRootDN, olcDbMaxSize, olcDbIndex, olcAccess, olcLimits, olcReadOnly)\n"
		       "add 'olcOverlay=syncprov," LOG "' (objectClass, olcOverlay, "
		       "olcSpNoPresent, olcSpReloadHint)\n"
		       "add '" WRITER "' (objectClass, olcOverlay, olcAccessLogDB, "
		       "olcAccessLogOps, olcAccessLogSuccess, olcAccessLogPurge)\n"
		       "modify '" LOG "' (delete olcReadOnly)\n");
	assert_false(holds(scene, GUARD_LOG));
}

/* Of a peer that is away, or whose log is in order without this one, nobody knows what it goes on
 * in: this machine may be one that was made anew. */
static void a_log_is_made_closed_while_a_peer_may_go_on_in_it(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcRestrict"), "search");
	answer_make(scene, PROBE_UNKNOWN);
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcRestrict"), "search");
	answer_make(scene, PROBE_GOOD);
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcRestrict"), "search");
	answer_make(scene, PROBE_BAD);
	(void)steps(scene);
	assert_null(value_of(scene, LOG, "olcRestrict"));
}

static void nobody_but_who_reads_for_a_node_may_read_the_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	scene->more = ", \"limits\": false, \"delta\": {" LOG_DN ", \"directory\": \"/log\"}";
	provider_make(scene, "2");
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcAccess"),
			    "to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
	assert_non_null(value_of(scene, LOG, "olcLimits"));
	assert_string_equal(value_of(scene, LOG, "olcRootDN"), "cn=admin," SUFFIX);
}

static void without_a_good_folder_nothing_of_a_log_is_made(void **state)
{
	static const LogFolderState bad[] = {LOG_FOLDER_NOT_KNOWN, LOG_FOLDER_MISSING,
					     LOG_FOLDER_FOREIGN, LOG_FOLDER_USED};
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		scene->facts.machine.log_folders[0].state = bad[i];
		assert_string_equal(steps(scene), "");
		assert_true(holds(scene, GUARD_LOG));
	}
}

static void with_2_4_nothing_of_a_log_is_made(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcMirrorMode";
	scene->options.multi_provider_attribute = "olcMirrorMode";
	assert_string_equal(steps(scene), "");
	assert_true(holds(scene, GUARD_LOG));
	scene->options.multi_provider_attribute = NULL;
}

static void what_is_there_is_left_alone(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_NOT_KNOWN);

	provider_make(scene, "2");
	(void)log_make(scene);
	(void)provider_of_log_make(scene);
	(void)writer_make(scene, "7+00:00:00 24:00");
	assert_string_equal(steps(scene), "");
	assert_int_equal(scene->plan.n_changes, 0);
}

static void what_is_otherwise_is_written(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_NOT_KNOWN);

	provider_make(scene, "2");
	(void)log_make(scene);
	(void)provider_of_log_make(scene);
	(void)writer_make(scene, "06+00:00 01+00:00");
	(void)steps(scene);
	assert_string_equal(
		value_of(scene, "olcOverlay={1}accesslog," DATABASE, "olcAccessLogPurge"),
		"07+00:00 01+00:00");
}

/* --- no gap --- */

static void a_log_that_may_hold_something_is_not_written_on(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_NOT_KNOWN);
	Entry *log;

	provider_make(scene, "2");
	log = log_make(scene);
	(void)provider_of_log_make(scene);
	assert_string_equal(steps(scene), "");
	assert_true(holds(scene, GUARD_LOG));
	log_count(scene, "0"); /* there is nothing in it */
	assert_non_null(strstr(steps(scene), OVERLAY_STEP));
	log_count(scene, "7");
	assert_string_equal(steps(scene), "");
	value_add(scene, log, "olcReadOnly", "TRUE"); /* as one that was just made */
	assert_string_equal(steps(scene), "");
	scene->monitor = (Tree){0};
	assert_non_null(strstr(steps(scene), OVERLAY_STEP));
}

/* --- how it begins --- */

#define BEGINS "add '" WRITER "' (objectClass, olcOverlay, olcAccessLogDB)\n"
#define WRITES                                                                     \
	"add '" WRITER "' (objectClass, olcOverlay, olcAccessLogDB, "              \
	"olcAccessLogSuccess, olcAccessLogPurge)\ncount 'cn=log'\nmodify '" WRITER \
	"' (add olcAccessLogOps)\nmodify '" LOG "' (delete olcReadOnly)\n"

static void an_overlay_that_writes_nothing_begins_a_log_and_goes(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	count_in(scene, SUFFIX, "7");
	assert_non_null(
		strstr(steps(scene), BEGINS "count 'cn=log'\ndelete '" WRITER "'\n" WRITES));
	assert_int_equal(scene->plan.n_breaches, 0);
}

/* A log that was just made, read-only, with what syncprov of it lacks nothing. */
static Scene *begun_make(void **state, const char *count)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	value_add(scene, log_make(scene), "olcReadOnly", "TRUE");
	(void)provider_of_log_make(scene);
	log_count(scene, count);
	return scene;
}

static void what_began_a_log_goes_once_slapd_has_begun_it(void **state)
{
	Scene *scene = begun_make(state, "0");

	(void)beginner_make(scene);
	assert_string_equal(steps(scene), "count 'cn=log'\ndelete '" WRITER "'\n" WRITES);
	log_count(scene, "1");
	assert_string_equal(steps(scene), "delete '" WRITER "'\n" WRITES);
	assert_false(holds(scene, GUARD_LOG));
}

static void a_log_that_is_begun_gets_its_overlay(void **state)
{
	Scene *scene = begun_make(state, "1");

	assert_string_equal(steps(scene), MODULE WRITES);
}

/* By an LDIF that was loaded, or a kill. */
static void the_overlay_of_a_begun_log_gets_its_operations_and_stays(void **state)
{
	Scene *scene = begun_make(state, "1");
	Entry *writer = beginner_make(scene);

	value_add(scene, writer, "olcAccessLogSuccess", "TRUE");
	value_add(scene, writer, "olcAccessLogPurge", "07+00:00 01+00:00");
	assert_string_equal(steps(scene), "modify '" WRITER "' (add olcAccessLogOps)\n"
					  "modify '" LOG "' (delete olcReadOnly)\n");
	assert_int_equal(scene->plan.n_breaches, 0);
	log_count(scene, "0"); /* so this one began it, or will */
	assert_string_equal(steps(scene), "count 'cn=log'\ndelete '" WRITER "'\n" WRITES);
	log_count(scene, "7");
	assert_string_equal(steps(scene), "");
	assert_true(holds(scene, GUARD_LOG));
}

/* --- what it waits for --- */

static void before_it_is_a_provider_it_makes_no_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	value_add(scene, scene->global, "olcServerID", "1");
	scene->content.here = (Content){.state = CONTENT_READ};
	assert_null(strstr(steps(scene), "accesslog"));
	assert_null(strstr(steps(scene), LOG));
}

static void it_waits_for_a_server_id_that_is_held(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	scene->global->n_attributes = 1; /* only its class */
	value_add(scene, scene->global, "olcServerID", "2");
	assert_null(strstr(steps(scene), LOG));
	assert_true(holds(scene, GUARD_SERVER_ID));
}

/* --- links --- */

static void answer_add(Scene *scene, LinkProbes *probes, const WantedConsumer *consumer,
		       ProbeState log)
{
	const char *identity = link_identity(scene->pool, &consumer->syncrepl, consumer->secret);
	LinkProbe probe = {.suffix = SUFFIX, .peer_id = consumer->peer->id, .identity = identity};

	probe.probe = (Probe){.uri = consumer->peer->uri, .suffix = SUFFIX, .has_suffix = true};
	probe.probe.steps[PROBE_SUFFIX] = PROBE_GOOD;
	probe.probe.steps[PROBE_LOG] = log;
	probe.probe.log_is_in_order = log == PROBE_GOOD;
	if (log == PROBE_BAD)
		probe_add_fault(scene->pool, &probe.probe, PROBE_NO_LOG, "no log");
	POOL_PUSH(scene->pool, probes->items, probes->n_items, probe);
}

/* All providers but the last one show their log. */
static void answers_make(Scene *scene, ProbeState of_last)
{
	LinkProbes *probes = pool_alloc(scene->pool, sizeof(*probes));
	const WantedDatabase *database;

	scene_read(scene);
	database = &scene->wanted.databases[0];
	for (size_t i = 0; i < database->n_consumers; i++)
		answer_add(scene, probes, &database->consumers[i],
			   i + 1 < database->n_consumers ? PROBE_GOOD : of_last);
	scene->facts.probes = probes;
}

static void answer_make(Scene *scene, ProbeState log)
{
	answers_make(scene, log);
}

static bool writes_links(Scene *scene)
{
	return strstr(steps(scene), "olcSyncrepl") != NULL;
}

static Entry *scene_entry(Scene *scene, const char *dn)
{
	for (size_t i = 0; i < scene->config.n_entries; i++)
		if (strcmp(scene->config.entries[i].dn, dn) == 0)
			return &scene->config.entries[i];
	return NULL;
}

/* How many of the links that are written read a log. */
static size_t delta_count(Scene *scene)
{
	size_t n = 0;

	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			for (size_t v = 0; mod->kind != MOD_DELETE && v < mod->n_values; v++)
				n += strstr(mod->values[v], "logbase=\"cn=log\"") != NULL;
		}
	return n;
}

/* A log of its own, as others are to have theirs. */
static void own_log_make(Scene *scene)
{
	log_make(scene);
	provider_of_log_make(scene);
	writer_make(scene, "07+00:00 01+00:00");
}

static void a_link_reads_the_log_when_it_is_shown(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	own_log_make(scene);
	assert_false(writes_links(scene));
	answer_make(scene, PROBE_UNKNOWN);
	assert_false(writes_links(scene));
	answer_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 1);
}

/* What it has now may still be older than the beginning of a log. */
static void who_was_closed_by_the_fence_reads_no_log(void **state)
{
	FenceRecord record = {.suffix = SUFFIX, .text = "", .is_closed = true};
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	own_log_make(scene);
	answer_make(scene, PROBE_GOOD);
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1};
	assert_false(writes_links(scene));
	record.is_closed = false;
	assert_true(writes_links(scene));
	scene->known.fence = (FenceRecords){0};
}

/* A log may begin behind what it says. */
static void who_lacks_what_the_provider_had_reads_no_log(void **state)
{
	static const char *theirs[] = {"20991231000000.000000Z#000000#002#000000"};
	Scene *scene = made_make(state, LOG_FOLDER_USED);
	Content *here = &scene->content.here;
	Probe *probe;

	provider_make(scene, "2");
	own_log_make(scene);
	answer_make(scene, PROBE_GOOD);
	probe = &scene->facts.probes->items[0].probe;
	probe->context_csns = theirs;
	probe->n_context_csns = 1;
	assert_false(writes_links(scene));
	assert_true(scene->plan.unknown.contents[0].catches_up);
	here->context_csns = theirs;
	here->n_context_csns = 1;
	assert_true(writes_links(scene));
	here->state = CONTENT_UNKNOWN;
	assert_false(writes_links(scene));
	here->state = CONTENT_READ;
}

static void who_writes_no_log_reads_none(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_MISSING);

	provider_make(scene, "");
	consumer_add(scene, 0, "peer2", 2, READS);
	answer_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	assert_null(strstr(scene->plan.order.steps[0].mods[1].values[0], "logbase"));
}

static void who_only_began_a_log_reads_none(void **state)
{
	Scene *scene = begun_make(state, "1");

	(void)beginner_make(scene);
	answer_make(scene, PROBE_GOOD);
	assert_false(writes_links(scene));
}

/* Three providers; this one has links to the two others. */
static Scene *three_make(void **state, const char *link)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	scene->n_peers = 3;
	provider_make(scene, "");
	consumer_add(scene, 0, "peer2", 2, link);
	consumer_add(scene, 1, "peer3", 3, link);
	own_log_make(scene);
	return scene;
}

/* What one link gets in a refresh comes into this node's log, which others read. */
static void all_links_of_a_database_read_logs_or_none(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_BAD);
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_UNKNOWN);
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 2);
}

static void one_log_that_is_gone_has_all_links_read_databases(void **state)
{
	Scene *scene = three_make(state, READS);

	answers_make(scene, PROBE_GOOD);
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_UNKNOWN); /* which says nothing against it */
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_BAD);
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 0);
}

/* --- what is said of logs --- */

/* The step that says of the own log, or takes it back; "": neither. */
static const char *word_step(Scene *scene)
{
	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			if (strcmp(mod->attribute, "olcRestrict") == 0)
				return pool_printf(scene->pool, "%s %zu of %zu",
						   mod->kind == MOD_ADD ? "add" : "delete", i + 1,
						   scene->plan.order.n_steps);
		}
	return "";
}

static void who_reads_a_database_in_place_of_a_log_is_not_read_by_its_log(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	scene->facts.probes->items[0].probe.log_is_in_order = false;
	assert_false(writes_links(scene));
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 1);
	assert_false(scene->plan.unknown.links[0].can_wait);
}

static void who_reads_a_log_leaves_it_when_its_node_says_so_no_more(void **state)
{
	Scene *scene = three_make(state, READS);

	answers_make(scene, PROBE_GOOD);
	assert_false(writes_links(scene));
	scene->facts.probes->items[0].probe.log_is_in_order = false;
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 0);
}

/* Or nobody would begin. */
static void what_others_say_is_not_asked_for_to_say_the_same(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_GOOD);
	scene->facts.probes->items[0].probe.log_is_in_order = false;
	assert_string_equal(word_step(scene), "add 1 of 1");
	answers_make(scene, PROBE_UNKNOWN);
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_BAD);
	assert_string_equal(word_step(scene), "");
}

static void before_a_link_reads_a_database_its_node_says_so(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_UNKNOWN); /* the link reads its log */
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_BAD);
	assert_string_equal(word_step(scene), "delete 1 of 3");
}

/* Peers read as the rootdn, from whom nothing can be hidden. */
static void unshuttable_make(Scene *scene)
{
	Entry *log = scene_entry(scene, LOG);

	for (size_t i = 0; i < log->n_attributes; i++)
		if (strcmp(log->attributes[i].name, "olcRootDN") == 0)
			log->attributes[i].values[0] = (Value){"cn=r," SUFFIX, 5 + strlen(SUFFIX)};
}

/* The first peer's log is shown, the second one's is gone; the word was taken back that long ago.
 */
static Scene *leaving_make(void **state, int64_t since_sec)
{
	Scene *scene = three_make(state, READS);

	unshuttable_make(scene);
	answers_make(scene, PROBE_BAD);
	value_add(scene, scene_entry(scene, LOG), "modifyTimestamp", "20261130120000Z");
	scene->facts.now_sec = 1796040000 + since_sec;
	return scene;
}

static void the_link_whose_log_is_gone_reads_nothing_while_this_nodes_log_may_be_read(void **state)
{
	Scene *scene = leaving_make(state, 1000);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(word_step(scene), "delete 1 of 2");
	assert_int_equal(delta_count(scene), 1);
	assert_true(finds(scene, "no-log", SEVERITY_WARNING));
	scene_entry(scene, "olcOverlay={1}accesslog," DATABASE)->n_attributes =
		1; /* nothing writes */
	assert_int_equal(delta_count(scene), 0);
}

static void it_reads_the_database_when_all_have_left_or_had_time_to(void **state)
{
	Scene *scene = leaving_make(state, 6);
	LinkProbe *first = &scene->facts.probes->items[0];

	assert_int_equal(delta_count(scene), 1);          /* it says still that it sees all logs */
	assert_int_equal(scene->plan.unknown.n_links, 2); /* so it is asked anew */
	assert_false(scene->plan.unknown.links[0].can_wait);
	first->probe.log_is_in_order = false;
	assert_int_equal(delta_count(scene), 0);
	first[1].probe.log_is_in_order = true; /* whose log lacks something may read here still */
	assert_int_equal(delta_count(scene), 1);
	first[1].probe.log_is_in_order = false;
	scene->facts.now_sec -= 4; /* the pass that says so no more may go on there */
	assert_int_equal(delta_count(scene), 1);
	first->probe.log_is_in_order = true;
	scene->facts.now_sec += 400;
	assert_int_equal(delta_count(scene), 0);
	scene->facts.now_sec -= 800; /* the clock was set back */
	assert_int_equal(delta_count(scene), 0);
}

/* --- closed logs --- */

#define CLOSED_SEC 1796040000 /* 20261130120000Z */

/* What is taken from the restrictions of the own log, and what is added. */
static const char *restriction(Scene *scene)
{
	const char *found = "";

	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			if (strcmp(mod->attribute, "olcRestrict") == 0)
				found = pool_printf(scene->pool, "%s%c%s", found,
						    mod->kind == MOD_ADD ? '+' : '-',
						    mod->values[0]);
		}
	return found;
}

/* All peers show their logs, were asked behind that, and say that they see all logs. */
static Scene *closed_make(void **state, const char *link)
{
	Scene *scene = three_make(state, link);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "search");
	value_add(scene, scene_entry(scene, LOG), "modifyTimestamp", "20261130120000Z");
	scene->facts.now_sec = CLOSED_SEC + 60;
	answers_make(scene, PROBE_GOOD);
	for (size_t i = 0; i < 2; i++)
		scene->facts.probes->items[i].began_sec = CLOSED_SEC + 10;
	return scene;
}

static void who_lacks_a_log_closes_its_own(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_BAD);
	assert_string_equal(restriction(scene), "-compare+search");
}

static void who_finds_a_log_closed_reads_databases_and_closes_its_own(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	scene->facts.probes->items[0].probe.log_is_closed = true;
	assert_string_equal(restriction(scene), "-compare+search");
	assert_int_equal(delta_count(scene), 0);
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 1);
}

static void a_closed_log_is_opened_when_no_peer_can_go_on_in_it(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	LinkProbe *peers = scene->facts.probes->items;

	assert_string_equal(restriction(scene), "");
	assert_false(writes_links(scene));
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 2);
	peers[0].probe.log_is_in_order = false;
	assert_string_equal(restriction(scene), ""); /* the other one may */
	peers[1].probe.log_is_closed = true;         /* so it does not say that it sees all logs */
	peers[1].probe.log_is_in_order = false;
	assert_string_equal(restriction(scene), "-search");
	peers[1].probe.log_is_closed = false;
	assert_string_equal(restriction(scene), "-search+compare");
	peers[1].began_sec = CLOSED_SEC - 1; /* it may have begun to since */
	assert_string_equal(restriction(scene), "");
	peers[1].began_sec = CLOSED_SEC;
	peers[1].probe.steps[PROBE_LOG] = PROBE_NOT_TRIED; /* it is away */
	assert_string_equal(restriction(scene), "");
}

/* --- shut logs --- */

#define SHUT "{0}to * attrs=entry by dn.exact=\"cn=r," SUFFIX "\" search by * break"

/* Whether the own log is shut, or shows everything again, in the order of the restriction. */
static const char *shutting(Scene *scene)
{
	const char *found = "";

	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];
			const bool is_access = strcmp(mod->attribute, "olcAccess") == 0;

			if (is_access)
				assert_string_equal(mod->values[0], SHUT);
			if (is_access || strcmp(mod->attribute, "olcRestrict") == 0)
				found = pool_printf(scene->pool, "%s%c%s", found,
						    mod->kind == MOD_ADD ? '+' : '-',
						    is_access ? "shut" : mod->values[0]);
			else if (strcmp(mod->attribute, "olcSyncrepl") == 0)
				found = pool_printf(scene->pool, "%s%s", found,
						    mod->kind == MOD_DELETE ? "" : ", links");
		}
	return found;
}

/* In front of what the log has. */
static void shut_make(Scene *scene)
{
	Entry *log = scene_entry(scene, LOG);

	for (size_t i = 0; i < log->n_attributes; i++)
		if (strcmp(log->attributes[i].name, "olcAccess") == 0)
			log->attributes[i].n_values = 0;
	value_add(scene, log, "olcAccess", SHUT);
	value_add(scene, log, "olcAccess",
		  "{1}to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
}

/* cn=monitor shows both links, the one to peer 2 connected or not. */
static void run_make(Scene *scene, bool is_connected)
{
	Tree *monitor = &scene->monitor;
	const char *uris[] = {"ldap://peer2", "ldap://peer3"};

	*monitor = (Tree){.entries = pool_alloc(scene->pool, 3 * sizeof(Entry)), .n_entries = 3};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	for (size_t i = 0; i < ARRAY_SIZE(uris); i++) {
		Entry *entry = &monitor->entries[i + 1];

		entry->dn = pool_printf(scene->pool,
					"cn=Consumer %03zu,cn=Database 1,cn=Databases,cn=Monitor",
					i + 2);
		value_add(scene, entry, "olmSRProviderURIList", uris[i]);
		value_add(scene, entry, "olmSRSyncPhase", "Persist");
		value_add(scene, entry, "olmSRConnection",
			  i > 0 || is_connected ? "IP=127.0.0.1:1" : "");
	}
}

static void a_log_is_shut_when_who_may_read_it_had_the_time_to_leave(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");

	run_make(scene, true);
	scene->facts.now_sec = CLOSED_SEC + 300;
	assert_string_equal(shutting(scene), "");
	scene->facts.now_sec = CLOSED_SEC + 400;
	assert_string_equal(shutting(scene), "+shut");
	shut_make(scene);
	assert_string_equal(shutting(scene), "");
	assert_false(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
}

/* By a log that hides all from it slapd carries out the older one of two changes. */
static void a_log_is_not_shut_to_the_rootdn_of_the_database(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	Entry *database = scene_entry(scene, DATABASE);

	run_make(scene, true);
	scene->facts.now_sec = CLOSED_SEC + 400;
	for (size_t i = 0; i < database->n_attributes; i++)
		if (strcmp(database->attributes[i].name, "olcRootDN") == 0)
			database->attributes[i].n_values = 0;
	value_add(scene, database, "olcRootDN", "cn=r," SUFFIX);
	assert_string_equal(shutting(scene), "");
}

static void a_log_that_cannot_be_shut_is_told(void **state)
{
	Scene *scene = three_make(state, READS);
	Entry *database = scene_entry(scene, DATABASE);

	answers_make(scene, PROBE_GOOD);
	(void)writes_links(scene);
	assert_false(finds(scene, "log-incomplete", SEVERITY_WARNING));
	for (size_t i = 0; i < database->n_attributes; i++)
		if (strcmp(database->attributes[i].name, "olcRootDN") == 0)
			database->attributes[i].n_values = 0;
	value_add(scene, database, "olcRootDN", "cn=r," SUFFIX);
	(void)writes_links(scene);
	assert_true(finds(scene, "log-incomplete", SEVERITY_WARNING));
}

/* The one whose log is closed has what is missing here, and nobody knows since when. */
static void a_log_is_shut_before_a_link_that_is_cut_reads_a_database(void **state)
{
	Scene *scene = three_make(state, READS);
	LinkProbe *peers;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	peers = scene->facts.probes->items;
	peers[0].probe.log_is_closed = true;
	peers[0].probe.log_is_in_order = false;
	run_make(scene, true);
	assert_string_equal(shutting(scene), "-compare+search, links");
	run_make(scene, false);
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	scene->monitor = (Tree){0}; /* whether it is connected is not known */
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	peers[1].probe.log_is_in_order = false; /* but it may have begun to read since then */
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
}

/* Its slapd refuses all comparisons, and with them the question. */
static void a_log_is_shut_where_nobody_hears_whether_its_reader_left(void **state)
{
	Scene *scene = closed_make(state, READS);
	LinkProbe *peers = scene->facts.probes->items;

	peers[0].probe.log_is_closed = true;
	peers[0].probe.log_is_in_order = peers[1].probe.log_is_in_order = false;
	run_make(scene, false);
	assert_string_equal(shutting(scene), "-search, links");
	peers[1].probe.log_is_mute = true;
	assert_string_equal(shutting(scene), "+shut, links");
}

static void who_reads_a_peer_that_refuses_comparisons_does_not_say_that_it_sees_all_logs(
	void **state)
{
	Scene *scene = three_make(state, READS);
	Probe *probe;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	run_make(scene, true);
	probe = &scene->facts.probes->items[0].probe;
	probe->log_is_in_order = false;
	assert_string_equal(shutting(scene), ", links");
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	probe->log_is_mute = true;
	assert_string_equal(shutting(scene), "-compare+search, links");
	assert_true(finds(scene, "log-not-known", SEVERITY_WARNING));
	assert_int_equal(delta_count(scene), 0);
}

/* Connected, but to a log that gave it nothing any more. */
static void a_log_is_shut_before_a_link_gets_what_a_shut_one_withheld(void **state)
{
	static const char *theirs[] = {"20991231000000.000000Z#000000#002#000000"};
	Scene *scene = three_make(state, READS);
	Content *here = &scene->content.here;
	LinkProbe *peers;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	peers = scene->facts.probes->items;
	peers[0].probe.log_is_closed = true;
	peers[0].probe.log_is_in_order = false;
	peers[0].probe.context_csns = theirs;
	peers[0].probe.n_context_csns = 1;
	run_make(scene, true);
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	assert_true(scene->plan.unknown.contents[0].catches_up);
	here->context_csns = theirs;
	here->n_context_csns = 1;
	assert_string_equal(shutting(scene), "-compare+search, links");
}

/* A link that waits would go on in the log that it names, whatever came into that meanwhile. */
static void a_log_that_can_be_shut_has_the_link_whose_log_is_gone_read_the_database_at_once(
	void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_BAD);
	run_make(scene, true);
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	assert_int_equal(delta_count(scene), 0);
	assert_true(finds(scene, "no-log", SEVERITY_WARNING));
}

static void a_log_shows_everything_again_before_it_is_opened(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	LinkProbe *peers = scene->facts.probes->items;

	shut_make(scene);
	run_make(scene, true);
	assert_string_equal(shutting(scene), "");
	peers[0].probe.log_is_in_order = false;
	peers[1].probe.log_is_in_order = false;
	assert_string_equal(shutting(scene), "-shut-search+compare");
}

/* A person opened it, or a release of syncward that knows no shut logs. */
static void a_log_that_is_open_hides_nothing(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_UNKNOWN);
	assert_string_equal(shutting(scene), "");
	assert_false(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
	shut_make(scene);
	assert_string_equal(shutting(scene), "-shut");
	assert_true(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
}

/* As a release that knows no closed logs leaves it. */
static void a_closed_log_with_the_word_loses_one_of_both(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	LinkProbe *peers = scene->facts.probes->items;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(restriction(scene), "-compare"); /* a peer may go on in it */
	peers[0].probe.log_is_in_order = false;
	peers[1].probe.log_is_in_order = false;
	assert_string_equal(restriction(scene), "-search");
}

/* Nothing is written there that could end it. */
static void with_audit_a_link_without_its_log_is_critical_at_once(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_BAD);
	(void)steps(scene);
	assert_false(finds(scene, "no-log", SEVERITY_CRITICAL));
	scene->policy = "{\"mode\": \"audit\"}";
	answers_make(scene, PROBE_BAD);
	(void)steps(scene);
	assert_true(finds(scene, "no-log", SEVERITY_CRITICAL));
}

static void of_a_link_that_is_cut_it_is_asked_whether_its_log_is_closed(void **state)
{
	Scene *scene = three_make(state, READS);
	Tree *monitor = &scene->monitor;
	const char *connection[] = {"IP=127.0.0.1:1", ""};

	answers_make(scene, PROBE_GOOD);
	*monitor = (Tree){.entries = pool_alloc(scene->pool, 2 * sizeof(Entry)), .n_entries = 2};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	monitor->entries[1].dn = "cn=Consumer 002,cn=Database 1,cn=Databases,cn=Monitor";
	for (size_t i = 0; i < ARRAY_SIZE(connection); i++) {
		monitor->entries[1].n_attributes = 0;
		value_add(scene, &monitor->entries[1], "olmSRProviderURIList", "ldap://peer2");
		value_add(scene, &monitor->entries[1], "olmSRSyncPhase", "Persist");
		value_add(scene, &monitor->entries[1], "olmSRConnection", connection[i]);
		(void)steps(scene);
		assert_int_equal(scene->plan.unknown.n_links, i);
	}
}

static void of_a_peer_that_is_away_it_is_asked_soon_whether_it_has_its_log(void **state)
{
	Scene *scene = three_make(state, READS);
	LinkProbe *last;

	answers_make(scene, PROBE_UNKNOWN);
	(void)steps(scene);
	assert_true(scene->plan.unknown.links[0].can_wait);
	last = &scene->facts.probes->items[1];
	last->probe.steps[PROBE_SUFFIX] = PROBE_NOT_TRIED;
	last->probe.steps[PROBE_LOG] = PROBE_NOT_TRIED;
	last->probe.has_suffix = false;
	(void)steps(scene);
	assert_int_equal(scene->plan.unknown.n_links, 1);
	assert_false(scene->plan.unknown.links[0].can_wait);
}

/* A plan after what was written, or of a daemon that has just started. */
static void what_was_said_stays_while_nobody_asks_but_not_when_no_answer_comes(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_UNKNOWN);
	assert_string_equal(word_step(scene), "delete 1 of 2");
}

static void what_worked_once_is_no_proof_of_a_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);
	static KnownLink link = {.suffix = SUFFIX, .peer_id = 2};

	provider_make(scene, "2");
	own_log_make(scene);
	answer_make(scene, PROBE_UNKNOWN);
	link.identity = scene->facts.probes->items[0].identity;
	scene->known.peers.links = (KnownLinks){&link, 1};
	assert_false(writes_links(scene));
}

static void who_has_not_joined_reads_no_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	own_log_make(scene);
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcLastBind";
	answer_make(scene, PROBE_GOOD);
	assert_null(strstr(steps(scene), "replace olcSyncrepl"));
	assert_int_equal(scene->plan.n_breaches, 0);
}

static Scene *reading_make(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "");
	own_log_make(scene);
	consumer_add(scene, 0, "peer2", 2, READS);
	return scene;
}

static void a_link_goes_back_only_when_the_log_is_gone(void **state)
{
	Scene *scene = reading_make(state);

	assert_false(writes_links(scene));
	answer_make(scene, PROBE_UNKNOWN);
	assert_false(writes_links(scene));
	answer_make(scene, PROBE_BAD);
	assert_true(writes_links(scene));
	assert_null(strstr(scene->plan.order.steps[0].mods[1].values[0], "logbase"));
	assert_false(holds(scene, GUARD_PROBING));
}

/* --- a log that is too short --- */

#define CONTACT_SEC 1782900000 /* 20260701100000Z */

/* Peer 2 made contact then, and is not connected now; the log keeps seven days. */
static Scene *away_make(void **state, const char *connection, int64_t away_sec)
{
	Scene *scene = made_make(state, LOG_FOLDER_MISSING);
	Tree *monitor = &scene->monitor;

	provider_make(scene, "2");
	log_make(scene);
	provider_of_log_make(scene);
	writer_make(scene, "07+00:00 01+00:00");
	*monitor = (Tree){.entries = pool_alloc(scene->pool, 2 * sizeof(Entry)), .n_entries = 2};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	monitor->entries[1].dn = "cn=Consumer 002,cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[1], "olmSRProviderURIList", "ldap://peer2");
	value_add(scene, &monitor->entries[1], "olmSRSyncPhase", "Persist");
	value_add(scene, &monitor->entries[1], "olmSRConnection", connection);
	value_add(scene, &monitor->entries[1], "olmSRLastContact", "20260701100000Z");
	scene->facts.now_sec = CONTACT_SEC + away_sec;
	(void)steps(scene);
	return scene;
}

#define DAY 86400

static void a_peer_that_is_away_for_half_of_what_the_log_keeps_is_foretold(void **state)
{
	assert_true(finds(away_make(state, "", 4 * DAY), "log-short", SEVERITY_WARNING));
}

static void a_peer_that_is_away_for_less_is_not(void **state)
{
	assert_false(finds(away_make(state, "", 3 * DAY), "log-short", SEVERITY_WARNING));
}

static void a_peer_that_is_read_is_not_away(void **state)
{
	assert_false(
		finds(away_make(state, "IP=127.0.0.1:1", 9 * DAY), "log-short", SEVERITY_WARNING));
}

static void how_long_a_log_keeps_is_read_as_slapd_reads_it(void **state)
{
	(void)state;
	assert_int_equal(live_log_keeps_sec("07+01:02 01+00:00"), 7 * DAY + 3720);
	assert_int_equal(live_log_keeps_sec("01:30:05 01+00:00"), 5405);
	assert_int_equal(live_log_keeps_sec("00+00:00:20 01+00:00"), 20);
	assert_int_equal(live_log_keeps_sec("x"), -1);
	assert_int_equal(live_log_keeps_sec(NULL), -1);
}

/* --- the disk under it --- */

#define MIB (1024 * 1024)

static Scene *room_make(void **state, int64_t room_bytes)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);
	LogFolder *folder = &scene->facts.machine.log_folders[0];

	provider_make(scene, "2");
	log_make(scene);
	provider_of_log_make(scene);
	writer_make(scene, "01+00:00 01+00:00");
	folder->has_room = room_bytes >= 0;
	folder->room_bytes = room_bytes;
	return scene;
}

static void nothing_writes_into_a_log_whose_disk_is_nearly_full(void **state)
{
	Scene *scene = room_make(state, 15 * MIB);

	assert_string_equal(steps(scene), "delete '" WRITER "'\n");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void that_a_disk_gets_full_is_told_before(void **state)
{
	Scene *scene = room_make(state, 200 * MIB);

	assert_null(strstr(steps(scene), "delete"));
	assert_true(finds(scene, "log-room", SEVERITY_WARNING));
}

static void a_disk_that_nobody_looked_at_is_not_full(void **state)
{
	Scene *scene = room_make(state, -1);

	assert_null(strstr(steps(scene), "delete"));
	assert_false(finds(scene, "log-room", SEVERITY_WARNING));
}

static void no_log_is_begun_where_there_is_no_room(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	scene->facts.machine.log_folders[0].has_room = true;
	scene->facts.machine.log_folders[0].room_bytes = 15 * MIB;
	assert_null(strstr(steps(scene), "olcDatabase={2}mdb"));
	assert_true(holds(scene, GUARD_LOG));
}

/* --- its map --- */

/* Of 262144 pages so many are in use. */
static void map_fill(Scene *scene, const char *used)
{
	log_count(scene, "1");
	value_add(scene, &scene->monitor.entries[0], "olmMDBPagesMax", "262144");
	value_add(scene, &scene->monitor.entries[0], "olmMDBPagesUsed", used);
}

static void nothing_writes_into_a_log_whose_map_is_nearly_full(void **state)
{
	Scene *scene = room_make(state, -1);

	for (size_t i = 0; i < scene->config.n_entries; i++)
		if (strcmp(scene->config.entries[i].dn, LOG) == 0)
			value_add(scene, &scene->config.entries[i], "olcDbMaxSize", "1073741824");
	map_fill(scene, "240000");
	assert_string_equal(steps(scene), "delete '" WRITER "'\n");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
	assert_non_null(strstr(scene->plan.findings[0].text, "olcDbMaxSize: 2147483648"));
}

static void that_a_map_gets_full_is_told_before(void **state)
{
	Scene *scene = room_make(state, -1);

	map_fill(scene, "220000");
	assert_null(strstr(steps(scene), "delete"));
	assert_true(finds(scene, "log-room", SEVERITY_WARNING));
	map_fill(scene, "200000");
	assert_null(strstr(steps(scene), "delete"));
	assert_false(finds(scene, "log-room", SEVERITY_WARNING));
}

/* A search that goes on keeps pages that look free. */
static void a_map_without_pages_that_were_never_used_is_full(void **state)
{
	Scene *scene = room_make(state, -1);

	map_fill(scene, "262100");
	value_add(scene, &scene->monitor.entries[0], "olmMDBPagesFree", "200000");
	assert_string_equal(steps(scene), "delete '" WRITER "'\n");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
	assert_non_null(strstr(scene->plan.findings[0].text, "has once used nearly all pages"));
}

/* --- logs without "delta" --- */

/* The same log, and peers.json asks for none. */
static Scene *left_make(void **state, int64_t room_bytes)
{
	Scene *scene = room_make(state, room_bytes);

	scene->more = "";
	return scene;
}

static void a_log_that_nobody_reads_any_more_is_told_and_stays(void **state)
{
	Scene *scene = left_make(state, -1);

	assert_string_equal(steps(scene), "");
	assert_true(finds(scene, "log-left", SEVERITY_NOTE));
	assert_non_null(strstr(scene->plan.findings[0].text,
			       "ldapdelete -Y EXTERNAL -H ldapi:/// '" WRITER
			       "' 'olcOverlay={0}syncprov," LOG "' '" LOG "'"));
}

/* A node with the peers.json of before may read it still. */
static void a_log_that_was_left_says_nothing_of_its_order(void **state)
{
	Scene *scene = left_make(state, -1);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(shutting(scene), "-compare+search+shut");
	scene_entry(scene, LOG)->n_attributes--;
	assert_string_equal(shutting(scene), "");
}

static void a_log_that_was_closed_when_it_was_left_is_shut(void **state)
{
	Scene *scene = left_make(state, -1);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "search");
	assert_string_equal(shutting(scene), "+shut");
	shut_make(scene);
	assert_string_equal(shutting(scene), "");
}

static void a_log_for_an_audit_is_nobodys_to_read(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	log_make(scene);
	writer_make(scene, "01+00:00 01+00:00");
	scene->more = "";
	scene->facts.machine.log_folders[0].has_room = true;
	assert_string_equal(steps(scene), "");
	assert_false(finds(scene, "log-left", SEVERITY_NOTE));
	assert_false(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void the_disk_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone(void **state)
{
	Scene *scene = left_make(state, 15 * MIB);

	assert_string_equal(steps(scene), "");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void the_map_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone(void **state)
{
	Scene *scene = left_make(state, -1);

	map_fill(scene, "240000");
	assert_string_equal(steps(scene), "");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void another_databases_changes_in_a_log_are_told(void **state)
{
	Scene *scene = room_make(state, -1);
	Entry *other;

	(void)steps(scene);
	assert_false(finds(scene, "log-incomplete", SEVERITY_WARNING));
	other = entry_make(scene, "olcOverlay={0}accesslog,olcDatabase={3}mdb,cn=config",
			   "olcOverlayConfig");
	value_add(scene, other, "olcOverlay", "{0}accesslog");
	value_add(scene, other, "olcAccessLogDB", "cn=log");
	(void)steps(scene);
	assert_true(finds(scene, "log-incomplete", SEVERITY_WARNING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_log_is_made_in_its_order),
		SCENE_TEST(a_log_is_made_closed_while_a_peer_may_go_on_in_it),
		SCENE_TEST(nobody_but_who_reads_for_a_node_may_read_the_log),
		SCENE_TEST(without_a_good_folder_nothing_of_a_log_is_made),
		SCENE_TEST(with_2_4_nothing_of_a_log_is_made),
		SCENE_TEST(what_is_there_is_left_alone),
		SCENE_TEST(what_is_otherwise_is_written),
		SCENE_TEST(a_log_that_may_hold_something_is_not_written_on),
		SCENE_TEST(an_overlay_that_writes_nothing_begins_a_log_and_goes),
		SCENE_TEST(what_began_a_log_goes_once_slapd_has_begun_it),
		SCENE_TEST(a_log_that_is_begun_gets_its_overlay),
		SCENE_TEST(the_overlay_of_a_begun_log_gets_its_operations_and_stays),
		SCENE_TEST(before_it_is_a_provider_it_makes_no_log),
		SCENE_TEST(it_waits_for_a_server_id_that_is_held),
		SCENE_TEST(a_link_reads_the_log_when_it_is_shown),
		SCENE_TEST(who_was_closed_by_the_fence_reads_no_log),
		SCENE_TEST(who_lacks_what_the_provider_had_reads_no_log),
		SCENE_TEST(who_writes_no_log_reads_none),
		SCENE_TEST(who_only_began_a_log_reads_none),
		SCENE_TEST(what_worked_once_is_no_proof_of_a_log),
		SCENE_TEST(all_links_of_a_database_read_logs_or_none),
		SCENE_TEST(one_log_that_is_gone_has_all_links_read_databases),
		SCENE_TEST(who_reads_a_database_in_place_of_a_log_is_not_read_by_its_log),
		SCENE_TEST(who_reads_a_log_leaves_it_when_its_node_says_so_no_more),
		SCENE_TEST(what_others_say_is_not_asked_for_to_say_the_same),
		SCENE_TEST(before_a_link_reads_a_database_its_node_says_so),
		SCENE_TEST(
			the_link_whose_log_is_gone_reads_nothing_while_this_nodes_log_may_be_read),
		SCENE_TEST(it_reads_the_database_when_all_have_left_or_had_time_to),
		SCENE_TEST(who_lacks_a_log_closes_its_own),
		SCENE_TEST(who_finds_a_log_closed_reads_databases_and_closes_its_own),
		SCENE_TEST(a_closed_log_is_opened_when_no_peer_can_go_on_in_it),
		SCENE_TEST(a_closed_log_with_the_word_loses_one_of_both),
		SCENE_TEST(a_log_is_shut_when_who_may_read_it_had_the_time_to_leave),
		SCENE_TEST(a_log_is_not_shut_to_the_rootdn_of_the_database),
		SCENE_TEST(a_log_that_cannot_be_shut_is_told),
		SCENE_TEST(a_log_is_shut_before_a_link_that_is_cut_reads_a_database),
		SCENE_TEST(a_log_is_shut_where_nobody_hears_whether_its_reader_left),
		SCENE_TEST(
			who_reads_a_peer_that_refuses_comparisons_does_not_say_that_it_sees_all_logs),
		SCENE_TEST(a_log_is_shut_before_a_link_gets_what_a_shut_one_withheld),
		SCENE_TEST(
			a_log_that_can_be_shut_has_the_link_whose_log_is_gone_read_the_database_at_once),
		SCENE_TEST(a_log_shows_everything_again_before_it_is_opened),
		SCENE_TEST(a_log_that_is_open_hides_nothing),
		SCENE_TEST(with_audit_a_link_without_its_log_is_critical_at_once),
		SCENE_TEST(of_a_link_that_is_cut_it_is_asked_whether_its_log_is_closed),
		SCENE_TEST(of_a_peer_that_is_away_it_is_asked_soon_whether_it_has_its_log),
		SCENE_TEST(what_was_said_stays_while_nobody_asks_but_not_when_no_answer_comes),
		SCENE_TEST(who_has_not_joined_reads_no_log),
		SCENE_TEST(a_link_goes_back_only_when_the_log_is_gone),
		SCENE_TEST(a_peer_that_is_away_for_half_of_what_the_log_keeps_is_foretold),
		SCENE_TEST(a_peer_that_is_away_for_less_is_not),
		SCENE_TEST(a_peer_that_is_read_is_not_away),
		SCENE_TEST(how_long_a_log_keeps_is_read_as_slapd_reads_it),
		SCENE_TEST(nothing_writes_into_a_log_whose_disk_is_nearly_full),
		SCENE_TEST(that_a_disk_gets_full_is_told_before),
		SCENE_TEST(a_disk_that_nobody_looked_at_is_not_full),
		SCENE_TEST(no_log_is_begun_where_there_is_no_room),
		SCENE_TEST(nothing_writes_into_a_log_whose_map_is_nearly_full),
		SCENE_TEST(that_a_map_gets_full_is_told_before),
		SCENE_TEST(a_map_without_pages_that_were_never_used_is_full),
		SCENE_TEST(the_map_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone),
		SCENE_TEST(a_log_that_nobody_reads_any_more_is_told_and_stays),
		SCENE_TEST(a_log_that_was_left_says_nothing_of_its_order),
		SCENE_TEST(a_log_that_was_closed_when_it_was_left_is_shut),
		SCENE_TEST(a_log_for_an_audit_is_nobodys_to_read),
		SCENE_TEST(the_disk_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone),
		SCENE_TEST(another_databases_changes_in_a_log_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
