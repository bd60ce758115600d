/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_delta.h"

#include <string.h>
#include <strings.h>

#include "agent/disk/log_folders.h"
#include "common/plan/config_values.h"
#include "common/probe/probe_read.h"
#include "common/syncrepl/syncrepl_log.h"
#include "tests/lib/memory_directory.h"
#include "tests/sim/sim_internal.h"
#include "tests/sim/sim_rollout.h"
#include "tests/sim/sim_rules.h"

static const SimHost *looked_at;

void sim_delta_begin(const SimHost *host)
{
	looked_at = host;
}

/* In the place of agent/disk/log_folders.c: the folder is there, unless somebody forgot it. */
void log_folders_read(Pool *pool, const Live *live, const Wanted *wanted, Machine *ret)
{
	(void)live;
	if (wanted && wanted->n_databases > 0 && wanted->databases[0].desired->delta)
		POOL_PUSH(
			pool, ret->log_folders, ret->n_log_folders,
			{.path = SIM_LOG_DIRECTORY,
			 .state = looked_at->lacks_folder ? LOG_FOLDER_MISSING : LOG_FOLDER_GOOD});
}

/* --- cn=config --- */

static const Entry *log_database(const Tree *config)
{
	for (size_t i = 0; i < config->n_entries; i++)
		if (entry_has_value(&config->entries[i], "olcSuffix", SIM_LOG_BASE))
			return &config->entries[i];
	return NULL;
}

static bool is_overlay_of(const Entry *entry, const Entry *database)
{
	const char *parent = strchr(entry->dn, ',');

	return parent && entry_attribute(entry, "olcOverlay") &&
	       strcasecmp(parent + 1, database->dn) == 0;
}

/* Whoever does not see an entry itself is not sent it. */
static bool shuts(const Attribute *access)
{
	return access && access->n_values > 0 &&
	       strstr(access->values[0].bytes, "to * attrs=entry by dn.exact=") &&
	       strstr(access->values[0].bytes, " search by * break");
}

void sim_delta_reload(SimHost *host)
{
	const Tree *config = memory_directory_config(host->memory);
	const Entry *database = log_database(config);
	SimChangesConfig changes = {
		.is_said = database && entry_has_value(database, LOG_WORD_ATTRIBUTE, LOG_WORD),
		.is_closed = database && entry_has_value(database, LOG_WORD_ATTRIBUTE, LOG_CLOSED),
		.is_shut = database && shuts(entry_attribute(database, "olcAccess"))};

	for (size_t i = 0; database && i < config->n_entries; i++) {
		const Entry *entry = &config->entries[i];

		changes.is_there |= is_overlay_of(entry, database);
		if (!entry_has_value(entry, "olcAccessLogDB", SIM_LOG_BASE))
			continue;
		changes.is_begun = true;
		changes.is_written = entry_attribute(entry, "olcAccessLogOps") != NULL;
	}
	/* What is not open takes no change, but its first entry. */
	changes.is_written &= database && !entry_has_value(database, "olcReadOnly", "TRUE");
	sim_changes_configure(&host->sim->cluster, host->at, changes);
}

/* --- what is seen --- */

static const SimChanges *changes_of(const SimHost *host, size_t at)
{
	return &host->sim->cluster.nodes[at].changes;
}

void sim_delta_count(const SimHost *host, Pool *pool, Tree *monitor)
{
	const SimChanges *changes = changes_of(host, host->at);
	const char *count = pool_printf(pool, "%zu", changes->has_begun + changes->n_items);

	for (size_t i = 0; i < monitor->n_entries; i++)
		if (entry_has_value(&monitor->entries[i], "namingContexts", SIM_LOG_BASE))
			config_entry_set(pool, &monitor->entries[i], "olmMDBEntries", &count, 1);
}

bool sim_delta_is_whole(const SimNode *provider)
{
	return provider->changes.is_written && provider->changes.has_begun;
}

static void put(Pool *pool, Entry *entry, const char *name, const char *value)
{
	entry_add_value(pool, entry, name, value, strlen(value));
}

static void context_put(Pool *pool, Entry *entry, const char *name, const SimContext *context)
{
	for (size_t sid = 0; sid < SIM_SIDS; sid++)
		if (context->time[sid] > 0)
			put(pool, entry, name,
			    sim_csn_text(pool, (SimCsn){context->time[sid], (uint8_t)sid}));
}

static Tree root_make(Pool *pool, const SimChanges *changes)
{
	Tree tree = {0};
	Entry *root = tree_add_entry(pool, &tree, SIM_LOG_BASE);

	context_put(pool, root, "contextCSN", &changes->memory);
	context_put(pool, root, "minCSN", &changes->least);
	if (changes->is_twice)
		context_put(pool, root, "minCSN", &changes->memory);
	return tree;
}

static Tree changes_make(Pool *pool, const SimChanges *changes)
{
	Tree tree = {0};

	for (size_t i = 0; i < changes->n_items && i < 1; i++) {
		const SimCsn csn = changes->items[i].csn;
		Entry *entry = tree_add_entry(pool, &tree,
					      pool_printf(pool, "reqStart=%s," SIM_LOG_BASE,
							  sim_time_text(pool, csn.time)));

		put(pool, entry, "reqDN", "");
		put(pool, entry, "reqType", "");
		put(pool, entry, "reqMod", "");
		put(pool, entry, "entryCSN", "");
	}
	return tree;
}

/* No node would say of its log either what these rules prevent. */
static bool is_word_off(void)
{
	return sim_rule_is_off(SIM_SHOWN) || sim_rule_is_off(SIM_LAGS) ||
	       sim_rule_is_off(SIM_OWN_LOG) || sim_rule_is_off(SIM_WORD);
}

/* With what slapd there answers when it is asked to compare at its log. */
static int compared(const SimHost *host, size_t peer, bool is_mute)
{
	const SimChanges *changes = changes_of(host, peer);

	if (is_mute)
		return 53;
	if (!changes->is_there)
		return 32;
	/* Without the word, none keeps a log closed that is made now. */
	return changes->is_said || (is_word_off() && (sim_rule_is_off(SIM_OWN_LOG) ||
						      changes_of(host, host->at)->is_there))
		       ? 53
		       : 5;
}

/* The program's own judgement of the answers. */
void sim_delta_probe(Pool *pool, const SimHost *host, size_t peer, Probe *probe)
{
	const SimChanges *changes = changes_of(host, peer);
	const Content content = sim_content_read(pool, host, peer);
	const Tree root = root_make(pool, changes), items = changes_make(pool, changes),
		   nothing = {0};
	const bool is_shown = changes->is_there && !changes->is_hidden && changes->has_begun;
	const bool is_mute = host->sim->cluster.nodes[peer].compares_nowhere;
	const Tree *shown = is_shown ? &root : &nothing;

	probe->context_csns = content.context_csns;
	probe->n_context_csns = content.n_context_csns;
	probe_take_log(pool, probe,
		       &(ProbeLog){.base = SIM_LOG_BASE,
				   .is_accesslog = true,
				   .sync = {.code = !is_shown            ? 32
						    : changes->is_closed ? 53
									 : 0,
					    .entries = shown},
				   .root = {.entries = shown},
				   .changes = {.entries = &items},
				   .compared = compared(host, peer, is_mute),
				   .compared_here = is_mute && !is_word_off() ? 53 : 5});
	/* What the provider had then is not asked. */
	if (sim_rule_is_off(SIM_LAGS))
		probe->n_context_csns = 0;
}
