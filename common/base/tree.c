/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/tree.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

Entry *tree_add_entry(Pool *pool, Tree *tree, const char *dn)
{
	POOL_PUSH(pool, tree->entries, tree->n_entries, {.dn = pool_strdup(pool, dn)});
	return &tree->entries[tree->n_entries - 1];
}

static Attribute *attribute_find(const Entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (strcasecmp(entry->attributes[i].name, name) == 0)
			return &entry->attributes[i];
	return NULL;
}

/* Room for as many attributes as most entries have: an array that grows leaves its old self
 * behind. */
#define USUAL_ATTRIBUTES 8

static Attribute *attribute_add(Pool *pool, Entry *entry, const char *kept_name)
{
	if (!entry->attributes)
		entry->attributes = pool_alloc(pool, USUAL_ATTRIBUTES * sizeof(Attribute));
	POOL_PUSH(pool, entry->attributes, entry->n_attributes, {.name = kept_name});
	return &entry->attributes[entry->n_attributes - 1];
}

void entry_add_attribute(Pool *pool, Entry *entry, const char *name, const Entry *like)
{
	const Attribute *same = like ? attribute_find(like, name) : NULL;

	if (attribute_find(entry, name))
		return;
	if (same && strcmp(same->name, name) == 0)
		attribute_add(pool, entry, same->name);
	else
		attribute_add(pool, entry, pool_strdup(pool, name));
}

static Attribute *attribute_of(Pool *pool, Entry *entry, const char *name)
{
	Attribute *attribute = attribute_find(entry, name);

	return attribute ? attribute : attribute_add(pool, entry, pool_strdup(pool, name));
}

void entry_add_value(Pool *pool, Entry *entry, const char *name, const char *bytes, size_t len)
{
	Attribute *attribute = attribute_of(pool, entry, name);

	/* Most attributes have one value. */
	if (!attribute->values)
		attribute->values = pool_alloc(pool, sizeof(Value));
	POOL_PUSH(pool, attribute->values, attribute->n_values,
		  {.bytes = pool_copy(pool, bytes, len), .len = len});
}

const Attribute *entry_attribute(const Entry *entry, const char *name)
{
	return attribute_find(entry, name);
}

const char *entry_first(const Entry *entry, const char *name)
{
	const Attribute *attribute = attribute_find(entry, name);

	return attribute && attribute->n_values > 0 ? attribute->values[0].bytes : NULL;
}

const char **attribute_texts(Pool *pool, const Attribute *attribute)
{
	const char **texts = NULL;
	size_t n_texts = 0;

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		POOL_PUSH(pool, texts, n_texts, attribute->values[i].bytes);
	return texts;
}

bool entry_has_value(const Entry *entry, const char *name, const char *text)
{
	const Attribute *attribute = attribute_find(entry, name);

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (strcasecmp(attribute->values[i].bytes, text) == 0)
			return true;
	return false;
}

const char *ordered_text(const char *value)
{
	const char *text = value;

	if (*text++ != '{')
		return value;
	while (isdigit((unsigned char)*text))
		text++;
	return *text == '}' ? text + 1 : value;
}
