/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/changed_back.h"

#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/plan/tree_after.h"

/* slapd's own account of who wrote when differs each time. */
static bool is_of_slapd(const char *name)
{
	static const char *const names[] = {"entryCSN", "modifiersName", "modifyTimestamp",
					    "createTimestamp"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

static void entry_put(Buf *text, const Entry *entry)
{
	buf_printf(text, "%s\n", entry->dn);
	for (size_t i = 0; i < entry->n_attributes; i++) {
		const Attribute *attribute = &entry->attributes[i];

		for (size_t k = 0; k < attribute->n_values && !is_of_slapd(attribute->name); k++)
			buf_printf(text, "%s %zu %s\n", attribute->name, attribute->values[k].len,
				   attribute->values[k].bytes);
	}
}

static void digest(const ChangedEntry *changed, const Tree *tree, char *ret)
{
	AUTO(Pool) *pool = pool_new();
	const char *parent = strchr(changed->dn, ',');
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < tree->n_entries; i++)
		if (strcasecmp(tree->entries[i].dn, changed->dn) == 0 ||
		    (changed->is_added && parent && entry_is_below(&tree->entries[i], parent + 1)))
			entry_put(&text, &tree->entries[i]);
	sha256_hex(buf_text(&text), strlen(buf_text(&text)), ret);
}

ChangedEntry changed_entry(Pool *pool, const Tree *config, const PlanSteps *order)
{
	AUTO(Pool) *scratch = pool_new();
	ChangedEntry changed = {0};
	char after[SHA256_HEX_SIZE];
	Tree tree = *config;
	Error err;

	if (order->n_steps == 0)
		return changed;
	changed.dn = pool_strdup(pool, order->steps[0].dn);
	changed.is_added = order->steps[0].kind == STEP_ADD_ENTRY;
	digest(&changed, config, changed.before);
	/* What cannot be foreseen is taken for no change. */
	if (tree_after(scratch, config, &order->steps[0], &tree, &err) < 0)
		return changed;
	digest(&changed, &tree, after);
	changed.would_change = strcmp(after, changed.before) != 0;
	return changed;
}

bool is_changed_back(const ChangedEntry *entry, const Tree *now)
{
	char digest_now[SHA256_HEX_SIZE];

	if (!entry->would_change)
		return false;
	digest(entry, now, digest_now);
	return strcmp(digest_now, entry->before) == 0;
}
