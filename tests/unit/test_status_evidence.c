/* SPDX-License-Identifier: Apache-2.0 */
/* What is not known has no number: every sample of the metrics, every number of check and every
 * leaf of status.json, with one piece of evidence after the other taken away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/json/json_document.h"
#include "common/status/status_view.h"

#define NOW 1800000000

/* --- a status in which no number is 0 --- */

typedef struct Scene {
	StatusPeer peers[2];
	CopyHealth copies[2];
	DatabaseHealth health;
	StatusDatabase database;
	CompareRecord compared;
	FleetNode nodes[5];
	Fleet fleet;
	StatusLog log;
	KnownCanary canary;
	Condition conditions[7];
	Status status;
} Scene;

static Condition lasting(ConditionKind kind, const char *key, const char *code)
{
	return (Condition){.kind = kind,
			   .key = key,
			   .code = code,
			   .begins = EVENT_HELD,
			   .ends = EVENT_RELEASED,
			   .text = "text",
			   .suffix = "dc=x",
			   .peer = kind == CONDITION_NODE ? "2" : NULL,
			   .is_critical = true,
			   .since_sec = NOW - 9};
}

static void conditions_begin(Scene *scene)
{
	const Condition all[] = {
		lasting(CONDITION_TROUBLE, "desired", NULL),
		lasting(CONDITION_HOLD, "paused", "paused"),
		lasting(CONDITION_HOLD, "hold", "G4"),
		lasting(CONDITION_FINDING, "finding", "clock"),
		lasting(CONDITION_CHANGE, "change", NULL),
		lasting(CONDITION_LINK, "link", NULL),
		lasting(CONDITION_NODE, "node", NULL),
	};

	memcpy(scene->conditions, all, sizeof(all));
	scene->status.conditions = (ConditionList){scene->conditions, ARRAY_SIZE(all)};
}

/* One heard, one silent, two that are not known, one that has nowhere to write. */
static void fleet_begin(Scene *scene)
{
	scene->fleet = (Fleet){.suffix = "dc=x",
			       .container = "ou=h,dc=x",
			       .interval_sec = 60,
			       .read_sec = NOW - 5,
			       .nodes = scene->nodes,
			       .n_nodes = ARRAY_SIZE(scene->nodes),
			       .n_strangers = 1};
	for (unsigned i = 0; i < ARRAY_SIZE(scene->nodes); i++)
		scene->nodes[i] = (FleetNode){
			.id = i + 1,
			.uri = "ldap://n",
			.is_self = i == 0,
			.is_consumer = i == 4,
			.is_mute = i == 4,
			.has_beat = i < 2,
			.ignored = i == 3 ? "why" : NULL,
			.beat = {.id = i + 1,
				 .version = "0.2.0",
				 .has_revision = true,
				 .revision = 12,
				 .sha256 = "abc",
				 .mode = "enforce",
				 .state = "in-step",
				 .held = "",
				 .time_sec = i == 1 ? NOW - 1000 : NOW - 20},
		};
	scene->status.fleets = (Fleets){&scene->fleet, 1};
}

static void database_begin(Scene *scene)
{
	for (unsigned i = 0; i < 2; i++) {
		scene->peers[i] = (StatusPeer){.id = i + 2,
					       .uri = "ldap://p",
					       .rid = (int)i + 2,
					       .is_running = CLAIM_YES,
					       .reads_at_intervals = true,
					       .is_connected = true,
					       .is_persistent = true,
					       .was_seen = true,
					       .is_down = i == 1,
					       .has_old_tls_files = true,
					       .since_sec = NOW - 100,
					       .last_contact_sec = NOW - 4,
					       .last_connect_sec = NOW - 100,
					       .next_connect_sec = NOW + 10,
					       .certificate_end_sec = NOW + 86400,
					       .log_oldest_sec = NOW - 5000,
					       .has_clock = true,
					       .clock_ahead_sec = 3};
		scene->copies[i] = (CopyHealth){.peer_id = i + 2,
						.state = HEALTH_BEHIND,
						.is_current = true,
						.read_sec = NOW - 7,
						.lag_msec = 3250,
						.lag_text = "changes"};
	}
	scene->health = (DatabaseHealth){.suffix = "dc=x",
					 .looked_sec = NOW - 7,
					 .here = scene->copies[0],
					 .peers = scene->copies,
					 .n_peers = 2};
	scene->health.here.peer_id = 1;
	scene->database = (StatusDatabase){.suffix = "dc=x",
					   .dn = "olcDatabase={1}mdb,cn=config",
					   .is_in_step = CLAIM_YES,
					   .since_sec = NOW - 60,
					   .is_multi_provider = true,
					   .peers = scene->peers,
					   .n_peers = 2,
					   .n_leaves = 1,
					   .n_not_read = 1,
					   .health = &scene->health};
	scene->status.databases = &scene->database;
	scene->status.n_databases = 1;
}

static void rest_begin(Scene *scene)
{
	Status *status = &scene->status;

	scene->compared = (CompareRecord){.suffix = "dc=x",
					  .peer_id = 2,
					  .compared_sec = NOW - 50,
					  .verdict = COMPARISON_DIFFERENT};
	for (int kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		scene->compared.counts[kind] = 1;
	status->compared = (CompareRecords){&scene->compared, 1};
	scene->log = (StatusLog){"dc=x", "cn=log", 1000, 2000, 3000};
	status->logs = (StatusLogs){&scene->log, 1};
	scene->canary = (KnownCanary){.id = 1, .state = CANARY_WELL, .soaked_sec = 20, .says = "s"};
	status->rollout = (StatusRollout){true, 13, NOW - 30, 600, &scene->canary, 1};
	for (int i = 0; i < PASS_OUTCOME_COUNT; i++)
		status->counters.passes[i] = 1;
	status->counters.passes_usec = 70;
	for (int i = 0; i < EVENT_KIND_COUNT; i++)
		status->counters.events[i] = 1;
}

static void scene_begin(Scene *scene)
{
	*scene = (Scene){.status = {
				 .version = "0.2.0",
				 .pid = 7,
				 .pid_ticks = 8,
				 .started_sec = NOW - 1000,
				 .stopped_sec = -1,
				 .written_sec = NOW - 12,
				 .interval_sec = 60,
				 .sentence = "in step",
				 .peers_file = "/p",
				 .has_desired = true,
				 .mode = POLICY_ENFORCE,
				 .has_revision = true,
				 .revision = 12,
				 .sha256 = "abc",
				 .node_id = 1,
				 .node_uri = "ldap://n1",
				 .is_hub = true,
				 .slapd_uri = "ldapi:///",
				 .is_slapd_up = CLAIM_YES,
				 .slapd_since_sec = NOW - 900,
				 .looked_sec = NOW - 12,
				 .success_sec = NOW - 12,
				 .next_pass_sec = NOW + 5,
				 .last_pass = {7, NOW - 12, "timer", PASS_SETTLED, 3456},
				 .is_server_in_step = CLAIM_YES,
			 }};
	database_begin(scene);
	conditions_begin(scene);
	fleet_begin(scene);
	rest_begin(scene);
}

/* --- evidence that is taken away --- */

static void nobody_has_looked(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->status.is_slapd_up = CLAIM_UNKNOWN;
	scene->status.slapd_since_sec = scene->status.looked_sec = scene->status.success_sec = -1;
	scene->status.is_server_in_step = CLAIM_UNKNOWN;
	scene->status.n_databases = 0;
	scene->status.fleets = (Fleets){0};
	scene->status.logs = (StatusLogs){0};
	scene->status.last_pass = (StatusPass){.ended_sec = -1};
}

static void slapd_is_away(Pool *pool, Scene *scene)
{
	scene->status.is_slapd_up = CLAIM_NO;
	status_look_failed(pool, NOW, &scene->status);
}

static void slapd_is_away_and_nothing_lasted(Pool *pool, Scene *scene)
{
	scene->status.conditions.n_items = 1; /* the trouble */
	slapd_is_away(pool, scene);
}

static void monitor_tells_no_consumers(Pool *pool, Scene *scene)
{
	(void)pool;
	for (int i = 0; i < 2; i++) {
		scene->peers[i].is_running = CLAIM_UNKNOWN;
		scene->peers[i].was_seen = scene->peers[i].is_down = false;
	}
}

static void no_peer_was_probed(Pool *pool, Scene *scene)
{
	const LinkProbes none = {0};

	(void)pool;
	status_take_probes(&none, &scene->status);
}

static void no_copy_was_looked_at(Pool *pool, Scene *scene)
{
	(void)pool;
	status_take_health(NULL, 0, &scene->status);
}

static void no_copy_could_be_read(Pool *pool, Scene *scene)
{
	(void)pool;
	for (int i = 0; i < 2; i++) {
		scene->copies[i].is_current = false;
		scene->copies[i].read_sec = scene->copies[i].lag_msec = -1;
	}
	scene->health.here.is_current = false;
	scene->health.here.read_sec = scene->health.here.lag_msec = -1;
}

static void nothing_was_compared(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->status.compared = (CompareRecords){0};
}

static void what_was_compared_failed(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->compared.verdict = COMPARISON_NOT_COMPARABLE;
	memset(scene->compared.counts, 0, sizeof(scene->compared.counts));
}

static void the_log_folder_shows_nothing(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->log.size_bytes = scene->log.room_bytes = scene->log.keeps_sec = -1;
}

static void heartbeats_cannot_be_read(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->fleet.problem = "refused";
	scene->fleet.read_sec = -1;
	scene->fleet.n_strangers = 0;
	for (size_t i = 0; i < ARRAY_SIZE(scene->nodes); i++) {
		scene->nodes[i].has_beat = false;
		scene->nodes[i].ignored = NULL;
	}
}

static void there_are_no_heartbeats(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->status.fleets = (Fleets){0};
}

static void there_is_no_file(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->status.has_desired = false;
	scene->status.node_id = 0;
}

static void the_file_has_no_revision(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->status.has_revision = false;
}

static void no_revision_waits(Pool *pool, Scene *scene)
{
	(void)pool;
	scene->status.rollout = (StatusRollout){0};
}

/* Each, and what tells of just that: parts of names. */
static const struct {
	const char *what;
	void (*take)(Pool *pool, Scene *scene);
	const char *tells[4];
} evidence[] = {
	{"nobody has looked", nobody_has_looked, {0}},
	{"slapd is away", slapd_is_away, {"syncward_slapd_up", "slapd.up"}},
	{"slapd is away, and nothing lasted before",
	 slapd_is_away_and_nothing_lasted,
	 {"syncward_slapd_up", "slapd.up", "syncward_paused"}},
	{"cn=monitor tells no consumers", monitor_tells_no_consumers, {".seen", ".down"}},
	{"no peer was probed", no_peer_was_probed, {0}},
	{"no copy was looked at", no_copy_was_looked_at, {0}},
	{"no copy could be read", no_copy_could_be_read, {".current"}},
	{"nothing was compared", nothing_was_compared, {0}},
	{"what was compared failed", what_was_compared_failed, {"syncward_compare_result"}},
	{"the log's folder shows nothing", the_log_folder_shows_nothing, {0}},
	{"heartbeats cannot be read", heartbeats_cannot_be_read, {"syncward_nodes{", "nodes_"}},
	{"there are no heartbeats", there_are_no_heartbeats, {0}},
	{"there is no peers.json", there_is_no_file, {"syncward_enforcing"}},
	{"the file has no revision", the_file_has_no_revision, {0}},
	{"no revision waits", no_revision_waits, {"syncward_rollout_waits"}},
};

/* What the daemon knows of itself, whatever it sees of others. */
static const char *const own[] = {
	"syncward_build_info",
	"syncward_up",
	"syncward_start_time_",
	"syncward_written_",
	"syncward_last_pass_",
	"syncward_interval_seconds",
	"syncward_passes_total",
	"syncward_pass_duration_",
	"syncward_events_total",
	"syncward_corrections_total",
	"syncward_desired_refused",
	"syncward_enforcing",
	"syncward_troubles",
	"syncward_holds_by_code",
	"syncward_paused",
	"syncward_findings_by_code",
	"syncward_rollout_waits",
	"corrections",
	"drift",
	"age",
};

/* --- numbers by name --- */

typedef struct Number {
	const char *name;
	const char *value;
	bool was_absent_once;
} Number;

typedef struct Numbers {
	Pool *pool;
	Number *items;
	size_t n_items;
} Numbers;

static void number_add(Numbers *numbers, const char *name, const char *value)
{
	POOL_PUSH(numbers->pool, numbers->items, numbers->n_items, {name, value, false});
}

static Number *number_find(const Numbers *numbers, const char *name)
{
	for (size_t i = 0; i < numbers->n_items; i++)
		if (strcmp(numbers->items[i].name, name) == 0)
			return &numbers->items[i];
	return NULL;
}

static void metrics_take(Numbers *numbers, const Status *status)
{
	char *rest = pool_strdup(numbers->pool, status_metrics(numbers->pool, status));

	for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *blank = strrchr(line, ' ');

		if (*line == '#')
			continue;
		*blank = '\0';
		number_add(numbers, line, blank + 1);
	}
}

static void perfdata_take(Numbers *numbers, const Status *status)
{
	const StatusLife life = {.is_running = CLAIM_YES, .now_sec = NOW};
	const CheckLimits limits = {.warning_msec = -1, .critical_msec = -1, .is_of_all = true};
	const char *line = status_check(numbers->pool, status, &life, &limits).line;
	char *rest = pool_strdup(numbers->pool, strstr(line, " | ") + 3);

	*strchrnul(rest, '\n') = '\0';
	for (char *word = strtok_r(rest, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *equal = strchr(word, '=');

		*equal = '\0';
		number_add(numbers, word,
			   pool_copy(numbers->pool, equal + 1, strcspn(equal + 1, ";")));
	}
}

static void leaves_take(Numbers *numbers, const JsonNode *node, const char *path)
{
	if (node->type == JSON_NUMBER)
		number_add(numbers, path, node->number);
	else if (node->type == JSON_BOOLEAN)
		number_add(numbers, path, node->boolean ? "1" : "0");
	for (size_t i = 0; i < node->n_children; i++)
		leaves_take(numbers, &node->children[i],
			    node->children[i].key ? pool_printf(numbers->pool, "%s.%s", path,
								node->children[i].key)
						  : pool_printf(numbers->pool, "%s[%zu]", path, i));
}

static void document_take(Numbers *numbers, const Status *status)
{
	const char *text = status_print(numbers->pool, status);
	const JsonNode *root;
	Error err;

	assert_int_equal(json_parse(numbers->pool, "s", text, strlen(text), &root, &err), 0);
	leaves_take(numbers, root, "");
}

static Numbers numbers_of(Pool *pool, const Status *status)
{
	Numbers numbers = {.pool = pool};

	metrics_take(&numbers, status);
	perfdata_take(&numbers, status);
	document_take(&numbers, status);
	return numbers;
}

/* --- the tests --- */

static bool is_zero(const char *value)
{
	return strtod(value, NULL) == 0;
}

static bool has_part(const char *name, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n && parts[i]; i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

/* A leaf of the document; all others are for machines that draw and judge numbers. */
static bool is_leaf(const Number *number)
{
	return *number->name == '.';
}

/* A number that another number took the place of. In the document, where states stand beside it,
 * it may only not become 0 or false. */
static bool is_untrue(const Number *number, const Number *was)
{
	if (!was)
		return !is_leaf(number);
	if (strcmp(was->value, number->value) == 0)
		return false;
	return !is_leaf(number) || is_zero(number->value);
}

static size_t untruths(const Numbers *before, const Numbers *after, size_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < after->n_items; i++) {
		const Number *number = &after->items[i], *was = number_find(before, number->name);

		if (!is_untrue(number, was) ||
		    has_part(number->name, evidence[at].tells, ARRAY_SIZE(evidence[at].tells)))
			continue;
		print_error("%s: %s was %s and is %s\n", evidence[at].what, number->name,
			    was ? was->value : "absent", number->value);
		n++;
	}
	return n;
}

static bool is_own(const Number *number)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strncmp(number->name, own[i], strlen(own[i])) == 0)
			return true;
	return false;
}

static void what_is_not_known_has_no_number(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;
	Numbers before;
	size_t n = 0;

	(void)state;
	scene_begin(&scene);
	before = numbers_of(pool, &scene.status);
	for (size_t at = 0; at < ARRAY_SIZE(evidence); at++) {
		Numbers after;

		scene_begin(&scene);
		evidence[at].take(pool, &scene);
		after = numbers_of(pool, &scene.status);
		n += untruths(&before, &after, at);
	}
	assert_int_equal(n, 0);
}

static void every_number_is_absent_without_its_evidence_or_the_daemons_own(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;
	Numbers all;
	size_t n = 0;

	(void)state;
	scene_begin(&scene);
	all = numbers_of(pool, &scene.status);
	assert_true(all.n_items > 100);
	for (size_t at = 0; at < ARRAY_SIZE(evidence); at++) {
		Numbers after;

		scene_begin(&scene);
		evidence[at].take(pool, &scene);
		after = numbers_of(pool, &scene.status);
		for (size_t i = 0; i < all.n_items; i++)
			all.items[i].was_absent_once |= !number_find(&after, all.items[i].name);
	}
	for (size_t i = 0; i < all.n_items; i++) {
		const Number *number = &all.items[i];

		if (is_leaf(number) || number->was_absent_once ||
		    (is_own(number) && !is_zero(number->value)))
			continue;
		print_error("%s is %s whatever is known\n", number->name, number->value);
		n++;
	}
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_has_no_number),
		cmocka_unit_test(every_number_is_absent_without_its_evidence_or_the_daemons_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
