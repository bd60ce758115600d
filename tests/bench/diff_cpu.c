/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff_cpu: CPU time of comparing what a server holds with what is wanted (plan_make), for 111 and
 * 999 peers; of tokenising the 999 values alone; and, to know, of all that is made of an answer
 * (live_take_config): medians in microseconds, as "NAME USEC" lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/buf.h"
#include "common/decide/decide.h"

#define SELF        1
#define REPETITIONS 101

static const char binddn[] = "cn=replicator,dc=example,dc=com";

/* Everything that one comparison reads. */
typedef struct Sample {
	const Desired *desired;
	Wanted wanted;
	Tree config;
	Facts facts;
	Known known;
	Live live;
} Sample;

static double now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static _Noreturn void fail(const char *text)
{
	(void)fprintf(stderr, "diff_cpu: %s\n", text);
	exit(1);
}

static const char *peers_json(Pool *pool, int n_peers)
{
	Buf text = BUF_IN(pool);

	buf_puts(&text, "{\"format\": 1, \"peers\": [");
	for (int id = 1; id <= n_peers; id++)
		buf_printf(&text, "%s{\"id\": %d, \"uri\": \"ldap://ldap%d.example.com\"}",
			   id > 1 ? "," : "", id, id);
	buf_printf(&text,
		   "], \"databases\": [{\"suffix\": \"dc=example,dc=com\", \"syncrepl\": "
		   "{\"bindmethod\": \"simple\", \"binddn\": \"%s\", \"credentials\": \"x\", "
		   "\"retry\": \"60 +\"}}],"
		   "\"policy\": {\"mode\": \"enforce\"}}",
		   binddn);
	return buf_text(&text);
}

static void value_add(Pool *pool, Entry *entry, const char *name, const char *value)
{
	entry_add_value(pool, entry, name, value, strlen(value));
}

/* A server that holds what is wanted, in an order and a spelling of its own. */
static void config_make(Pool *pool, int n_peers, Tree *tree)
{
	Entry *entry = tree_add_entry(pool, tree, "cn=config");

	value_add(pool, entry, "objectClass", "olcGlobal");
	value_add(pool, entry, "olcServerID", "1");
	entry = tree_add_entry(pool, tree, "cn=module{0},cn=config");
	value_add(pool, entry, "objectClass", "olcModuleList");
	value_add(pool, entry, "olcModuleLoad", "{0}syncprov");
	entry = tree_add_entry(pool, tree, "olcDatabase={1}mdb,cn=config");
	value_add(pool, entry, "objectClass", "olcDatabaseConfig");
	value_add(pool, entry, "objectClass", "olcMdbConfig");
	value_add(pool, entry, "olcDatabase", "{1}mdb");
	value_add(pool, entry, "olcSuffix", "dc=example,dc=com");
	value_add(pool, entry, "olcRootDN", "cn=admin,dc=example,dc=com");
	value_add(pool, entry, "olcDbIndex", "entryCSN,entryUUID eq");
	value_add(pool, entry, "olcLimits",
		  pool_printf(pool, "{0}dn.exact=\"%s\" size=unlimited time=unlimited", binddn));
	value_add(pool, entry, "olcMultiProvider", "TRUE");
	for (int id = n_peers; id > SELF; id--)
		value_add(pool, entry, "olcSyncrepl",
			  pool_printf(pool,
				      "{%d}rid=%03d provider=ldap://ldap%d.example.com "
				      "bindmethod=simple binddn=\"%s\" credentials=x "
				      "searchbase=\"dc=example,dc=com\" type=refreshAndPersist "
				      "retry=\"60 +\" timeout=3 network-timeout=5",
				      n_peers - id, id, id, binddn));
	entry = tree_add_entry(pool, tree, "olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config");
	value_add(pool, entry, "objectClass", "olcOverlayConfig");
	value_add(pool, entry, "objectClass", "olcSyncProvConfig");
	value_add(pool, entry, "olcOverlay", "{0}syncprov");
	value_add(pool, entry, "olcSpCheckpoint", "100 10");
	value_add(pool, entry, "olcSpSessionlog", "1000");
}

static void sample_make(Pool *pool, int n_peers, Sample *sample)
{
	const char *text = peers_json(pool, n_peers);
	Secret secret = {.kind = CREDENTIALS_LITERAL, .name = "x", .text = "x"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	Error err;

	*sample = (Sample){0};
	if (desired_parse(pool, "peers.json", text, strlen(text), &sample->desired, &err) < 0 ||
	    wanted_make(pool, sample->desired, 0, &secrets, &sample->wanted, &err) < 0)
		fail(err.text);
	config_make(pool, n_peers, &sample->config);
	sample->facts.machine.fqdn = "ldap1.example.com";
	if (live_take_config(pool, &sample->config, &sample->facts.machine, &sample->live, &err) <
	    0)
		fail(err.text);
}

static void compare(const void *what)
{
	const Sample *sample = what;
	AUTO(Pool) *pool = pool_new();
	const PlanInput input = {
		.desired = sample->desired,
		.wanted = &sample->wanted,
		.live = &sample->live,
		.facts = &sample->facts,
		.known = &sample->known,
		.options = {.sha256 = ""},
	};
	Plan plan;

	plan_make(pool, &input, &plan);
	if (plan.n_changes > 0 || plan.unknown.n_contents > 0 || plan.held.n_holds > 0)
		fail("the sample is not in step");
}

static void tokenise(const void *what)
{
	const Sample *sample = what;
	const LiveDatabase *database = &sample->live.databases[0];
	AUTO(Pool) *pool = pool_new();

	for (size_t i = 0; i < database->n_consumers; i++) {
		Syncrepl syncrepl;

		if (syncrepl_parse(pool, database->consumers[i].text, &syncrepl, NULL) < 0)
			fail("a value does not parse");
	}
}

static void understand(const void *what)
{
	const Sample *sample = what;
	AUTO(Pool) *pool = pool_new();
	Error err;
	Live live = {0};

	if (live_take_config(pool, &sample->config, &sample->facts.machine, &live, &err) < 0)
		fail(err.text);
}

static int compare_doubles(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

typedef struct Work {
	const char *name;
	void (*run)(const void *what);
	Sample sample;
	double usec[REPETITIONS];
} Work;

/* All in turn, so that a busy moment of the machine hits all. */
static void measure(Work *works, size_t n_works)
{
	for (int i = -3; i < REPETITIONS; i++)
		for (size_t k = 0; k < n_works; k++) {
			const double start = now_usec();

			works[k].run(&works[k].sample);
			if (i >= 0)
				works[k].usec[i] = now_usec() - start;
		}
}

int main(void)
{
	static Work works[] = {
		{.name = "diff_111", .run = compare},
		{.name = "diff_999", .run = compare},
		{.name = "tokenise_999", .run = tokenise},
		{.name = "understand_999", .run = understand},
	};
	AUTO(Pool) *pool = pool_new();

	sample_make(pool, 111, &works[0].sample);
	sample_make(pool, 999, &works[1].sample);
	sample_make(pool, 999, &works[2].sample);
	sample_make(pool, 999, &works[3].sample);
	measure(works, ARRAY_SIZE(works));
	for (size_t k = 0; k < ARRAY_SIZE(works); k++) {
		qsort(works[k].usec, REPETITIONS, sizeof(double), compare_doubles);
		(void)printf("%s %.1f\n", works[k].name, works[k].usec[REPETITIONS / 2]);
	}
	return 0;
}
