/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/view.h"

#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/entries/contents.h"

#define NAMED_MAX 5 /* attributes; the rest is counted */

typedef struct Lack {
	const char *name;
	size_t n;
} Lack;

typedef struct Lacks {
	Lack *items;
	size_t n_items;
	size_t n_hidden;
} Lacks;

const Entry *view_entry(const Tree *tree, const char *dn)
{
	for (size_t i = 0; i < tree->n_entries; i++)
		if (strcmp(tree->entries[i].dn, dn) == 0)
			return &tree->entries[i];
	return NULL;
}

static void lack_add(Pool *pool, Lacks *lacks, const char *name)
{
	size_t i = 0;

	while (i < lacks->n_items && strcasecmp(lacks->items[i].name, name) != 0)
		i++;
	if (i == lacks->n_items)
		POOL_PUSH(pool, lacks->items, lacks->n_items, {.name = name});
	lacks->items[i].n++;
}

static void entry_compare(Pool *pool, const Entry *former, const Entry *now, Lacks *lacks)
{
	for (size_t i = 0; i < former->n_attributes; i++) {
		const char *name = former->attributes[i].name;
		const Attribute *seen = entry_attribute(now, name);

		if (attribute_is_computed(name))
			continue;
		if (!seen)
			lack_add(pool, lacks, name);
		else if (seen->n_values < former->attributes[i].n_values)
			lack_add(pool, lacks, pool_printf(pool, "values of %s", name));
	}
}

static const char *lacks_describe(Pool *pool, const Lacks *lacks, size_t n_entries)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < lacks->n_items && i < NAMED_MAX; i++)
		buf_printf(&text, "%s%s of %zu of %zu entries", i > 0 ? ", " : "",
			   lacks->items[i].name, lacks->items[i].n, n_entries);
	if (lacks->n_items > NAMED_MAX)
		buf_printf(&text, ", and %zu attributes more", lacks->n_items - NAMED_MAX);
	if (lacks->n_hidden > 0)
		buf_printf(&text, "%s%zu of %zu entries altogether", text.len > 0 ? ", and " : "",
			   lacks->n_hidden, n_entries);
	return buf_text(&text);
}

const char *view_lacks(Pool *pool, const Tree *former, const Tree *now)
{
	Lacks lacks = {0};

	for (size_t i = 0; i < former->n_entries; i++) {
		const Entry *entry = view_entry(now, former->entries[i].dn);

		if (entry)
			entry_compare(pool, &former->entries[i], entry, &lacks);
		else
			lacks.n_hidden++;
	}
	return lacks.n_items > 0 || lacks.n_hidden > 0
		       ? lacks_describe(pool, &lacks, former->n_entries)
		       : NULL;
}

Tree view_common(Pool *pool, const Tree *before, const Tree *after)
{
	Tree common = {0};

	for (size_t i = 0; i < before->n_entries; i++) {
		const Entry *other = view_entry(after, before->entries[i].dn);
		Entry both = {.dn = before->entries[i].dn};

		for (size_t k = 0; other && k < before->entries[i].n_attributes; k++) {
			Attribute attribute = before->entries[i].attributes[k];
			const Attribute *later = entry_attribute(other, attribute.name);

			if (!later)
				continue;
			if (later->n_values < attribute.n_values)
				attribute.n_values = later->n_values;
			POOL_PUSH(pool, both.attributes, both.n_attributes, attribute);
		}
		if (other)
			POOL_PUSH(pool, common.entries, common.n_entries, both);
	}
	return common;
}
