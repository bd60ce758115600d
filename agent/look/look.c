/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/look.h"

#include <stdint.h>
#include <string.h>

#include "agent/host/host_address.h"
#include "agent/ldap/content_here.h"
#include "agent/ldap/ldap_local.h"
#include "agent/ldap/oldest_entries.h"
#include "agent/look/look_file.h"
#include "agent/slapd/next_start.h"
#include "agent/slapd/slapd_place.h"
#include "agent/slapd/slapd_process.h"
#include "common/access/read_rights.h"
#include "common/draft/emptied.h"
#include "common/remedies/remedies.h"
#include "common/slapd/url.h"

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

/* slapd 2.5 dies of a search that reaches the entry of such a database in cn=monitor. */
static bool one_is_disabled(const Tree *config)
{
	for (size_t i = 0; i < config->n_entries; i++)
		if (entry_has_value(&config->entries[i], "objectClass", "olcDatabaseConfig") &&
		    entry_has_value(&config->entries[i], "olcDisabled", "TRUE"))
			return true;
	return false;
}

/* A server without cn=monitor, or that hides it from us, is no error: what runs is unknown then.
 * Nor is one that runs more consumers than its size limit (500 by default) lets us read. */
static int read_monitor(Directory *directory, Pool *pool, World *world, Tree *ret, Error *err)
{
	int result;

	*ret = (Tree){0};
	world->has_monitor = false;
	world->facts.machine.monitor_is_limited = false;
	if (one_is_disabled(&world->config))
		return 0;
	result = search_monitor(directory, pool, live_monitor_filter, ret, err);
	world->facts.machine.monitor_is_limited = result < 0 && err->code == SIZE_LIMIT_EXCEEDED;
	if (world->facts.machine.monitor_is_limited)
		result = search_monitor(directory, pool, live_monitor_few_filter, ret, err);
	if (result < 0 && err->code != NO_SUCH_OBJECT && err->code != SIZE_LIMIT_EXCEEDED &&
	    err->class != ERROR_DENIED)
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
	world->facts.machine.given.now = arguments.urls;
	world->facts.machine.given.n_now = arguments.n_urls;
}

/* cn=config decides whether slapd starts with these. */
static void find_next_listeners(Pool *pool, World *world)
{
	const Entry *global = global_entry(world);
	NextStart next;

	if (!global || !next_start_find(pool, entry_first(global, "olcPidFile"), &next))
		return;
	world->facts.machine.given.next = next.arguments.urls;
	world->facts.machine.given.n_next = next.arguments.n_urls;
	world->facts.machine.given.next_source = next.source;
}

const char *world_config_dir(Pool *pool, const World *world)
{
	const Entry *global = global_entry(world);

	if (!global)
		return NULL;
	return slapd_config_dir(pool,
				&(ConfigPlaces){.pid_file = entry_first(global, "olcPidFile"),
						.args_file = entry_first(global, "olcArgsFile"),
						.config_dir = entry_first(global, "olcConfigDir")});
}

/* What was read is gone before cn=config is taken apart: of many consumers both are large. */
static int take_monitor(Directory *directory, Pool *pool, World *world, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Tree monitor = {0};

	if (read_monitor(directory, scratch, world, &monitor, err) < 0)
		return -1;
	find_listeners(pool, &monitor, world);
	live_take_monitor(pool, &monitor, &world->facts.machine.given, &world->live);
	return 0;
}

int world_read(Directory *directory, Pool *pool, const Machine *machine, World *ret, Error *err)
{
	World world = {.facts.machine = *machine};

	if (directory->uri)
		world.facts.machine.ldap_uri = pool_strdup(pool, directory->uri);
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
	live_take_monitor(pool, &monitor, &world->facts.machine.given, &world->live);
	return 0;
}

/* --- content of databases --- */

DatabaseFacts *world_facts_of(Pool *pool, Facts *facts, const char *suffix)
{
	DatabaseFacts *found = facts_of(facts, suffix);

	if (found)
		return found;
	POOL_PUSH(pool, facts->databases, facts->n_databases, {.suffix = suffix});
	return &facts->databases[facts->n_databases - 1];
}

#define ROOT_DN "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

/* As whom slapd knows root over ldapi, which olcAuthzRegexp may change. */
static const char *root_dn(const Directory *directory, Pool *pool)
{
	const LdapLocal options = {.uri = directory->uri, .budget = directory->budget};
	const char *dn = NULL;
	LDAP *ldap = NULL;

	if (!directory->uri || ldap_local_open(pool, &options, &ldap).code != LDAP_SUCCESS)
		return ROOT_DN;
	dn = ldap_local_whoami(pool, ldap,
			       budget_left_msec(&directory->budget, directory->timeout_msec));
	ldap_handle_release(ldap);
	return dn ? dn : ROOT_DN;
}

static bool is_seen(Pool *pool, const World *world, const char *suffix, const char *dn)
{
	const LiveDatabase *live;
	AccessLists lists;

	if (live_find_database(&world->live, suffix, &live) != 1)
		return true; /* another guard has that */
	lists = live_access_lists(&world->live, live, suffix);
	return read_rights_see_suffix(pool, &lists, dn);
}

/* slapd answers "no such object" to accounts that may not see the entry. back-mdb's own count tells
 * an empty database apart; where there is no count, olcAccess must let us see what is there. */
static const char *why_hidden(const Directory *directory, Pool *pool, const World *world,
			      const char *suffix)
{
	const bool has_entries = live_entries_counted(&world->live.sizes, suffix) != NULL;
	const char *dn;

	if (live_counts_none(&world->live.sizes, suffix))
		return NULL;
	dn = root_dn(directory, pool);
	if (!has_entries && is_seen(pool, world, suffix, dn))
		return NULL;
	return pool_printf(
		pool, "%s root over ldapi; %s lets it look, in front of the other values",
		has_entries ? "it holds entries, but olcAccess hides the suffix entry from"
			    : "whether it is empty is not known, because slapd counts no entries, "
			      "and olcAccess may hide them from",
		remedy_fill(pool, REMEDY_ROOT_SEES, suffix, dn));
}

/* Where olcAccess lets root know that the entry is there, slapd refuses to show it (50). */
static const char *why_refused(const Directory *directory, Pool *pool, const World *world,
			       const char *suffix, const char *problem)
{
	const char *dn = root_dn(directory, pool);

	if (is_seen(pool, world, suffix, dn))
		return problem;
	return pool_printf(pool, "%s; %s lets root look, in front of the other values", problem,
			   remedy_fill(pool, REMEDY_ROOT_SEES, suffix, dn));
}

Content world_content_here(Directory *directory, Pool *pool, const World *world, const char *suffix)
{
	Content here = content_read_here(pool, directory, suffix);

	if (here.state == CONTENT_DENIED)
		here.problem = why_refused(directory, pool, world, suffix, here.problem);
	if (here.state == CONTENT_READ && !here.entry.exists)
		here.problem = why_hidden(directory, pool, world, suffix);
	if (here.problem && here.state == CONTENT_READ)
		here.state = CONTENT_DENIED;
	return here;
}

void world_look_for_old(Directory *directory, Pool *pool, const PlanInput *input, World *world)
{
	const Wanted *wanted = input->wanted;
	const Known *known = input->known;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const LiveDatabase *live;
		DatabaseFacts *facts;

		if (live_find_database(&world->live, suffix, &live) != 1 ||
		    (!live->syncprov && !peer_is_consumer(wanted->self)))
			continue;
		facts = world_facts_of(pool, &world->facts, suffix);
		/* No node reads it there: what is old there does not matter. */
		if (!live->syncprov) {
			facts->glance = world_content_here(directory, pool, world, suffix);
			continue;
		}
		facts->old = oldest_entries_look(directory, suffix);
		/* Where they were seen, with a contextCSN, nothing was emptied, unless slapd
		 * started since. */
		if (!facts->old.is_known ||
		    emptied_must_look(&world->live, live, known_database(known, suffix)))
			facts->glance = world_content_here(directory, pool, world, suffix);
	}
}

void world_look_for_emptied(Directory *directory, Pool *pool, const PlanInput *input, World *world)
{
	const Wanted *wanted = input->wanted;
	PlanInput now = *input;

	now.live = &world->live;
	now.facts = &world->facts;
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const LiveDatabase *live;
		DatabaseFacts *facts;

		if (live_find_database(&world->live, suffix, &live) != 1 || !live->syncprov)
			continue;
		facts = world_facts_of(pool, &world->facts, suffix);
		if (emptied_must_look(&world->live, live, known_database(input->known, suffix)))
			facts->glance = world_content_here(directory, pool, world, suffix);
		look_file(directory, &now, live, facts);
	}
}

/* An address alone: nothing may have to wait for what a name means. */
static const char *url_address(Pool *pool, const char *uri)
{
	Url url;

	if (!url_parse(pool, uri, &url) ||
	    (!strchr(url.host, ':') && strspn(url.host, "0123456789.") != strlen(url.host)))
		return NULL;
	return url.host;
}

/* One of v6 that was reached or is to be. */
static void address_look(Pool *pool, const char *address, Machine *machine)
{
	if (address && strchr(address, ':') && host_has_address(address))
		POOL_PUSH(pool, machine->addresses.items, machine->addresses.n_items, address);
}

void world_look_at_reached(Pool *pool, World *world)
{
	const LinkProbes *probes = world->facts.probes;
	const Content *content;

	for (size_t i = 0; probes && i < probes->n_items; i++)
		address_look(pool, probes->items[i].probe.address, &world->facts.machine);
	for (size_t i = 0; i < world->facts.n_databases; i++)
		for (size_t k = 0; (content = facts_everybody(&world->facts.databases[i], k)); k++)
			address_look(pool, content->address, &world->facts.machine);
}

void world_look_for_addresses(Pool *pool, const Wanted *wanted, Machine *machine)
{
	const Desired *desired = wanted->desired;
	const char *own = url_address(pool, wanted->self->uri);

	host_addresses(pool, &machine->addresses.items, &machine->addresses.n_items);
	for (size_t i = 0; i < desired->n_peers; i++)
		address_look(pool, url_address(pool, desired->peers[i].uri), machine);
	machine->own_urls = NULL;
	machine->n_own_urls = 0;
	if (!own || host_has_address(own))
		return;
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];
		const char *address = peer == wanted->self ? NULL : url_address(pool, peer->uri);

		if (address && host_has_address(address))
			POOL_PUSH(pool, machine->own_urls, machine->n_own_urls, peer->uri);
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
