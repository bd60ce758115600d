/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/hand_edit.h"

#include <string.h>
#include <strings.h>

#include "common/slapd/config_file.h"

Seen seen_all(Pool *pool, const Tree *config)
{
	Seen seen = {0};

	for (size_t i = 0; i < config->n_entries; i++) {
		const char *csn = entry_first(&config->entries[i], "entryCSN");

		if (csn)
			POOL_PUSH(pool, seen.items, seen.n_items,
				  {.dn = pool_strdup(pool, config->entries[i].dn),
				   .csn = pool_strdup(pool, csn)});
	}
	return seen;
}

static bool has_file(const FileList *list, const char *file)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (strcmp(list->items[i], file) == 0)
			return true;
	return false;
}

static const Entry *entry_of_file(const Tree *config, const char *file)
{
	for (size_t i = 0; i < config->n_entries; i++)
		if (config_file_is_of(file, config->entries[i].dn))
			return &config->entries[i];
	return NULL;
}

static const char *csn_before(const Seen *before, const char *dn)
{
	for (size_t i = 0; before && i < before->n_items; i++)
		if (strcasecmp(before->items[i].dn, dn) == 0)
			return before->items[i].csn;
	return NULL;
}

/* The entry of a file that was touched, if its entryCSN stayed as it was. */
static const Entry *unmoved_entry(const HandEditLook *look, const char *file)
{
	const Entry *entry = entry_of_file(look->config, file);
	const char *csn = entry ? entry_first(entry, "entryCSN") : NULL;
	const char *before = csn ? csn_before(look->before, entry->dn) : NULL;

	return before && strcmp(before, csn) == 0 ? entry : NULL;
}

void hand_edits_find(Pool *pool, const HandEditLook *look, HandEditList *ret, FileList *carried)
{
	for (size_t i = 0; i < look->meanwhile.n_items; i++)
		if (unmoved_entry(look, look->meanwhile.items[i]))
			POOL_PUSH(pool, carried->items, carried->n_items, look->meanwhile.items[i]);
	for (size_t i = 0; i < look->touched.n_items; i++) {
		const char *file = look->touched.items[i];
		const Entry *entry = unmoved_entry(look, file);

		if (entry && !has_file(&look->meanwhile, file))
			POOL_PUSH(pool, ret->items, ret->n_items,
				  {.file = file,
				   .dn = entry->dn,
				   .csn = entry_first(entry, "entryCSN")});
	}
}
