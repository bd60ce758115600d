/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/sim/sim_host.h"

/* What somebody does to cn=config by hand. */

static void hand_change(SimHost *host, const Entry *entry, Mod *mods, size_t n_mods)
{
	const Step step = {.kind = STEP_MODIFY, .dn = entry->dn, .mods = mods, .n_mods = n_mods};

	host->actions_left = -1;
	(void)directory_apply(&host->directory, &step, NULL);
}

void sim_host_unlink(SimHost *host)
{
	const Attribute *values = entry_attribute(sim_host_database(host), "olcSyncrepl");
	Mod mods[] = {{.kind = MOD_REPLACE, .attribute = "olcMultiProvider"},
		      {.kind = MOD_REPLACE, .attribute = "olcSyncrepl"}};

	if (!values || !entry_has_value(sim_host_database(host), "olcMultiProvider", "TRUE"))
		return;
	host->removed = attribute_texts(host->sim->pool, values);
	host->n_removed = values->n_values;
	hand_change(host, sim_host_database(host), mods, ARRAY_SIZE(mods));
}

void sim_host_keep_log(SimHost *host)
{
	SimNode *node = &host->sim->cluster.nodes[host->at];
	const Entry *overlay = sim_host_overlay(host);
	const bool was_kept = node->log.is_kept;
	const char *size = "100";
	Mod mod = {.kind = MOD_REPLACE,
		   .attribute = "olcSpSessionlog",
		   .values = &size,
		   .n_values = 1};

	if (overlay)
		hand_change(host, overlay, &mod, 1);
	else if (node->has_overlay) /* of a cluster that somebody connected */
		sim_log_keep(node, true);
	node->log.is_by_hand |= node->log.is_kept && !was_kept;
}

void sim_host_relink(SimHost *host)
{
	const char *flag = "TRUE";
	Mod mods[] = {{.kind = MOD_REPLACE,
		       .attribute = "olcSyncrepl",
		       .values = host->removed,
		       .n_values = host->n_removed},
		      {.kind = MOD_REPLACE,
		       .attribute = "olcMultiProvider",
		       .values = &flag,
		       .n_values = 1}};

	if (host->removed)
		hand_change(host, sim_host_database(host), mods, ARRAY_SIZE(mods));
	host->removed = NULL;
}

/* Others read here already, and are to lose what it hides. */
static void access_change(SimHost *host, Mod *mod)
{
	SimNode *node = &host->sim->cluster.nodes[host->at];

	hand_change(host, sim_host_database(host), mod, 1);
	node->hides_by_hand = node->hides && node->has_overlay;
}

void sim_host_put_rules(SimHost *host, SimAccess rules)
{
	const char *values[SIM_ACCESS_VALUES];
	Mod mod = {.kind = MOD_REPLACE,
		   .attribute = "olcAccess",
		   .values = values,
		   .n_values = SIM_ACCESS_VALUES};

	memcpy(values, sim_access[rules], sizeof(values));
	access_change(host, &mod);
}

void sim_host_revoke(SimHost *host)
{
	const Attribute *values = entry_attribute(sim_host_database(host), "olcAccess");
	Mod mod = {.kind = MOD_REPLACE, .attribute = "olcAccess"};

	for (size_t i = 0; values && i < values->n_values; i++)
		if (!strstr(values->values[i].bytes, sim_reader(host->sim)))
			POOL_PUSH(host->sim->pool, mod.values, mod.n_values,
				  ordered_text(values->values[i].bytes));
	if (values && mod.n_values < values->n_values)
		access_change(host, &mod);
}

void sim_hand_make_log(SimCluster *cluster, size_t node)
{
	SimChangesConfig config = {.is_there = true, .is_begun = true};

	sim_changes_configure(cluster, node, config);
	config.is_written = true;
	sim_changes_configure(cluster, node, config);
}

void sim_hand_read_log(SimCluster *cluster, size_t reader, size_t provider)
{
	sim_link_drop(cluster, reader, provider);
	cluster->nodes[reader].links[provider].reads_log = true;
}
