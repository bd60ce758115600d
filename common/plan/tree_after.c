/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/tree_after.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/plan/config_values.h"

#define OVERLAY "olcOverlay"

Entry *tree_find(const Tree *tree, const char *dn)
{
	for (size_t i = 0; i < tree->n_entries; i++)
		if (strcasecmp(tree->entries[i].dn, dn) == 0)
			return &tree->entries[i];
	return NULL;
}

/* The DN of the entry above; NULL: none. */
static const char *parent_dn(const char *dn)
{
	const char *comma = strchr(dn, ',');

	return comma ? comma + 1 : NULL;
}

bool entry_is_below(const Entry *entry, const char *parent)
{
	const char *above = parent_dn(entry->dn);

	return above && strcasecmp(above, parent) == 0;
}

static Tree tree_copy(Pool *pool, const Tree *tree)
{
	Tree copy = {.entries = pool_alloc(pool, (tree->n_entries + 1) * sizeof(Entry)),
		     .n_entries = tree->n_entries};

	for (size_t i = 0; i < tree->n_entries; i++)
		copy.entries[i] = tree->entries[i];
	return copy;
}

static int modify(Pool *pool, const Tree *tree, const Step *step, Tree *ret, Error *err)
{
	Tree changed = tree_copy(pool, tree);
	Entry *entry = tree_find(&changed, step->dn);

	if (!entry)
		return config_refuse(err, RESULT_NO_SUCH_OBJECT, "");
	if (config_entry_modify(pool, step, entry, err) < 0)
		return -1;
	*ret = changed;
	return 0;
}

/* --- entries that slapd numbers --- */

/* "olcOverlay=" or "cn=": what entries of one kind begin with. */
static size_t kind_len(const char *dn)
{
	return strcspn(dn, "=") + 1;
}

static bool is_sibling(const Entry *entry, const char *dn)
{
	return entry_is_below(entry, parent_dn(dn)) &&
	       strncasecmp(entry->dn, dn, kind_len(dn)) == 0;
}

static size_t count_siblings(const Tree *tree, const char *dn)
{
	size_t n = 0;

	for (size_t i = 0; i < tree->n_entries; i++)
		n += is_sibling(&tree->entries[i], dn);
	return n;
}

/* Gives the entry its place: "olcOverlay={n}syncprov,...", or "cn=module{n},...". */
static void entry_number(Pool *pool, Entry *entry, size_t n)
{
	const char *dn = entry->dn, *parent = dn + strcspn(dn, ",");
	const bool is_overlay = strncasecmp(dn, OVERLAY "=", strlen(OVERLAY) + 1) == 0;

	/* Databases are added by their number alone, after all others. */
	if (strncasecmp(dn, "olcDatabase=", kind_len(dn)) == 0)
		return;
	const size_t len = kind_len(dn);
	const char *text = is_overlay ? ordered_text(dn + len) : dn + len;
	const char *name = pool_copy(pool, text, strcspn(text, is_overlay ? "," : ",{"));

	name = is_overlay ? pool_printf(pool, "{%zu}%s", n, name)
			  : pool_printf(pool, "%s{%zu}", name, n);
	entry->dn = pool_printf(pool, "%.*s%s%s", (int)len, dn, name, parent);
	config_entry_set(pool, entry, is_overlay ? OVERLAY : "cn", &name, 1);
}

/* --- adding --- */

/* Where it comes among its siblings: at its "{n}", or at the end. */
static size_t place_of(const Tree *tree, const char *dn)
{
	const char *name = dn + kind_len(dn);
	const size_t n = count_siblings(tree, dn);
	const size_t asked = ordered_text(name) == name ? n : strtoul(name + 1, NULL, 10);

	return asked < n ? asked : n;
}

/* After the parent and the siblings before it, as slapd returns them; those after it move on. */
static void entry_insert(Pool *pool, const Tree *tree, Entry entry, Tree *ret)
{
	const char *dn = entry.dn;
	const size_t place = place_of(tree, dn);
	Tree changed = {0};
	size_t n = 0, last = 0;

	entry_number(pool, &entry, place);
	for (size_t i = 0; i < tree->n_entries; i++)
		if (strcasecmp(tree->entries[i].dn, parent_dn(dn)) == 0 ||
		    (is_sibling(&tree->entries[i], dn) && n++ < place))
			last = i;
	n = 0;
	for (size_t i = 0; i < tree->n_entries; i++) {
		Entry other = tree->entries[i];

		if (is_sibling(&other, dn) && n++ >= place)
			entry_number(pool, &other, n);
		POOL_PUSH(pool, changed.entries, changed.n_entries, other);
		if (i == last)
			POOL_PUSH(pool, changed.entries, changed.n_entries, entry);
	}
	*ret = changed;
}

static int entry_add(Pool *pool, const Tree *tree, const Step *step, Tree *ret, Error *err)
{
	Entry entry = {.dn = step->dn};

	if (!parent_dn(step->dn) || !tree_find(tree, parent_dn(step->dn)))
		return config_refuse(err, RESULT_NO_SUCH_OBJECT, "");
	if (config_entry_modify(pool, step, &entry, err) < 0)
		return -1;
	entry_insert(pool, tree, entry, ret);
	return 0;
}

/* --- deleting: of an overlay alone, and those after it move up --- */

static int entry_delete(Pool *pool, const Tree *tree, const Step *step, Tree *ret, Error *err)
{
	const Entry *gone = tree_find(tree, step->dn);
	Tree changed = {0};
	size_t n = 0;

	if (!gone)
		return config_refuse(err, RESULT_NO_SUCH_OBJECT, "");
	if (!entry_has_value(gone, "objectClass", "olcOverlayConfig"))
		return config_refuse(err, RESULT_UNWILLING, "");
	for (size_t i = 0; i < tree->n_entries; i++) {
		Entry entry = tree->entries[i];

		if (&tree->entries[i] == gone)
			continue;
		if (is_sibling(&entry, step->dn))
			entry_number(pool, &entry, n++);
		POOL_PUSH(pool, changed.entries, changed.n_entries, entry);
	}
	*ret = changed;
	return 0;
}

int tree_after(Pool *pool, const Tree *tree, const Step *step, Tree *ret, Error *err)
{
	switch (step->kind) {
	case STEP_MODIFY:
		return modify(pool, tree, step, ret, err);
	case STEP_ADD_ENTRY:
		return entry_add(pool, tree, step, ret, err);
	case STEP_DELETE_ENTRY:
		return entry_delete(pool, tree, step, ret, err);
	default: /* a search changes nothing */
		*ret = *tree;
		return 0;
	}
}
