/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/look.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "agent/pass/extra_look.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/session_tls.h"
#include "agent/slapd/content_here.h"
#include "agent/slapd/next_start.h"
#include "agent/slapd/oldest_entries.h"
#include "agent/slapd/sessions_here.h"
#include "agent/slapd/slapd_process.h"
#include "common/copy/csn_set.h"
#include "common/slapd/dn.h"

#define SIZE_LIMIT_EXCEEDED 4
#define NO_SUCH_OBJECT      32

static int read_config(Directory *directory, Pool *pool, World *world, Error *err)
{
	const DirectoryQuery query = {
		.base = "cn=config",
		.scope = DIRECTORY_SUBTREE,
		.filter = live_config_filter,
		.attributes = live_config_attributes,
	};

	return directory_read(directory, &query, pool, &world->config, err);
}

static int search_monitor(Directory *directory, Pool *pool, const char *filter, Tree *ret,
			  Error *err)
{
	const DirectoryQuery query = {
		.base = "cn=Monitor",
		.scope = DIRECTORY_SUBTREE,
		.filter = filter,
		.attributes = live_monitor_attributes,
	};

	*ret = (Tree){0};
	return directory_read(directory, &query, pool, ret, err);
}

/* A server without cn=monitor, or that hides it from us, is no error: what runs is unknown then.
 * Nor is one that runs more consumers than its size limit (500 by default) lets us read. */
static int read_monitor(Directory *directory, Pool *pool, World *world, Tree *ret, Error *err)
{
	int result = search_monitor(directory, pool, live_monitor_filter, ret, err);

	world->facts.machine.monitor_is_limited = result < 0 && err->code == SIZE_LIMIT_EXCEEDED;
	if (world->facts.machine.monitor_is_limited)
		result = search_monitor(directory, pool, live_monitor_few_filter, ret, err);
	if (result < 0 && err->code != NO_SUCH_OBJECT && err->class != ERROR_DENIED)
		return -1;
	if (result < 0)
		*ret = (Tree){0};
	world->has_monitor = ret->n_entries > 0;
	return 0;
}

static const Entry *global_entry(const World *world)
{
	for (size_t i = 0; i < world->config.n_entries; i++)
		if (entry_has_value(&world->config.entries[i], "objectClass", "olcGlobal"))
			return &world->config.entries[i];
	return NULL;
}

static bool monitor_tells_listeners(const Tree *monitor)
{
	for (size_t i = 0; i < monitor->n_entries; i++)
		if (entry_first(&monitor->entries[i], "labeledURI"))
			return true;
	return false;
}

static SlapdArguments process_arguments(Pool *pool, const World *world)
{
	const Entry *global = global_entry(world);

	if (!global)
		return (SlapdArguments){0};
	return slapd_arguments_find(pool, entry_first(global, "olcPidFile"),
				    entry_first(global, "olcArgsFile"));
}

static void find_listeners(Pool *pool, const Tree *monitor, World *world)
{
	SlapdArguments arguments;

	if (monitor_tells_listeners(monitor))
		return;
	arguments = process_arguments(pool, world);
	world->facts.machine.listeners = arguments.urls;
	world->facts.machine.n_listeners = arguments.n_urls;
}

/* cn=config decides whether slapd starts with these. */
static void find_next_listeners(Pool *pool, World *world)
{
	const Entry *global = global_entry(world);
	NextStart next;

	if (!global || !next_start_find(pool, entry_first(global, "olcPidFile"), &next))
		return;
	world->facts.machine.next_listeners = next.arguments.urls;
	world->facts.machine.n_next_listeners = next.arguments.n_urls;
	world->facts.machine.next_source = next.source;
}

const char *world_config_dir(Pool *pool, const World *world)
{
	const Entry *global = global_entry(world);
	const char *folder = global ? entry_first(global, "olcConfigDir") : NULL;

	return folder ? folder : process_arguments(pool, world).config_dir;
}

/* What was read is gone before cn=config is taken apart: of many consumers both are large. */
static int take_monitor(Directory *directory, Pool *pool, World *world, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Tree monitor = {0};

	if (read_monitor(directory, scratch, world, &monitor, err) < 0)
		return -1;
	find_listeners(pool, &monitor, world);
	live_take_monitor(pool, &monitor, &world->facts.machine, &world->live);
	return 0;
}

int world_read(Directory *directory, Pool *pool, const Machine *machine, World *ret, Error *err)
{
	World world = {.facts.machine = *machine};

	if (read_config(directory, pool, &world, err) < 0 ||
	    take_monitor(directory, pool, &world, err) < 0)
		return -1;
	find_next_listeners(pool, &world);
	*ret = world;
	return live_take_config(pool, &ret->config, &ret->facts.machine, &ret->live, err);
}

int world_read_running(Directory *directory, Pool *pool, World *world, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Tree monitor = {0};

	if (read_monitor(directory, scratch, world, &monitor, err) < 0)
		return -1;
	live_take_monitor(pool, &monitor, &world->facts.machine, &world->live);
	return 0;
}

/* --- content of databases --- */

static DatabaseFacts *facts_of(Pool *pool, Facts *facts, const char *suffix)
{
	for (size_t i = 0; i < facts->n_databases; i++)
		if (dn_equal(facts->databases[i].suffix, suffix))
			return &facts->databases[i];
	POOL_PUSH(pool, facts->databases, facts->n_databases, {.suffix = suffix});
	return &facts->databases[facts->n_databases - 1];
}

/* Name servers and peers that swallow packets take their time: a pass must end all the same, and
 * have time left for what it finds. */
#define PEERS_PATIENCE_MSEC 20000
#define SLAPD_NEEDS_MSEC    15000

/* Peers whose databases are read, all in one round. */
typedef struct PeersAsked {
	ProbeTarget *targets;
	size_t n_targets;
} PeersAsked;

typedef struct PeersHeard {
	const Probe *probes; /* of those that were asked, in their order; NULL: nobody was */
	const char *problem; /* why */
	SilentPeers before;  /* that are not asked once more */
	SilentPeers *silent; /* takes those of now; NULL: need not be known */
} PeersHeard;

static const Content *silent_find(const SilentPeers *silent, const char *suffix, unsigned peer_id)
{
	for (size_t i = 0; silent && i < silent->n_items; i++)
		if (silent->items[i].content.peer_id == peer_id &&
		    strcmp(silent->items[i].suffix, suffix) == 0)
			return &silent->items[i].content;
	return NULL;
}

static void silent_add(SilentPeers *silent, const char *suffix, const Content *content)
{
	if (!silent || content->state != CONTENT_UNREACHABLE)
		return;
	POOL_PUSH(silent->pool, silent->items, silent->n_items,
		  {.suffix = pool_strdup(silent->pool, suffix),
		   .content = {.peer_id = content->peer_id,
			       .state = content->state,
			       .problem = pool_strdup(silent->pool, content->problem)}});
}

static void peers_add(Pool *pool, World *world, const WantedDatabase *wanted,
		      const SilentPeers *silent, PeersAsked *asked)
{
	const char *suffix = wanted->desired->suffix;
	DatabaseFacts *facts = facts_of(pool, &world->facts, suffix);

	for (size_t i = 0; facts->n_peers == 0 && i < wanted->n_consumers; i++) {
		const WantedConsumer *consumer = &wanted->consumers[i];
		Syncrepl *link;

		if (silent_find(silent, suffix, consumer->peer->id))
			continue;
		link = pool_alloc(pool, sizeof(*link));
		*link = link_inherit_tls(&consumer->syncrepl, world->live.global);
		POOL_PUSH(pool, asked->targets, asked->n_targets,
			  {.syncrepl = link,
			   .suffix = suffix,
			   .peer_id = consumer->peer->id,
			   .secret = consumer->secret});
	}
}

static unsigned peers_patience_msec(const Directory *directory, const NeedsAsker *asker)
{
	const unsigned usual_msec =
		asker->patience_msec > 0 ? asker->patience_msec : PEERS_PATIENCE_MSEC;
	const unsigned left_msec =
		budget_left_msec(&directory->budget, usual_msec + SLAPD_NEEDS_MSEC);

	return left_msec > SLAPD_NEEDS_MSEC ? left_msec - SLAPD_NEEDS_MSEC : 0;
}

/* NULL: none was asked, err says why. */
static Probe *peers_ask(Directory *directory, Pool *pool, World *world, const NeedsAsker *asker,
			const PeersAsked *asked, Error *err)
{
	const ProbeOptions options = {.depth = PROBE_DEPTH_ID,
				      .deadline_msec = peers_patience_msec(directory, asker),
				      .expectation = {.our_id = asker->our_id},
				      .must_stop = directory->budget.must_stop,
				      .refusals = &world->refusals};
	ProbeRefusals refusals = world->refusals;
	Probe *probes = NULL;

	if (options.deadline_msec == 0) {
		error_set(err, ERROR_BUSY, 0, "not asked: the time of this pass was over before");
		return NULL;
	}
	(void)probe_run(pool, asked->targets, asked->n_targets, &options, &probes, &refusals, err);
	world->refusals = refusals;
	return probes;
}

/* In the order of the consumers; takes the answers that are theirs. */
static void peers_hear(Pool *pool, const WantedDatabase *wanted, const PeersHeard *heard,
		       size_t *at, Facts *ret)
{
	const char *suffix = wanted->desired->suffix;
	DatabaseFacts *facts = facts_of(pool, ret, suffix);
	const bool is_known = facts->n_peers > 0;

	for (size_t i = 0; !is_known && i < wanted->n_consumers; i++) {
		const unsigned id = wanted->consumers[i].peer->id;
		const Content *silent = silent_find(&heard->before, suffix, id);
		Content content = {.peer_id = id,
				   .state = CONTENT_UNREACHABLE,
				   .problem = pool_strdup(pool, heard->problem)};

		if (silent)
			content = *silent;
		else if (heard->probes)
			content = probe_content(&heard->probes[(*at)++]);
		if (!silent)
			silent_add(heard->silent, suffix, &content);
		POOL_PUSH(pool, facts->peers, facts->n_peers, content);
	}
}

/* Peers first: what one of them held before we looked here must be here if nothing is missing. */
static void read_peers(Directory *directory, Pool *pool, const Plan *plan, const NeedsAsker *asker,
		       World *world)
{
	PeersHeard heard = {.silent = asker->silent};
	PeersAsked asked = {0};
	Error err = {0};
	size_t at = 0;

	if (asker->silent)
		heard.before = *asker->silent;
	for (size_t i = 0; i < plan->n_needs; i++)
		if (plan->needs[i].peers)
			peers_add(pool, world, plan->needs[i].database, &heard.before, &asked);
	if (asked.n_targets > 0)
		heard.probes = peers_ask(directory, pool, world, asker, &asked, &err);
	heard.problem = err.text;
	for (size_t i = 0; i < plan->n_needs; i++)
		if (plan->needs[i].peers)
			peers_hear(pool, plan->needs[i].database, &heard, &at, &world->facts);
}

/* slapd answers "no such object" to those who may not see the entry: back-mdb's own count tells an
 * empty database apart. */
static bool database_hides(const World *world, const char *suffix)
{
	for (size_t i = 0; i < world->live.n_filled; i++)
		if (strcasecmp(world->live.filled[i], suffix) == 0)
			return true;
	return false;
}

Content world_content_here(Directory *directory, Pool *pool, const World *world, const char *suffix)
{
	Content here = content_read_here(pool, directory, suffix);

	if (here.state == CONTENT_READ && !here.has_suffix && database_hides(world, suffix)) {
		here.state = CONTENT_DENIED;
		here.problem =
			"it holds entries, but olcAccess hides the suffix entry from root over "
			"ldapi; let gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth read "
			"entryUUID and contextCSN there";
	}
	return here;
}

static void read_coverage(Directory *directory, unsigned sid, const char *suffix, Content *here)
{
	const char *csn = csn_newest(here->context_csns, here->n_context_csns, sid);

	here->is_covered = csn && content_is_covered(directory, suffix, csn);
}

/* A consumer that is connected for less may still be about to say what it wants. */
#define READER_SETTLED_SEC 2

static void read_readers(Directory *directory, const World *world, const WantedDatabase *wanted,
			 ReadersHere *ret)
{
	ret->was_asked = true;
	ret->n_sessions = sessions_here_count(directory, wanted->readers, wanted->n_readers,
					      world->facts.now_sec - READER_SETTLED_SEC);
}

void world_answer_needs(Directory *directory, Pool *pool, const Plan *plan, const NeedsAsker *asker,
			World *world)
{
	read_peers(directory, pool, plan, asker, world);
	for (size_t i = 0; i < plan->n_needs; i++) {
		const WantedDatabase *wanted = plan->needs[i].database;
		DatabaseFacts *facts = facts_of(pool, &world->facts, wanted->desired->suffix);

		facts->here = world_content_here(directory, pool, world, wanted->desired->suffix);
		if (plan->needs[i].readers)
			read_readers(directory, world, wanted, &facts->readers);
		if (plan->needs[i].coverage)
			read_coverage(directory, plan->needs[i].sid, wanted->desired->suffix,
				      &facts->here);
		if (plan->needs[i].extra)
			facts->extra = extra_look(directory, pool, &world->live, &plan->needs[i],
						  plan->n_needs - i, facts, &world->refusals);
	}
}

void world_look_for_old(Directory *directory, Pool *pool, const Wanted *wanted, World *world)
{
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const LiveDatabase *live;

		if (live_find_database(&world->live, suffix, &live) == 1 && live->syncprov)
			facts_of(pool, &world->facts, suffix)->old =
				oldest_entries_look(directory, suffix);
	}
}

int world_multi_provider_name(Directory *directory, const char **ret, Error *err)
{
	static const char *const attributes[] = {"attributeTypes", NULL};
	const DirectoryQuery query = {
		.base = "cn=Subschema", .scope = DIRECTORY_BASE, .attributes = attributes};
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	const Attribute *types;

	if (directory_read(directory, &query, pool, &tree, err) < 0)
		return -1;
	types = tree.n_entries > 0 ? entry_attribute(&tree.entries[0], "attributeTypes") : NULL;
	*ret = "olcMirrorMode";
	for (size_t i = 0; types && i < types->n_values; i++)
		if (strstr(types->values[i].bytes, "'olcMultiProvider'"))
			*ret = "olcMultiProvider";
	return 0;
}
