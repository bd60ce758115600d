/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "common/plan/tree_after.h"
#include "tests/lib/memory_internal.h"

/* What becomes of entries and values is the program's own tree_after(); here is what slapd thinks
 * of it: schema, handlers, operational attributes. */

/* --- operational attributes --- */

static void stamp(MemoryDirectory *self, Entry *entry)
{
	const unsigned long n = self->n_writes;
	const char *csn = pool_printf(self->pool, "202611221000%02lu.%06luZ#000000#001#000000",
				      n / 1000000 % 60, n % 1000000);
	const char *when = pool_printf(self->pool, "202611221000%02luZ", n / 1000000 % 60);
	const char *who = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth";

	config_entry_set(self->pool, entry, "entryCSN", &csn, 1);
	config_entry_set(self->pool, entry, "modifyTimestamp", &when, 1);
	config_entry_set(self->pool, entry, "modifiersName", &who, 1);
}

/* The same as slapd's answer. */
static int refuse_as(Error *err, const Error *refusal)
{
	return memory_refuse(err, refusal->code, refusal->text);
}

/* --- modify --- */

/* slapd's handlers see the changes one value after another. */
static int handler_run(MemoryDirectory *self, const Mod *mod, Entry *seen, Error *err)
{
	Positions positions;

	if (config_mod_take(self->pool, mod, seen, &positions, err) < 0)
		return -1;
	memory_rule_delete(self, seen, mod->attribute, &positions);
	for (size_t k = 0; mod->kind != MOD_DELETE && k < mod->n_values; k++)
		if (memory_rule_add(self, seen, mod->attribute, mod->values[k], err) < 0 ||
		    config_values_add(self->pool, mod->attribute, &mod->values[k], 1, seen, err) <
			    0)
			return -1;
	return 0;
}

/* When one refuses, slapd makes the attributes that it came to what they were: that begins all
 * consumers anew, and orders their list as a start does. */
static int handlers_run(MemoryDirectory *self, const Step *step, const Entry *before, Error *err)
{
	Entry seen = *before;
	bool has_consumers = false;

	for (size_t i = 0; i < step->n_mods; i++) {
		has_consumers |= strcmp(step->mods[i].attribute, "olcSyncrepl") == 0;
		if (handler_run(self, &step->mods[i], &seen, err) == 0)
			continue;
		if (has_consumers)
			memory_consumers_reload(self, before);
		return -1;
	}
	return 0;
}

/* slapd first changes a copy of the entry; then its handlers see it. */
static int modify(MemoryDirectory *self, const Step *step, Error *err)
{
	Error refusal;
	Tree changed;
	Entry *entry;

	if (tree_after(self->pool, &self->config, step, &changed, &refusal) < 0)
		return refuse_as(err, &refusal);
	entry = tree_find(&changed, step->dn);
	if (memory_classes_check(entry, err) < 0 ||
	    handlers_run(self, step, tree_find(&self->config, step->dn), err) < 0)
		return -1;
	stamp(self, entry);
	self->config = changed;
	return 0;
}

/* --- entries --- */

/* "olcOverlay=syncprov,..." or "olcOverlay={0}syncprov,...". */
static bool is_named(const char *dn, const char *attribute, const char *name)
{
	return strncasecmp(dn, attribute, strlen(attribute)) == 0 &&
	       strncasecmp(ordered_text(dn + strlen(attribute)), name, strlen(name)) == 0;
}

static bool is_syncprov(const char *dn)
{
	return is_named(dn, "olcOverlay=", "syncprov,");
}

static bool is_known(const char *dn)
{
	return is_syncprov(dn) || is_named(dn, "olcOverlay=", "accesslog,") ||
	       is_named(dn, "olcDatabase=", "mdb,") || strcasecmp(dn, "cn=module,cn=config") == 0;
}

static bool has_syncprov(const MemoryDirectory *self, const char *parent)
{
	for (size_t i = 0; i < self->config.n_entries; i++)
		if (is_syncprov(self->config.entries[i].dn) &&
		    entry_is_below(&self->config.entries[i], parent))
			return true;
	return false;
}

static int add_check(const MemoryDirectory *self, const Step *step, Error *err)
{
	if (!is_known(step->dn))
		return memory_refuse(err, LDAP_UNWILLING_TO_PERFORM, "not known in memory");
	if (is_syncprov(step->dn) && has_syncprov(self, strchr(step->dn, ',') + 1))
		return memory_refuse(err, LDAP_OTHER,
				     "overlay_config(): overlay \"syncprov\" already in list");
	return 0;
}

/* The entry that the step added. */
static Entry *entry_new(const MemoryDirectory *self, const Tree *changed)
{
	size_t i = 0;

	while (tree_find(&self->config, changed->entries[i].dn))
		i++;
	return &changed->entries[i];
}

static int entry_add(MemoryDirectory *self, const Step *step, Error *err)
{
	Entry seen = {.dn = step->dn};
	Error refusal;
	Tree changed;

	if (tree_after(self->pool, &self->config, step, &changed, &refusal) < 0)
		return refuse_as(err, &refusal);
	if (add_check(self, step, err) < 0)
		return -1;
	for (size_t i = 0; i < step->n_mods; i++)
		if (handler_run(self, &step->mods[i], &seen, err) < 0)
			return -1;
	if (memory_classes_check(&seen, err) < 0)
		return -1;
	stamp(self, entry_new(self, &changed));
	self->config = changed;
	return 0;
}

static int entry_delete(MemoryDirectory *self, const Step *step, Error *err)
{
	Error refusal;
	Tree changed;

	if (tree_after(self->pool, &self->config, step, &changed, &refusal) < 0)
		return refuse_as(err, &refusal);
	self->config = changed;
	return 0;
}

int memory_apply(MemoryDirectory *self, const Step *step, Error *err)
{
	Step named;

	if (memory_mods_check(step, err) < 0)
		return -1;
	named = memory_step_named(self->pool, step);
	switch (step->kind) {
	case STEP_ADD_ENTRY:
		return entry_add(self, &named, err);
	case STEP_DELETE_ENTRY:
		return entry_delete(self, &named, err);
	default:
		return modify(self, &named, err);
	}
}
