/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/remember/memory_after.h"

static bool same_unsaved(const UnsavedEntry *one, const UnsavedEntry *other)
{
	if (strcasecmp(one->dn, other->dn) != 0)
		return false;
	if (!one->attribute || !other->attribute)
		return one->attribute == other->attribute;
	return strcasecmp(one->attribute, other->attribute) == 0;
}

/* A step that slapd accepted wrote the file with the values that the step names: all of them with
 * REPLACE and with DELETE, and olcModuleLoad has only one that matters. */
static bool was_saved(const Applied *applied, const UnsavedEntry *unsaved)
{
	for (size_t i = 0; i < applied->n_done; i++) {
		const Step *step = applied->done[i];

		if (strcasecmp(step->dn, unsaved->dn) != 0)
			continue;
		if (!unsaved->attribute)
			return true;
		for (size_t j = 0; j < step->n_mods; j++)
			if (strcasecmp(step->mods[j].attribute, unsaved->attribute) == 0 &&
			    (step->mods[j].kind != MOD_ADD ||
			     strcasecmp(unsaved->attribute, "olcModuleLoad") == 0))
				return true;
	}
	return false;
}

static void memory_unsaved(Pool *pool, const Applied *applied, KnownServer *server)
{
	UnsavedEntry *unsaved = NULL;
	size_t n_unsaved = 0;

	for (size_t i = 0; i < server->n_unsaved; i++) {
		bool is_again = false;

		for (size_t j = 0; j < applied->n_unsaved; j++)
			is_again |= same_unsaved(&server->unsaved[i], &applied->unsaved[j]);
		if (!is_again && !was_saved(applied, &server->unsaved[i]))
			POOL_PUSH(pool, unsaved, n_unsaved, server->unsaved[i]);
	}
	for (size_t i = 0; i < applied->n_unsaved; i++) {
		const UnsavedEntry *entry = &applied->unsaved[i];

		POOL_PUSH(pool, unsaved, n_unsaved,
			  {.dn = pool_strdup(pool, entry->dn),
			   .attribute = pool_strdup(pool, entry->attribute),
			   .slapd_started = pool_strdup(pool, entry->slapd_started)});
	}
	server->unsaved = unsaved;
	server->n_unsaved = n_unsaved;
}

void memory_applied(Pool *pool, const Applied *applied, const char *slapd_started,
		    KnownServer *server)
{
	memory_unsaved(pool, applied, server);
	if (applied->restarted_consumers && slapd_started)
		server->restarted_consumers = pool_strdup(pool, slapd_started);
}

void memory_refusals(Pool *pool, const ProbeRefusals *refusals, KnownPeers *peers)
{
	if (!probe_refusals_equal(refusals, &peers->refusals))
		peers->refusals = probe_refusals_copy(pool, refusals);
}

void memory_leaving(Pool *pool, const Leaving *leaving, const char *left_time, Known *known)
{
	const Known before = *known;

	known->leave.databases = NULL;
	known->leave.n_databases = 0;
	known->leave.time = left_time;
	known->leave.is_rejoining = false;
	for (size_t i = 0; i < before.leave.n_databases; i++)
		POOL_PUSH(pool, known->leave.databases, known->leave.n_databases,
			  before.leave.databases[i]);
	for (size_t i = 0; i < leaving->n_databases; i++)
		if (!known_left(&before.leave, leaving->databases[i].suffix))
			POOL_PUSH(pool, known->leave.databases, known->leave.n_databases,
				  {.suffix = leaving->databases[i].suffix,
				   .was_closed = !leaving->databases[i].live->is_read_only});
}
