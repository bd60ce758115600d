/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/plan/tree_after.h"
#include "tests/lib/memory_internal.h"
#include "tests/sim/sim_delta.h"
#include "tests/sim/sim_host.h"
#include "tests/sim/sim_internal.h"

#define DATABASE_DN "olcDatabase={2}mdb,cn=config"

static MemoryDirectory *memory_of(const SimHost *host)
{
	return (MemoryDirectory *)host->memory;
}

/* --- what the database shows --- */

static void put(Pool *pool, Entry *entry, const char *name, const char *value)
{
	entry_add_value(pool, entry, name, value, strlen(value));
}

static void context_put(Pool *pool, Entry *suffix, const SimContext *context)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (context->time[sid] > 0)
			put(pool, suffix, "contextCSN",
			    sim_csn_text(pool, (SimCsn){context->time[sid], (uint8_t)sid}));
}

static void entry_put(Pool *pool, const SimNode *node, const SimEntry *entry, Tree *tree)
{
	const char *dn = entry->name == 0 ? SIM_SUFFIX
					  : pool_printf(pool, "cn=e%u," SIM_SUFFIX, entry->name);
	Entry *shown = tree_add_entry(pool, tree, dn);

	put(pool, shown, "objectClass", entry->name == 0 ? "domain" : "device");
	put(pool, shown, "entryUUID", pool_printf(pool, SIM_UUID, entry->uuid));
	put(pool, shown, "entryCSN", sim_csn_text(pool, entry->csn));
	if (entry->name == 0)
		context_put(pool, shown, sim_context(node));
}

/* As far as it is looked at: of the suffix all entries; cn=monitor counts them, and cn=config does
 * not. */
static Tree contents_make(Pool *pool, const SimNode *node, const char *base)
{
	const size_t len = strlen(base), suffix_len = strlen(SIM_SUFFIX);
	const bool is_suffix =
		len >= suffix_len && strcasecmp(base + len - suffix_len, SIM_SUFFIX) == 0;
	Tree tree = {0};

	for (size_t i = 0; i < node->copy.n_entries; i++)
		if (is_suffix || node->copy.entries[i].name == 0)
			entry_put(pool, node, &node->copy.entries[i], &tree);
	return tree;
}

/* --- cn=monitor --- */

static void value_set(Pool *pool, Entry *entry, const char *name, const char *value)
{
	if (entry_attribute(entry, name))
		config_entry_set(pool, entry, name, &value, 1);
}

/* One that found nobody goes on trying; what it saw of the provider last is when it lost it. */
static void tries_give(const SimHost *host, Pool *pool, Entry *entry, size_t provider)
{
	const SimCluster *cluster = &host->sim->cluster;
	const SimLink *link = &cluster->nodes[host->at].links[provider];
	const bool is_there =
		cluster->nodes[provider].is_up && !cluster->is_cut[host->at][provider];
	const bool is_up = link->phase != SIM_DOWN;

	value_set(pool, entry, "olmSRLastConnect",
		  sim_time_text(pool, is_up ? link->began : cluster->now));
	value_set(pool, entry, "olmSRLastContact",
		  !link->made_contact ? "00000101000000Z"
		  : is_up || is_there ? sim_time_text(pool, cluster->now)
				      : sim_time_text(pool, link->since));
}

/* "cn=Consumer 002,...": the rid is the number of the node that is read. */
static void monitor_mend(const SimHost *host, Pool *pool, Tree *tree)
{
	static const char consumer[] = "cn=Consumer ";
	const SimNode *node = &host->sim->cluster.nodes[host->at];

	for (size_t i = 0; i < tree->n_entries; i++) {
		Entry *entry = &tree->entries[i];
		const SimLink *link;
		size_t provider;

		value_set(pool, entry, "monitorTimestamp", sim_time_text(pool, node->started));
		if (strncmp(entry->dn, consumer, strlen(consumer)) != 0)
			continue;
		provider = strtoul(entry->dn + strlen(consumer), NULL, 10) - 1;
		link = &node->links[provider < SIM_NODES ? provider : 0];
		if (link->phase != SIM_PERSIST)
			value_set(pool, entry, "olmSRSyncPhase", "Refresh");
		if (link->phase == SIM_DOWN)
			value_set(pool, entry, "olmSRConnection", "");
		tries_give(host, pool, entry, provider < SIM_NODES ? provider : 0);
	}
}

/* Consumers that read from here, as sessions_here.c counts them. */
static void sessions_give(const SimHost *host, Pool *pool, Tree *tree)
{
	const SimCluster *cluster = &host->sim->cluster;

	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const SimLink *link = &cluster->nodes[i].links[host->at];
		Entry *entry;

		if (link->phase == SIM_DOWN)
			continue;
		entry = tree_add_entry(
			pool, tree,
			pool_printf(pool, "cn=Connection %zu,cn=Connections,cn=Monitor", i));
		put(pool, entry, "monitorConnectionStartTime", sim_time_text(pool, link->since));
		put(pool, entry, "monitorConnectionAuthzDN", sim_reader(host->sim));
		put(pool, entry, "monitorConnectionOpsExecuting", "1");
	}
}

/* False once syncward was killed. */
static bool act(SimHost *host, Error *err)
{
	if (host->actions_left == 0) {
		(void)error_set(err, ERROR_UNREACHABLE, 0, "syncward was killed");
		return false;
	}
	host->actions_left -= host->actions_left > 0;
	return true;
}

static int host_read(Directory *directory, const DirectoryQuery *query, Pool *pool, Tree *ret,
		     Error *err)
{
	SimHost *host = (SimHost *)directory;
	const SimNode *node = &host->sim->cluster.nodes[host->at];
	AUTO(Pool) *scratch = pool_new();
	MemoryDirectory *memory = memory_of(host);
	int result;

	if (!act(host, err))
		return -1;
	if (strcasecmp(query->base, "cn=Connections,cn=Monitor") == 0) {
		sessions_give(host, pool, ret);
		return 0;
	}
	memory->contents = contents_make(scratch, node, query->base);
	result = directory_read(host->memory, query, pool, ret, err);
	memory->contents = (Tree){0};
	if (strcasecmp(query->base, "cn=Monitor") == 0) {
		monitor_mend(host, pool, ret);
		sim_delta_count(host, pool, ret);
	}
	return result;
}

/* --- cn=config --- */

Entry *sim_host_database(const SimHost *host)
{
	return tree_find(&memory_of(host)->config, DATABASE_DN);
}

static uint8_t server_id_of(const SimHost *host)
{
	const Entry *global = tree_find(&memory_of(host)->config, "cn=config");
	const char *text = global ? entry_first(global, "olcServerID") : NULL;

	return text ? (uint8_t)strtoul(text, NULL, 10) : host->sim->cluster.nodes[host->at].sid;
}

const Entry *sim_host_overlay(const SimHost *host)
{
	const Tree *config = &memory_of(host)->config;

	for (size_t i = 0; i < config->n_entries; i++)
		if (strncasecmp(config->entries[i].dn, "olcOverlay=", 11) == 0 &&
		    strstr(config->entries[i].dn, "syncprov," DATABASE_DN))
			return &config->entries[i];
	return NULL;
}

/* The value of olcSyncrepl by which it reads that node; NULL: none does. */
static const char *reads_node(const Entry *database, size_t provider)
{
	const Attribute *values = entry_attribute(database, "olcSyncrepl");
	char text[] = "provider=\"ldap://n0\"", plain[] = "provider=ldap://n0";

	text[strlen(text) - 2] = plain[strlen(plain) - 1] = (char)('1' + provider);
	for (size_t i = 0; values && i < values->n_values; i++)
		if (strstr(values->values[i].bytes, text) || strstr(values->values[i].bytes, plain))
			return values->values[i].bytes;
	return NULL;
}

/* The first value that names the account decides. */
static bool shuts_readers(const Attribute *limits, const char *reader)
{
	for (size_t i = 0; limits && i < limits->n_values; i++)
		if (strstr(limits->values[i].bytes, reader))
			return strstr(limits->values[i].bytes, "size.unchecked=disabled") != NULL;
	return false;
}

void sim_host_reload(SimHost *host, bool restarts)
{
	SimCluster *cluster = &host->sim->cluster;
	SimNode *node = &cluster->nodes[host->at];
	const Entry *database = sim_host_database(host);
	const Entry *overlay = sim_host_overlay(host);
	const bool has_overlay = overlay != NULL;

	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const char *value = i != host->at ? reads_node(database, i) : NULL;

		if (restarts || !value == node->links[i].is_declared) {
			sim_link_drop(cluster, host->at, i);
			node->links[i].made_contact = node->links[i].has_fallen = false;
		}
		node->links[i].reads_log = value && strstr(value, "logbase=");
		node->links[i].is_declared = value != NULL;
		node->links[i].is_partial = value && strstr(value, " filter=");
		node->links[i].has_other_secret =
			value && (strstr(value, "credentials=" SIM_OTHER_SECRET) ||
				  strstr(value, "credentials=\"" SIM_OTHER_SECRET));
		node->links[i].is_polled = value && strstr(value, "type=refreshOnly");
	}
	node->hides =
		sim_access_hides(entry_attribute(database, "olcAccess"), sim_reader(host->sim));
	node->hides_by_hand &= node->hides;
	node->hides_from_root = sim_access_hides(entry_attribute(database, "olcAccess"), SIM_ROOT);
	node->is_shut =
		shuts_readers(entry_attribute(database, "olcLimits"), sim_reader(host->sim));
	sim_log_keep(node, overlay && entry_has_value(overlay, "olcSpSessionlog", "100"));
	node->has_consumers = entry_attribute(database, "olcSyncrepl") != NULL;
	node->has_flag = entry_has_value(database, "olcMultiProvider", "TRUE");
	node->sid = server_id_of(host);
	sim_delta_reload(host);
	if (!node->is_up)
		node->has_overlay = has_overlay;
	else if (has_overlay && !node->has_overlay)
		sim_overlay_open(cluster, host->at);
	else if (!has_overlay && node->has_overlay)
		sim_overlay_close(cluster, host->at);
}

static void stamp(const SimHost *host, const Step *step)
{
	MemoryDirectory *memory = memory_of(host);
	const char *csn = sim_csn_text(memory->pool, (SimCsn){.time = host->sim->cluster.now});
	const char *when = sim_time_text(memory->pool, host->sim->cluster.now);

	for (size_t i = 0; i < memory->config.n_entries; i++) {
		Entry *entry = &memory->config.entries[i];
		const bool is_new = !entry_attribute(entry, "createTimestamp");

		if (!is_new && strcasecmp(entry->dn, step->dn) != 0)
			continue;
		config_entry_set(memory->pool, entry, "entryCSN", &csn, 1);
		config_entry_set(memory->pool, entry, "modifyTimestamp", &when, 1);
		if (is_new)
			config_entry_set(memory->pool, entry, "createTimestamp", &when, 1);
	}
}

static bool restarts_consumers(const Step *step)
{
	for (size_t i = 0; i < step->n_mods; i++)
		if (strcasecmp(step->mods[i].attribute, "olcSyncrepl") == 0 &&
		    step->mods[i].kind != MOD_ADD)
			return true;
	return false;
}

static int host_apply(Directory *directory, const Step *step, Error *err)
{
	SimHost *host = (SimHost *)directory;

	if (!act(host, err))
		return -1;
	if (directory_apply(host->memory, step, err) < 0)
		return -1;
	host->n_steps++;
	host->sim->cluster.now++;
	stamp(host, step);
	sim_host_reload(host, restarts_consumers(step));
	return 0;
}

static DirectoryState host_state(const Directory *directory, int *ret_fd)
{
	const SimHost *host = (const SimHost *)directory;

	*ret_fd = -1;
	return host->actions_left == 0 ? DIRECTORY_BROKEN : DIRECTORY_READY;
}

static void host_close(Directory *directory)
{
	directory_close(((SimHost *)directory)->memory);
}

static const DirectoryMethods methods = {
	.read = host_read,
	.apply = host_apply,
	.state = host_state,
	.close = host_close,
};

/* --- a machine --- */

static Tree stock_config(Pool *pool, bool is_debian)
{
	static const char *const lines[][3] = {
		{"cn=config", "objectClass", "olcGlobal"},
		{"cn=config", "cn", "config"},
		{"cn=module{0},cn=config", "objectClass", "olcModuleList"},
		{"cn=module{0},cn=config", "cn", "module{0}"},
		{"cn=module{0},cn=config", "olcModuleLoad", "{0}back_mdb"},
		{"cn=module{0},cn=config", "olcModuleLoad", "{1}syncprov"},
		{"olcDatabase={-1}frontend,cn=config", "objectClass", "olcDatabaseConfig"},
		{"olcDatabase={-1}frontend,cn=config", "objectClass", "olcFrontendConfig"},
		{"olcDatabase={-1}frontend,cn=config", "olcDatabase", "{-1}frontend"},
		{"olcDatabase={0}config,cn=config", "objectClass", "olcDatabaseConfig"},
		{"olcDatabase={0}config,cn=config", "olcDatabase", "{0}config"},
		{"olcDatabase={0}config,cn=config", "olcRootDN", "cn=admin,cn=config"},
		{"olcDatabase={1}monitor,cn=config", "objectClass", "olcDatabaseConfig"},
		{"olcDatabase={1}monitor,cn=config", "olcDatabase", "{1}monitor"},
		{DATABASE_DN, "objectClass", "olcDatabaseConfig"},
		{DATABASE_DN, "objectClass", "olcMdbConfig"},
		{DATABASE_DN, "olcDatabase", "{2}mdb"},
		{DATABASE_DN, "olcSuffix", SIM_SUFFIX},
		{DATABASE_DN, "olcRootDN", "cn=admin," SIM_SUFFIX},
		{DATABASE_DN, "olcDbDirectory", "/db"},
		{DATABASE_DN, "olcDbIndex", "entryCSN,entryUUID eq"},
	};
	Tree tree = {0};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		Entry *entry = tree_find(&tree, lines[i][0]);

		put(pool, entry ? entry : tree_add_entry(pool, &tree, lines[i][0]), lines[i][1],
		    lines[i][2]);
	}
	for (size_t i = 0; is_debian && i < SIM_ACCESS_VALUES; i++)
		put(pool, tree_find(&tree, DATABASE_DN), "olcAccess",
		    pool_printf(pool, "{%zu}%s", i, sim_access[SIM_DEBIAN][i]));
	return tree;
}

void sim_host_make(Sim *sim, size_t at)
{
	SimHost *host = &sim->hosts[at];
	const Tree config = stock_config(sim->pool, sim->rights.is_debian);
	const char *listener = pool_printf(sim->pool, "ldap://n%zu", at + 1);
	MemoryOptions options = {.config = &config,
				 .listeners = &listener,
				 .n_listeners = 1,
				 .fqdn = listener + strlen("ldap://"),
				 .links_work = true};

	directory_close(host->memory);
	host->directory = (Directory){.methods = &methods, .timeout_msec = 5000};
	host->sim = sim;
	host->at = at;
	host->memory = memory_directory_open(&options);
	host->removed = NULL;
	host->has_backup = host->was_judged = host->has_said = false;
	sim->cluster.nodes[at].sid = 0;
	sim->cluster.nodes[at].hides_by_hand = false;
	sim_host_reload(host, true);
}
