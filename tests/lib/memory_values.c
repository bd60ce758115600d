/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/lib/memory_internal.h"

static const MemoryType types[] = {
	{"olcServerID", NULL, "olcGlobal", 0},
	{"olcModuleLoad", NULL, "olcModuleList", MEMORY_ORDERED | MEMORY_FOR_EVER},
	{"olcModulePath", NULL, "olcModuleList", MEMORY_SINGLE},
	{"olcSuffix", NULL, "olcDatabaseConfig", 0},
	{"olcRootDN", NULL, "olcDatabaseConfig", MEMORY_SINGLE},
	{"olcLimits", NULL, "olcDatabaseConfig", MEMORY_ORDERED},
	{"olcAccess", NULL, "olcDatabaseConfig", MEMORY_ORDERED},
	{"olcSyncrepl", NULL, "olcDatabaseConfig", MEMORY_ORDERED},
	{"olcMultiProvider", "olcMirrorMode", "olcDatabaseConfig", MEMORY_SINGLE | MEMORY_BOOLEAN},
	{"olcReadOnly", NULL, NULL, MEMORY_SINGLE | MEMORY_BOOLEAN},
	{"olcDbIndex", NULL, "olcMdbConfig", 0},
	{"olcOverlay", NULL, "olcOverlayConfig", MEMORY_SINGLE},
	{"olcSpCheckpoint", NULL, "olcSyncProvConfig", MEMORY_SINGLE},
	{"olcSpSessionlog", NULL, "olcSyncProvConfig", MEMORY_SINGLE | MEMORY_INTEGER},
	{"objectClass", NULL, NULL, 0},
	{"cn", NULL, NULL, 0},
};

const MemoryType *memory_type_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcasecmp(types[i].name, name) == 0 ||
		    (types[i].alias && strcasecmp(types[i].alias, name) == 0))
			return &types[i];
	return NULL;
}

static bool is_integer(const char *text)
{
	text += *text == '-';
	if (strcmp(text, "0") == 0)
		return true;
	return *text >= '1' && *text <= '9' && strspn(text, "0123456789") == strlen(text);
}

/* --- comparing as caseIgnoreMatch does --- */

static const char *skip_space(const char *text)
{
	return text + strspn(text, " ");
}

static bool same_text(const char *one, const char *other)
{
	one = skip_space(one);
	other = skip_space(other);
	while (*one && *other) {
		if (*one == ' ' && *other == ' ') {
			one = skip_space(one);
			other = skip_space(other);
			continue;
		}
		if (tolower((unsigned char)*one) != tolower((unsigned char)*other))
			break;
		one++;
		other++;
	}
	return !*skip_space(one) && !*skip_space(other);
}

static const char *bare_text(const MemoryType *type, const char *value)
{
	return type->flags & MEMORY_ORDERED ? ordered_text(value) : value;
}

/* The number in front of an ordered value; -1: it has none. */
static long value_number(const MemoryType *type, const char *value)
{
	if (bare_text(type, value) == value)
		return -1;
	return strtol(value + 1, NULL, 10);
}

static bool names_one_twice(const MemoryType *type, const Mod *mod)
{
	for (size_t i = 0; i < mod->n_values; i++)
		for (size_t k = 0; k < i; k++)
			if (value_number(type, mod->values[i]) ==
				    value_number(type, mod->values[k]) &&
			    same_text(bare_text(type, mod->values[i]),
				      bare_text(type, mod->values[k])))
				return true;
	return false;
}

int memory_mod_check(const MemoryType *type, const Mod *mod, Error *err)
{
	if (mod->kind == MOD_ADD && mod->n_values == 0)
		return memory_refuse(err, LDAP_PROTOCOL_ERROR, "modify/add: no values given");
	for (size_t i = 0; i < mod->n_values; i++) {
		const char *value = mod->values[i];

		if ((type->flags & MEMORY_BOOLEAN && strcmp(value, "TRUE") != 0 &&
		     strcmp(value, "FALSE") != 0) ||
		    (type->flags & MEMORY_INTEGER && !is_integer(value)) || !*value)
			return memory_refuse(err, LDAP_INVALID_SYNTAX,
					     "value #0 invalid per syntax");
	}
	if (names_one_twice(type, mod))
		return memory_refuse(err, LDAP_TYPE_OR_VALUE_EXISTS,
				     "value #0 provided more than once");
	if (type->flags & MEMORY_SINGLE && mod->n_values > 1)
		return memory_refuse(err, LDAP_CONSTRAINT_VIOLATION, "multiple values provided");
	return 0;
}

/* A delete may name a value by its number, its text or both. */
static bool value_is_named(const MemoryType *type, const char *value, size_t position,
			   const char *named)
{
	const long number = value_number(type, named);
	const char *text = bare_text(type, named);

	if (number >= 0 && (size_t)number != position)
		return false;
	return (number >= 0 && !*text) || same_text(bare_text(type, value), text);
}

/* --- changing --- */

void memory_entry_set(Pool *pool, Entry *entry, const char *name, const char *const *values,
		      size_t n_values)
{
	Entry changed = {.dn = entry->dn};
	bool is_set = n_values == 0;

	changed.attributes = pool_alloc(pool, (entry->n_attributes + 1) * sizeof(Attribute));
	for (size_t i = 0; i <= entry->n_attributes; i++) {
		const bool is_it = i == entry->n_attributes ||
				   strcasecmp(entry->attributes[i].name, name) == 0;
		Attribute *place = &changed.attributes[changed.n_attributes];

		if (!is_it)
			*place = entry->attributes[i];
		if (is_it && is_set)
			continue;
		changed.n_attributes++;
		if (!is_it)
			continue;
		is_set = true;
		*place = (Attribute){.name = pool_strdup(pool, name), .n_values = n_values};
		place->values = pool_alloc(pool, n_values * sizeof(Value));
		for (size_t k = 0; k < n_values; k++)
			place->values[k] = (Value){pool_strdup(pool, values[k]), strlen(values[k])};
	}
	*entry = changed;
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

static void values_store(Pool *pool, const MemoryType *type, const char **values, size_t n_values,
			 Entry *entry)
{
	for (size_t i = 0; type->flags & MEMORY_ORDERED && i < n_values; i++)
		values[i] = pool_printf(pool, "{%zu}%s", i, ordered_text(values[i]));
	memory_entry_set(pool, entry, type->name, values, n_values);
}

int memory_values_add(Pool *pool, const MemoryType *type, const char *const *values,
		      size_t n_values, Entry *entry, Error *err)
{
	const Attribute *attribute = entry_attribute(entry, type->name);
	size_t n_all = attribute ? attribute->n_values : 0;
	const char **all = pool_alloc(pool, (n_all + n_values + 1) * sizeof(*all));

	for (size_t i = 0; i < n_all; i++)
		all[i] = attribute->values[i].bytes;
	for (size_t i = 0; i < n_values; i++) {
		long at = value_number(type, values[i]);

		for (size_t k = 0; k < n_all; k++)
			if (value_is_named(type, all[k], k, values[i]))
				return memory_refuse(err, LDAP_TYPE_OR_VALUE_EXISTS,
						     "modify/add: value #0 already exists");
		if (at < 0 || (size_t)at > n_all)
			at = (long)n_all;
		memmove(&all[at + 1], &all[at], (n_all - (size_t)at) * sizeof(*all));
		all[at] = values[i];
		n_all++;
	}
	if (type->flags & MEMORY_SINGLE && n_all > 1)
		return memory_refuse(err, LDAP_CONSTRAINT_VIOLATION,
				     "attribute cannot have multiple values");
	values_store(pool, type, all, n_all, entry);
	return 0;
}

static bool position_is_in(const Positions *positions, size_t position)
{
	for (size_t i = 0; i < positions->n_items; i++)
		if (positions->items[i] == position)
			return true;
	return false;
}

static int positions_find(Pool *pool, const MemoryType *type, const Mod *mod,
			  const Attribute *attribute, Positions *ret, Error *err)
{
	bool *is_named = pool_alloc(pool, attribute->n_values * sizeof(*is_named));

	for (size_t i = 0; i < mod->n_values; i++) {
		size_t k = 0;

		while (k < attribute->n_values &&
		       (is_named[k] ||
			!value_is_named(type, attribute->values[k].bytes, k, mod->values[i])))
			k++;
		if (k == attribute->n_values)
			return memory_refuse(err, LDAP_NO_SUCH_ATTRIBUTE,
					     "modify/delete: no such value");
		is_named[k] = true;
	}
	for (size_t k = 0; k < attribute->n_values; k++)
		if (is_named[k] || mod->n_values == 0)
			POOL_PUSH(pool, ret->items, ret->n_items, k);
	return 0;
}

int memory_values_delete(Pool *pool, const MemoryType *type, const Mod *mod, Entry *entry,
			 Positions *ret, Error *err)
{
	const Attribute *attribute = entry_attribute(entry, type->name);
	const char **left;
	size_t n_left = 0;

	*ret = (Positions){0};
	if (type->flags & MEMORY_FOR_EVER)
		return memory_refuse(err, LDAP_OTHER, "cannot delete it");
	if (!attribute)
		return memory_refuse(err, LDAP_NO_SUCH_ATTRIBUTE,
				     "modify/delete: no such attribute");
	if (positions_find(pool, type, mod, attribute, ret, err) < 0)
		return -1;
	left = pool_alloc(pool, attribute->n_values * sizeof(*left));
	for (size_t k = 0; k < attribute->n_values; k++)
		if (!position_is_in(ret, k))
			left[n_left++] = attribute->values[k].bytes;
	values_store(pool, type, left, n_left, entry);
	return 0;
}
