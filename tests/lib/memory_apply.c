/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/lib/memory_internal.h"

static Entry *entry_find(MemoryDirectory *self, const char *dn)
{
	for (size_t i = 0; i < self->config.n_entries; i++)
		if (strcasecmp(self->config.entries[i].dn, dn) == 0)
			return &self->config.entries[i];
	return NULL;
}

/* --- operational attributes --- */

static void stamp(MemoryDirectory *self, Entry *entry)
{
	const unsigned long n = self->n_writes;
	const char *csn = pool_printf(self->pool, "202611221000%02lu.%06luZ#000000#001#000000",
				      n / 1000000 % 60, n % 1000000);
	const char *when = pool_printf(self->pool, "202611221000%02luZ", n / 1000000 % 60);
	const char *who = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth";

	memory_entry_set(self->pool, entry, "entryCSN", &csn, 1);
	memory_entry_set(self->pool, entry, "modifyTimestamp", &when, 1);
	memory_entry_set(self->pool, entry, "modifiersName", &who, 1);
}

/* --- modify --- */

/* What slapd says before it looks at the entry. */
static int mods_check(const Step *step, Error *err)
{
	for (size_t i = 0; i < step->n_mods; i++) {
		const MemoryType *type = memory_type_find(step->mods[i].attribute);

		if (!type)
			return memory_refuse(err, LDAP_UNDEFINED_TYPE, "attribute type undefined");
		if (memory_mod_check(type, &step->mods[i], err) < 0)
			return -1;
	}
	return 0;
}

/* What slapd says of an entry as it would be. */
static int classes_check(const Entry *entry, Error *err)
{
	for (size_t i = 0; i < entry->n_attributes; i++) {
		const MemoryType *type = memory_type_find(entry->attributes[i].name);

		if (type && type->class && !entry_has_value(entry, "objectClass", type->class))
			return memory_refuse(err, LDAP_OBJECT_CLASS_VIOLATION,
					     "attribute not allowed");
	}
	return 0;
}

/* What a mod deletes; a replace of what is not there deletes nothing, unless that is all it does.
 */
static int values_leave(MemoryDirectory *self, const Mod *mod, Entry *entry, Positions *ret,
			Error *err)
{
	const Mod all = {.attribute = mod->attribute};
	const MemoryType *type = memory_type_find(mod->attribute);

	*ret = (Positions){0};
	if (mod->kind == MOD_ADD ||
	    (mod->kind == MOD_REPLACE && mod->n_values > 0 && !entry_attribute(entry, type->name)))
		return 0;
	return memory_values_delete(self->pool, type, mod->kind == MOD_DELETE ? mod : &all, entry,
				    ret, err);
}

/* slapd first changes a copy of the entry. */
static int values_change(MemoryDirectory *self, const Step *step, Entry *entry, Error *err)
{
	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];
		const MemoryType *type = memory_type_find(mod->attribute);
		Positions positions;

		if (values_leave(self, mod, entry, &positions, err) < 0)
			return -1;
		if (mod->kind != MOD_DELETE &&
		    memory_values_add(self->pool, type, mod->values, mod->n_values, entry, err) < 0)
			return -1;
	}
	return classes_check(entry, err);
}

/* Then its handlers see the changes, one value after another. */
static int handler_run(MemoryDirectory *self, const Mod *mod, Entry *seen, Error *err)
{
	const MemoryType *type = memory_type_find(mod->attribute);
	Positions positions;

	if (values_leave(self, mod, seen, &positions, err) < 0)
		return -1;
	memory_rule_delete(self, seen, type, &positions);
	for (size_t k = 0; mod->kind != MOD_DELETE && k < mod->n_values; k++)
		if (memory_rule_add(self, seen, type, mod->values[k], err) < 0 ||
		    memory_values_add(self->pool, type, &mod->values[k], 1, seen, err) < 0)
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
		has_consumers |= strcasecmp(step->mods[i].attribute, "olcSyncrepl") == 0;
		if (handler_run(self, &step->mods[i], &seen, err) == 0)
			continue;
		if (has_consumers)
			memory_consumers_reload(self, before);
		return -1;
	}
	return 0;
}

static int modify(MemoryDirectory *self, const Step *step, Error *err)
{
	Entry *entry = entry_find(self, step->dn);
	Entry changed;

	if (mods_check(step, err) < 0)
		return -1;
	if (!entry)
		return memory_refuse(err, LDAP_NO_SUCH_OBJECT, "");
	changed = *entry;
	if (values_change(self, step, &changed, err) < 0 ||
	    handlers_run(self, step, entry, err) < 0)
		return -1;
	stamp(self, &changed);
	*entry = changed;
	return 0;
}

/* --- entries --- */

/* The DN of the entry above; NULL: none. */
static const char *parent_dn(const char *dn)
{
	const char *comma = strchr(dn, ',');

	return comma ? comma + 1 : NULL;
}

static bool is_child(const Entry *entry, const char *parent)
{
	const char *above = parent_dn(entry->dn);

	return above && strcasecmp(above, parent) == 0;
}

/* How many entries of that name, "olcOverlay=" or "cn=module", stand below the parent. */
static size_t count_children(const MemoryDirectory *self, const char *parent, const char *start)
{
	size_t found = 0;

	for (size_t i = 0; i < self->config.n_entries; i++)
		found += is_child(&self->config.entries[i], parent) &&
			 strncasecmp(self->config.entries[i].dn, start, strlen(start)) == 0;
	return found;
}

static bool has_syncprov(const MemoryDirectory *self, const char *parent)
{
	for (size_t i = 0; i < self->config.n_entries; i++) {
		const char *name = entry_first(&self->config.entries[i], "olcOverlay");

		if (name && is_child(&self->config.entries[i], parent) &&
		    strcasecmp(ordered_text(name), "syncprov") == 0)
			return true;
	}
	return false;
}

static int attributes_add(MemoryDirectory *self, const Step *step, Entry *entry, Error *err)
{
	if (mods_check(step, err) < 0)
		return -1;
	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];
		const MemoryType *type = memory_type_find(mod->attribute);

		for (size_t k = 0; k < mod->n_values; k++)
			if (memory_rule_add(self, entry, type, mod->values[k], err) < 0 ||
			    memory_values_add(self->pool, type, &mod->values[k], 1, entry, err) < 0)
				return -1;
	}
	return classes_check(entry, err);
}

/* Behind the last entry below the parent, as slapd returns them. */
static void entry_insert(MemoryDirectory *self, const char *parent, Entry entry)
{
	Tree tree = {0};
	size_t last = 0;

	for (size_t i = 0; i < self->config.n_entries; i++)
		if (strcasecmp(self->config.entries[i].dn, parent) == 0 ||
		    (is_child(&self->config.entries[i], parent) &&
		     strncasecmp(self->config.entries[i].dn, entry.dn, 3) == 0))
			last = i;
	for (size_t i = 0; i < self->config.n_entries; i++) {
		POOL_PUSH(self->pool, tree.entries, tree.n_entries, self->config.entries[i]);
		if (i == last)
			POOL_PUSH(self->pool, tree.entries, tree.n_entries, entry);
	}
	self->config = tree;
}

static int overlay_add(MemoryDirectory *self, const Step *step, const char *parent, Error *err)
{
	const size_t n = count_children(self, parent, "olcOverlay=");
	const char *name = pool_printf(self->pool, "{%zu}syncprov", n);
	Entry entry = {.dn = pool_printf(self->pool, "olcOverlay=%s,%s", name, parent)};

	if (has_syncprov(self, parent))
		return memory_refuse(err, LDAP_OTHER,
				     "overlay_config(): overlay \"syncprov\" already in list");
	if (attributes_add(self, step, &entry, err) < 0)
		return -1;
	memory_entry_set(self->pool, &entry, "olcOverlay", &name, 1);
	stamp(self, &entry);
	entry_insert(self, parent, entry);
	return 0;
}

static int module_list_add(MemoryDirectory *self, const Step *step, Error *err)
{
	const size_t n = count_children(self, "cn=config", "cn=module");
	const char *name = pool_printf(self->pool, "module{%zu}", n);
	Entry entry = {.dn = pool_printf(self->pool, "cn=%s,cn=config", name)};

	if (attributes_add(self, step, &entry, err) < 0)
		return -1;
	memory_entry_set(self->pool, &entry, "cn", &name, 1);
	stamp(self, &entry);
	entry_insert(self, "cn=config", entry);
	return 0;
}

/* "olcOverlay=syncprov,..." or "olcOverlay={0}syncprov,...". */
static bool is_syncprov(const char *dn)
{
	static const char attribute[] = "olcOverlay=", name[] = "syncprov,";

	return strncasecmp(dn, attribute, strlen(attribute)) == 0 &&
	       strncasecmp(ordered_text(dn + strlen(attribute)), name, strlen(name)) == 0;
}

static int entry_add(MemoryDirectory *self, const Step *step, Error *err)
{
	const char *parent = parent_dn(step->dn);

	if (!parent || !entry_find(self, parent))
		return memory_refuse(err, LDAP_NO_SUCH_OBJECT, "");
	if (entry_find(self, step->dn))
		return memory_refuse(err, LDAP_ALREADY_EXISTS, "");
	if (is_syncprov(step->dn))
		return overlay_add(self, step, parent, err);
	if (strcasecmp(step->dn, "cn=module,cn=config") == 0)
		return module_list_add(self, step, err);
	return memory_refuse(err, LDAP_UNWILLING_TO_PERFORM, "not known in memory");
}

/* The overlays behind the one that goes move up. */
static void overlay_renumber(MemoryDirectory *self, Entry *entry, size_t n)
{
	const char *name = ordered_text(entry_first(entry, "olcOverlay"));
	const char *parent = parent_dn(entry->dn);
	const char *numbered = pool_printf(self->pool, "{%zu}%s", n, name);

	entry->dn = pool_printf(self->pool, "olcOverlay=%s,%s", numbered, parent);
	memory_entry_set(self->pool, entry, "olcOverlay", &numbered, 1);
}

static int entry_delete(MemoryDirectory *self, const Step *step, Error *err)
{
	const Entry *gone = entry_find(self, step->dn);
	const char *parent = parent_dn(step->dn);
	Tree tree = {0};
	size_t n = 0;

	if (!gone)
		return memory_refuse(err, LDAP_NO_SUCH_OBJECT, "");
	if (!entry_has_value(gone, "objectClass", "olcOverlayConfig"))
		return memory_refuse(err, LDAP_UNWILLING_TO_PERFORM, "");
	for (size_t i = 0; i < self->config.n_entries; i++) {
		Entry *entry = &self->config.entries[i];

		if (entry == gone)
			continue;
		if (is_child(entry, parent) && entry_attribute(entry, "olcOverlay"))
			overlay_renumber(self, entry, n++);
		POOL_PUSH(self->pool, tree.entries, tree.n_entries, *entry);
	}
	self->config = tree;
	return 0;
}

int memory_apply(MemoryDirectory *self, const Step *step, Error *err)
{
	switch (step->kind) {
	case STEP_ADD_ENTRY:
		return entry_add(self, step, err);
	case STEP_DELETE_ENTRY:
		return entry_delete(self, step, err);
	default:
		return modify(self, step, err);
	}
}
