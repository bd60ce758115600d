/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/memory_json.h"

#include <string.h>

const char *memory_text(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member ? member->string : NULL;
}

static void entry_read(Pool *pool, const JsonNode *node, Tree *tree)
{
	Entry *entry = tree_add_entry(pool, tree, node->key);

	for (size_t i = 0; i < node->n_children; i++) {
		const JsonNode *attribute = &node->children[i];

		for (size_t k = 0; k < attribute->n_children; k++) {
			const char *value = attribute->children[k].string;

			entry_add_value(pool, entry, attribute->key, value, strlen(value));
		}
	}
}

static Tree tree_read(Pool *pool, const JsonNode *node)
{
	Tree tree = {0};

	for (size_t i = 0; node && i < node->n_children; i++)
		entry_read(pool, &node->children[i], &tree);
	return tree;
}

Directory *memory_directory_from_json(const JsonNode *server)
{
	AUTO(Pool) *pool = pool_new();
	const Tree config = tree_read(pool, json_member(server, "config"));
	const Tree contents = tree_read(pool, json_member(server, "contents"));
	const JsonNode *listeners = json_member(server, "listeners");
	const JsonNode *links_work = json_member(server, "links_work");
	MemoryOptions options = {.config = &config,
				 .contents = &contents,
				 .fqdn = memory_text(server, "fqdn"),
				 .links_work = links_work && links_work->boolean};

	for (size_t i = 0; listeners && i < listeners->n_children; i++)
		POOL_PUSH(pool, options.listeners, options.n_listeners,
			  listeners->children[i].string);
	return memory_directory_open(&options);
}

static void attribute_print(JsonOut *out, const Attribute *attribute)
{
	json_out_open(out, attribute->name, '[');
	for (size_t i = 0; i < attribute->n_values; i++)
		json_out_text(out, NULL, attribute->values[i].bytes);
	json_out_close(out, '[');
}

void memory_tree_print(JsonOut *out, const char *key, const Tree *tree)
{
	json_out_open(out, key, '{');
	for (size_t i = 0; i < tree->n_entries; i++) {
		const Entry *entry = &tree->entries[i];

		json_out_open(out, entry->dn, '{');
		for (size_t k = 0; k < entry->n_attributes; k++)
			attribute_print(out, &entry->attributes[k]);
		json_out_close(out, '{');
	}
	json_out_close(out, '{');
}
