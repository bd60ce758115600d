/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/write_refusal.h"

#include <strings.h>

#include "common/slapd/config_words.h"

/* The operations of slapd-config(5) that are a client's change. */
static bool is_write(const char *word)
{
	static const char *const names[] = {"write",  "all",    "add",   "modify",
					    "delete", "rename", "modrdn"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(word, names[i]) == 0)
			return true;
	return false;
}

/* Those that a peer's consumer needs to read it. */
static bool is_read(const char *word)
{
	static const char *const names[] = {"read", "all", "search", "bind"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(word, names[i]) == 0)
			return true;
	return false;
}

bool read_refusal_find(const LiveDatabase *database, WriteRefusal *ret)
{
	const Attribute *values = entry_attribute(database->entry, "olcRestrict");
	AUTO(Pool) *scratch = pool_new();
	const char *word;

	if (database->syncprov && entry_has_value(database->syncprov, "olcDisabled", "TRUE")) {
		*ret = (WriteRefusal){database->syncprov->dn, "olcDisabled", "TRUE", false};
		return true;
	}
	/* slapd never selects it to answer. */
	if (entry_has_value(database->entry, "olcHidden", "TRUE")) {
		*ret = (WriteRefusal){database->entry->dn, "olcHidden", "TRUE", false};
		return true;
	}
	for (size_t i = 0; values && i < values->n_values; i++) {
		char *rest = pool_strdup(scratch, ordered_text(values->values[i].bytes));

		while ((word = config_next_word(&rest))) {
			if (!is_read(word))
				continue;
			*ret = (WriteRefusal){database->entry->dn, "olcRestrict",
					      values->values[i].bytes, false};
			return true;
		}
	}
	return false;
}

/* The first value of the attribute with that word; NULL: there is none. */
static const char *value_with(const Entry *entry, const char *attribute, const char *wanted)
{
	const Attribute *values = entry ? entry_attribute(entry, attribute) : NULL;
	AUTO(Pool) *scratch = pool_new();
	const char *word;

	for (size_t i = 0; values && i < values->n_values; i++) {
		char *rest = pool_strdup(scratch, ordered_text(values->values[i].bytes));

		while ((word = config_next_word(&rest)))
			if (strcasecmp(word, wanted) == 0)
				return values->values[i].bytes;
	}
	return NULL;
}

static bool refuses_binds(const Entry *entry, WriteRefusal *ret)
{
	const char *value = value_with(entry, "olcRestrict", "bind");

	if (value)
		*ret = (WriteRefusal){entry->dn, "olcRestrict", value, true};
	return value != NULL;
}

/* Above the database it holds for all of them. root over ldapi binds with SASL. */
static bool requires_sasl(const Entry *entry, WriteRefusal *ret)
{
	const char *value = value_with(entry, "olcRequires", "SASL");

	if (value)
		*ret = (WriteRefusal){entry->dn, "olcRequires", value, false};
	return value != NULL;
}

bool bind_refusal_find(const Live *live, const LiveDatabase *database, WriteRefusal *ret)
{
	const char *value;

	if (refuses_binds(live->global, ret) || refuses_binds(live_frontend(live), ret))
		return true;
	value = value_with(live->global, "olcDisallows", "bind_simple");
	if (value)
		*ret = (WriteRefusal){live->global->dn, "olcDisallows", value, false};
	return value || requires_sasl(live->global, ret) ||
	       requires_sasl(live_frontend(live), ret) || requires_sasl(database->entry, ret);
}

static bool restricts(const char *value, bool *ret_modify)
{
	AUTO(Pool) *scratch = pool_new();
	char *rest = pool_strdup(scratch, ordered_text(value));
	bool found = false;
	const char *word;

	while ((word = config_next_word(&rest))) {
		found |= is_write(word);
		*ret_modify |= strcasecmp(word, "write") == 0 || strcasecmp(word, "all") == 0 ||
			       strcasecmp(word, "modify") == 0;
	}
	return found;
}

static bool entry_refuses(const Entry *entry, bool is_above, WriteRefusal *ret)
{
	const Attribute *values = entry ? entry_attribute(entry, "olcRestrict") : NULL;

	if (entry && is_above && entry_has_value(entry, "olcReadOnly", "TRUE")) {
		*ret = (WriteRefusal){entry->dn, "olcReadOnly", "TRUE", true};
		return true;
	}
	for (size_t i = 0; values && i < values->n_values; i++) {
		bool modify = false;

		if (!restricts(values->values[i].bytes, &modify))
			continue;
		*ret = (WriteRefusal){entry->dn, "olcRestrict", values->values[i].bytes,
				      is_above && modify};
		return true;
	}
	return false;
}

/* slapd joins what stands at the three. */
bool write_refusal_find(const Live *live, const LiveDatabase *database, WriteRefusal *ret)
{
	return entry_refuses(live->global, true, ret) ||
	       entry_refuses(live_frontend(live), true, ret) ||
	       entry_refuses(database->entry, false, ret);
}
