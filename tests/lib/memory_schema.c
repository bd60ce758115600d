/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "tests/lib/memory_internal.h"

static const MemoryType types[] = {
	{"olcServerID", NULL, "olcGlobal", MEMORY_TEXT},
	{"olcModuleLoad", NULL, "olcModuleList", MEMORY_TEXT},
	{"olcModulePath", NULL, "olcModuleList", MEMORY_TEXT},
	{"olcSuffix", NULL, "olcDatabaseConfig", MEMORY_TEXT},
	{"olcRootDN", NULL, "olcDatabaseConfig", MEMORY_TEXT},
	{"olcLimits", NULL, "olcDatabaseConfig", MEMORY_TEXT},
	{"olcAccess", NULL, "olcDatabaseConfig", MEMORY_TEXT},
	{"olcSyncrepl", NULL, "olcDatabaseConfig", MEMORY_TEXT},
	{"olcMultiProvider", "olcMirrorMode", "olcDatabaseConfig", MEMORY_BOOLEAN},
	{"olcReadOnly", NULL, NULL, MEMORY_BOOLEAN},
	{"olcRestrict", NULL, NULL, MEMORY_TEXT},
	{"olcDatabase", NULL, "olcDatabaseConfig", MEMORY_TEXT},
	{"olcDbDirectory", NULL, "olcMdbConfig", MEMORY_TEXT},
	{"olcDbIndex", NULL, "olcMdbConfig", MEMORY_TEXT},
	{"olcDbMaxSize", NULL, "olcMdbConfig", MEMORY_INTEGER},
	{"olcOverlay", NULL, "olcOverlayConfig", MEMORY_TEXT},
	{"olcSpCheckpoint", NULL, "olcSyncProvConfig", MEMORY_TEXT},
	{"olcSpSessionlog", NULL, "olcSyncProvConfig", MEMORY_INTEGER},
	{"olcSpNoPresent", NULL, "olcSyncProvConfig", MEMORY_BOOLEAN},
	{"olcSpReloadHint", NULL, "olcSyncProvConfig", MEMORY_BOOLEAN},
	{"olcAccessLogDB", NULL, "olcAccessLogConfig", MEMORY_TEXT},
	{"olcAccessLogOps", NULL, "olcAccessLogConfig", MEMORY_TEXT},
	{"olcAccessLogPurge", NULL, "olcAccessLogConfig", MEMORY_TEXT},
	{"olcAccessLogSuccess", NULL, "olcAccessLogConfig", MEMORY_BOOLEAN},
	{"objectClass", NULL, NULL, MEMORY_TEXT},
	{"cn", NULL, NULL, MEMORY_TEXT},
};

const MemoryType *memory_type_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcasecmp(types[i].name, name) == 0 ||
		    (types[i].alias && strcasecmp(types[i].alias, name) == 0))
			return &types[i];
	return NULL;
}

Step memory_step_named(Pool *pool, const Step *step)
{
	Step named = *step;

	named.mods = pool_alloc(pool, (step->n_mods + 1) * sizeof(Mod));
	for (size_t i = 0; i < step->n_mods; i++) {
		Mod *mod = &named.mods[i];

		*mod = step->mods[i];
		mod->attribute = memory_type_find(mod->attribute)->name;
		mod->values = pool_alloc(pool, (mod->n_values + 1) * sizeof(*mod->values));
		for (size_t k = 0; k < mod->n_values; k++)
			mod->values[k] = pool_strdup(pool, step->mods[i].values[k]);
	}
	named.dn = pool_strdup(pool, step->dn);
	return named;
}

static bool is_integer(const char *text)
{
	text += *text == '-';
	if (strcmp(text, "0") == 0)
		return true;
	return *text >= '1' && *text <= '9' && strspn(text, "0123456789") == strlen(text);
}

static bool value_fits(const MemoryType *type, const char *value)
{
	if (type->syntax == MEMORY_BOOLEAN)
		return strcmp(value, "TRUE") == 0 || strcmp(value, "FALSE") == 0;
	return *value && (type->syntax != MEMORY_INTEGER || is_integer(value));
}

static int mod_check(const MemoryType *type, const Mod *mod, Error *err)
{
	if (mod->kind == MOD_ADD && mod->n_values == 0)
		return memory_refuse(err, LDAP_PROTOCOL_ERROR, "modify/add: no values given");
	for (size_t i = 0; i < mod->n_values; i++)
		if (!value_fits(type, mod->values[i]))
			return memory_refuse(err, LDAP_INVALID_SYNTAX,
					     "value #0 invalid per syntax");
	if (config_mod_repeats(mod))
		return memory_refuse(err, LDAP_TYPE_OR_VALUE_EXISTS,
				     "value #0 provided more than once");
	if (config_attribute_is_single(mod->attribute) && mod->n_values > 1)
		return memory_refuse(err, LDAP_CONSTRAINT_VIOLATION, "multiple values provided");
	return 0;
}

int memory_mods_check(const Step *step, Error *err)
{
	for (size_t i = 0; i < step->n_mods; i++) {
		const MemoryType *type = memory_type_find(step->mods[i].attribute);

		if (!type)
			return memory_refuse(err, LDAP_UNDEFINED_TYPE, "attribute type undefined");
		if (mod_check(type, &step->mods[i], err) < 0)
			return -1;
	}
	return 0;
}

int memory_classes_check(const Entry *entry, Error *err)
{
	for (size_t i = 0; i < entry->n_attributes; i++) {
		const MemoryType *type = memory_type_find(entry->attributes[i].name);

		if (type && type->class && !entry_has_value(entry, "objectClass", type->class))
			return memory_refuse(err, LDAP_OBJECT_CLASS_VIOLATION,
					     "attribute not allowed");
	}
	return 0;
}

Entry memory_entry_copy(Pool *pool, const Entry *entry)
{
	Entry copy = {.dn = pool_strdup(pool, entry->dn)};

	for (size_t i = 0; i < entry->n_attributes; i++) {
		const Attribute *attribute = &entry->attributes[i];

		for (size_t k = 0; k < attribute->n_values; k++)
			entry_add_value(pool, &copy, attribute->name, attribute->values[k].bytes,
					attribute->values[k].len);
	}
	return copy;
}
