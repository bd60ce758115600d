/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/server_id_back.h"

#include <string.h>

#include "agent/state/state.h"

static const char dn_config[] = "cn=config";
static const char name_server_id[] = "olcServerID";

int server_id_write(Directory *directory, const char *const *values, size_t n_values, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char **copy = pool_alloc(pool, (n_values + 1) * sizeof(*copy));
	Mod mod = {.kind = MOD_REPLACE,
		   .attribute = name_server_id,
		   .values = copy,
		   .n_values = n_values};

	for (size_t i = 0; i < n_values; i++)
		copy[i] = values[i];
	return directory_apply(
		directory, &(Step){.kind = STEP_MODIFY, .dn = dn_config, .mods = &mod, .n_mods = 1},
		err);
}

static const char *number(Pool *pool, unsigned sid)
{
	return pool_printf(pool, "%u", sid);
}

static bool values_are(const Attribute *found, const char *const *values, size_t n_values)
{
	size_t n_same = 0;

	if (!found || found->n_values != n_values)
		return false;
	for (size_t i = 0; i < n_values; i++)
		for (size_t k = 0; k < n_values; k++)
			n_same += strcmp(found->values[i].bytes, values[k]) == 0;
	return n_same == n_values;
}

static int server_id_read(Pool *pool, Directory *directory, const Attribute **ret, Error *err)
{
	static const char *const attributes[] = {"olcServerID", NULL};
	const DirectoryQuery query = {
		.base = dn_config, .scope = DIRECTORY_BASE, .attributes = attributes};
	Tree tree = {0};

	if (directory_read(directory, &query, pool, &tree, err) < 0)
		return -1;
	*ret = tree.n_entries > 0 ? entry_attribute(&tree.entries[0], name_server_id) : NULL;
	return 0;
}

int server_id_restore(Directory *directory, const KnownHeal *heal, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char *const bare[] = {number(pool, heal->server_id)};
	const Attribute *found;

	if (server_id_write(directory, bare, 1, err) < 0)
		return -1;
	if ((heal->n_values != 1 || strcmp(heal->values[0], bare[0]) != 0) &&
	    server_id_write(directory, heal->values, heal->n_values, err) < 0)
		return -1;
	if (server_id_read(pool, directory, &found, err) < 0)
		return -1;
	if (!values_are(found, heal->values, heal->n_values))
		return error_set(err, ERROR_CONFLICT, 0,
				 "olcServerID was written back and is another one already: "
				 "somebody else changes it");
	return 0;
}

/* True when it is what heal may have left behind at any point. */
static bool is_of_heal(Pool *pool, const Attribute *found, const KnownHeal *heal)
{
	const char *const meanwhile[] = {number(pool, heal->sid)};
	const char *const bare[] = {number(pool, heal->server_id)};

	return values_are(found, meanwhile, 1) || values_are(found, bare, 1) ||
	       values_are(found, heal->values, heal->n_values);
}

static void tell(Pool *pool, EventList *events, const KnownHeal *heal, const Error *err)
{
	const char *was =
		pool_printf(pool, "a heal of %s was cut off while this server had server ID %u",
			    heal->suffix, heal->sid);
	Event event = {
		.kind = err ? EVENT_CORRECTION_FAILED : EVENT_CORRECTION_APPLIED,
		.text = err ? pool_printf(pool, "%s, and it could not get back %u: %s", was,
					  heal->server_id, err->text)
			    : pool_printf(pool, "%s: it has %u again", was, heal->server_id),
		.cause = CAUSE_PUT_BACK,
		.suffix = pool_strdup(pool, heal->suffix),
		.dn = dn_config,
		.attribute = name_server_id,
		.old_value = number(pool, heal->sid),
		.new_value = number(pool, heal->server_id),
		.result = err ? "failed" : "success",
	};

	POOL_PUSH(pool, events->items, events->n_items, event);
}

int server_id_bring_back(Pool *pool, const char *state_dir, const KnownHeal *heal,
			 Directory *directory, EventList *ret, Error *err)
{
	const Attribute *found;

	*ret = (EventList){0};
	if (!heal)
		return 0;
	if (server_id_read(pool, directory, &found, err) < 0)
		return -1;
	if (is_of_heal(pool, found, heal)) {
		/* Even where it looks right: on a full disk that may be so in slapd's memory
		 * alone. */
		if (server_id_restore(directory, heal, err) < 0) {
			tell(pool, ret, heal, err);
			return error_prefix(err,
					    "a heal of %s was cut off; nothing else is written "
					    "before the server ID is %u again",
					    heal->suffix, heal->server_id);
		}
		tell(pool, ret, heal, NULL);
	}
	return state_write_heal(state_dir, NULL, err);
}
