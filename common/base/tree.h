/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TREE_H
#define SYNCWARD_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/* One attribute value as the server sent it. bytes may hold NUL (cn=monitor does that) and always
 * ends in one more. */
typedef struct Value {
	const char *bytes;
	size_t len;
} Value;

typedef struct Attribute {
	const char *name;
	Value *values;
	size_t n_values;
} Attribute;

typedef struct Entry {
	const char *dn;
	Attribute *attributes;
	size_t n_attributes;
} Entry;

/* Entries as read from a server, in the order read. Everything lives in the pool of the code that
 * built it.
 */
typedef struct Tree {
	Entry *entries;
	size_t n_entries;
	bool is_cut; /* a limit of the search, or of the server, left some out */
} Tree;

/* Appends an empty entry; the pointer is valid until the next entry is added. */
Entry *tree_add_entry(Pool *pool, Tree *tree, const char *dn);

/* Makes sure that the entry has the named attribute, with or without values. Where another entry of
 * the same pool has it too, its copy of the name is shared (like may be NULL). */
void entry_add_attribute(Pool *pool, Entry *entry, const char *name, const Entry *like);

/* Appends one value to the named attribute, which is created when missing. */
void entry_add_value(Pool *pool, Entry *entry, const char *name, const char *bytes, size_t len);

/* The attribute of that name (any letter case); NULL when the entry has none. */
const Attribute *entry_attribute(const Entry *entry, const char *name);

/* All n_values values of the attribute as strings, which live as long as it does; NULL where it is
 * NULL or has none. */
const char **attribute_texts(Pool *pool, const Attribute *attribute);

/* The first value of the attribute as a string; NULL when there is none. */
const char *entry_first(const Entry *entry, const char *name);

/* True when one value of the attribute equals text in any letter case: for objectClass and the
 * like. */
bool entry_has_value(const Entry *entry, const char *name, const char *text);

/* The text of an X-ORDERED value behind its "{n}" (the text itself when it has none). */
const char *ordered_text(const char *value);

#endif
