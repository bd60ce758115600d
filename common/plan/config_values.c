/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/config_values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef enum TypeFlag {
	TYPE_ORDERED = 1,  /* X-ORDERED 'VALUES': slapd gives each a "{n}" */
	TYPE_SINGLE = 2,   /* SINGLE-VALUE */
	TYPE_FOR_EVER = 4, /* values are never deleted */
} TypeFlag;

/* All others have many values without an order. */
static const struct {
	const char *name;
	unsigned flags;
} types[] = {
	{"olcModuleLoad", TYPE_ORDERED | TYPE_FOR_EVER},
	{"olcModulePath", TYPE_SINGLE},
	{"olcRootDN", TYPE_SINGLE},
	{"olcLimits", TYPE_ORDERED},
	{"olcAccess", TYPE_ORDERED},
	{"olcSyncrepl", TYPE_ORDERED},
	{"olcMultiProvider", TYPE_SINGLE},
	{"olcMirrorMode", TYPE_SINGLE},
	{"olcReadOnly", TYPE_SINGLE},
	{"olcOverlay", TYPE_SINGLE},
	{"olcSpCheckpoint", TYPE_SINGLE},
	{"olcSpSessionlog", TYPE_SINGLE},
};

static unsigned flags_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcasecmp(types[i].name, name) == 0)
			return types[i].flags;
	return 0;
}

bool config_attribute_is_single(const char *name)
{
	return (flags_of(name) & TYPE_SINGLE) != 0;
}

static bool is_flag(const char *name)
{
	return strcasecmp(name, "olcMultiProvider") == 0 || strcasecmp(name, "olcMirrorMode") == 0;
}

bool config_attribute_same(const char *one, const char *other)
{
	return strcasecmp(one, other) == 0 || (is_flag(one) && is_flag(other));
}

/* Under whichever of its names the entry has it. */
static const Attribute *attribute_find(const Entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (config_attribute_same(entry->attributes[i].name, name))
			return &entry->attributes[i];
	return NULL;
}

int config_refuse(Error *err, int result, const char *text)
{
	const bool is_stale = result == RESULT_NO_SUCH_ATTRIBUTE || result == RESULT_VALUE_EXISTS ||
			      result == RESULT_NO_SUCH_OBJECT;

	return error_set(err, is_stale ? ERROR_CONFLICT : ERROR_REFUSED, result, "%s", text);
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

static const char *bare_text(unsigned flags, const char *value)
{
	return flags & TYPE_ORDERED ? ordered_text(value) : value;
}

/* The number in front of an ordered value; -1: it has none. */
static long value_number(unsigned flags, const char *value)
{
	if (bare_text(flags, value) == value)
		return -1;
	return strtol(value + 1, NULL, 10);
}

/* Equal for equal texts: of a thousand long values few pairs are compared letter by letter. */
static unsigned text_hash(const char *text)
{
	unsigned hash = 5381;

	for (; *text; text++)
		if (*text != ' ')
			hash = hash * 33 + (unsigned)tolower((unsigned char)*text);
	return hash;
}

/* A value taken apart. */
typedef struct Named {
	long number;      /* -1: it has none */
	const char *text; /* after it */
	unsigned hash;
} Named;

static Named named_of(unsigned flags, const char *value)
{
	const char *text = bare_text(flags, value);

	return (Named){value_number(flags, value), text, text_hash(text)};
}

static Named *named_all(Pool *pool, unsigned flags, const char *const *values, size_t n_values,
			size_t n_more)
{
	Named *all = pool_alloc(pool, (n_values + n_more + 1) * sizeof(*all));

	for (size_t i = 0; i < n_values; i++)
		all[i] = named_of(flags, values[i]);
	return all;
}

static bool same_named(const Named *one, const Named *other)
{
	return one->hash == other->hash && same_text(one->text, other->text);
}

bool config_mod_repeats(const Mod *mod)
{
	AUTO(Pool) *scratch = pool_new();
	const Named *all =
		named_all(scratch, flags_of(mod->attribute), mod->values, mod->n_values, 0);

	for (size_t i = 0; i < mod->n_values; i++)
		for (size_t k = 0; k < i; k++)
			if (all[i].number == all[k].number && same_named(&all[i], &all[k]))
				return true;
	return false;
}

/* A delete may name a value by its number, its text or both. */
static bool value_is_named(const Named *value, size_t position, const Named *named)
{
	if (named->number >= 0 && (size_t)named->number != position)
		return false;
	return (named->number >= 0 && !*named->text) || same_named(value, named);
}

/* --- changing --- */

void config_entry_set(Pool *pool, Entry *entry, const char *name, const char *const *values,
		      size_t n_values)
{
	const Attribute *former = attribute_find(entry, name);
	Entry changed = {.dn = entry->dn};
	Attribute attribute = {.name = former ? former->name : name, .n_values = n_values};

	attribute.values = pool_alloc(pool, (n_values + 1) * sizeof(Value));
	for (size_t k = 0; k < n_values; k++)
		attribute.values[k] = (Value){values[k], strlen(values[k])};
	changed.attributes = pool_alloc(pool, (entry->n_attributes + 1) * sizeof(Attribute));
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (&entry->attributes[i] != former)
			changed.attributes[changed.n_attributes++] = entry->attributes[i];
		else if (n_values > 0)
			changed.attributes[changed.n_attributes++] = attribute;
	if (!former && n_values > 0)
		changed.attributes[changed.n_attributes++] = attribute;
	*entry = changed;
}

static void values_store(Pool *pool, const char *name, const char **values, size_t n_values,
			 Entry *entry)
{
	for (size_t i = 0; flags_of(name) & TYPE_ORDERED && i < n_values; i++)
		values[i] = pool_printf(pool, "{%zu}%s", i, ordered_text(values[i]));
	config_entry_set(pool, entry, name, values, n_values);
}

int config_values_add(Pool *pool, const char *name, const char *const *values, size_t n_values,
		      Entry *entry, Error *err)
{
	const Attribute *attribute = attribute_find(entry, name);
	const unsigned flags = flags_of(name);
	size_t n_all = attribute ? attribute->n_values : 0;
	const char **all = pool_alloc(pool, (n_all + n_values + 1) * sizeof(*all));
	AUTO(Pool) *scratch = pool_new();
	Named *there;

	for (size_t i = 0; i < n_all; i++)
		all[i] = attribute->values[i].bytes;
	there = named_all(scratch, flags, all, n_all, n_values);
	for (size_t i = 0; i < n_values; i++) {
		const Named added = named_of(flags, values[i]);
		const bool is_last = added.number < 0 || (size_t)added.number > n_all;
		const size_t at = is_last ? n_all : (size_t)added.number;

		for (size_t k = 0; k < n_all; k++)
			if (value_is_named(&there[k], k, &added))
				return config_refuse(err, RESULT_VALUE_EXISTS,
						     "modify/add: value #0 already exists");
		memmove(&all[at + 1], &all[at], (n_all - at) * sizeof(*all));
		memmove(&there[at + 1], &there[at], (n_all - at) * sizeof(*there));
		all[at] = values[i];
		there[at] = added;
		n_all++;
	}
	if (flags & TYPE_SINGLE && n_all > 1)
		return config_refuse(err, RESULT_CONSTRAINT_VIOLATION,
				     "attribute cannot have multiple values");
	values_store(pool, name, all, n_all, entry);
	return 0;
}

/* Marks the values that the mod names; all, when it names none. */
static int values_mark(const Mod *mod, const char *const *values, size_t n_values, bool *is_named,
		       Error *err)
{
	const unsigned flags = flags_of(mod->attribute);
	AUTO(Pool) *scratch = pool_new();
	const Named *there = named_all(scratch, flags, values, n_values, 0);

	for (size_t i = 0; i < mod->n_values; i++) {
		const Named named = named_of(flags, mod->values[i]);
		size_t k = 0;

		while (k < n_values && (is_named[k] || !value_is_named(&there[k], k, &named)))
			k++;
		if (k == n_values)
			return config_refuse(err, RESULT_NO_SUCH_ATTRIBUTE,
					     "modify/delete: no such value");
		is_named[k] = true;
	}
	for (size_t k = 0; k < n_values && mod->n_values == 0; k++)
		is_named[k] = true;
	return 0;
}

int config_values_delete(Pool *pool, const Mod *mod, Entry *entry, Positions *ret, Error *err)
{
	const Attribute *attribute = attribute_find(entry, mod->attribute);
	const char **left;
	size_t n_left = 0;
	bool *is_named;

	*ret = (Positions){0};
	if (flags_of(mod->attribute) & TYPE_FOR_EVER)
		return config_refuse(err, RESULT_OTHER, "cannot delete it");
	if (!attribute)
		return config_refuse(err, RESULT_NO_SUCH_ATTRIBUTE,
				     "modify/delete: no such attribute");
	is_named = pool_alloc(pool, attribute->n_values + 1);
	if (values_mark(mod, attribute_texts(pool, attribute), attribute->n_values, is_named, err) <
	    0)
		return -1;
	left = pool_alloc(pool, (attribute->n_values + 1) * sizeof(*left));
	for (size_t k = 0; k < attribute->n_values; k++)
		if (is_named[k])
			POOL_PUSH(pool, ret->items, ret->n_items, k);
		else
			left[n_left++] = attribute->values[k].bytes;
	values_store(pool, mod->attribute, left, n_left, entry);
	return 0;
}

int config_mod_take(Pool *pool, const Mod *mod, Entry *entry, Positions *ret, Error *err)
{
	const Mod all = {.attribute = mod->attribute};

	*ret = (Positions){0};
	if (mod->kind == MOD_ADD || (mod->kind == MOD_REPLACE && mod->n_values > 0 &&
				     !attribute_find(entry, mod->attribute)))
		return 0;
	return config_values_delete(pool, mod->kind == MOD_DELETE ? mod : &all, entry, ret, err);
}

int config_entry_modify(Pool *pool, const Step *step, Entry *entry, Error *err)
{
	Entry changed = *entry;

	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];
		Positions positions;

		if (config_mod_repeats(mod))
			return config_refuse(err, RESULT_VALUE_EXISTS,
					     "value #0 provided more than once");
		if (config_mod_take(pool, mod, &changed, &positions, err) < 0)
			return -1;
		if (mod->kind != MOD_DELETE && config_values_add(pool, mod->attribute, mod->values,
								 mod->n_values, &changed, err) < 0)
			return -1;
	}
	*entry = changed;
	return 0;
}
