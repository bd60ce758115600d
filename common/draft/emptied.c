/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/emptied.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/sha256.h"

/* "START RULES FOLDER": the folder is last, as blanks may be in it. */

static void rules_take(Buf *text, const Entry *entry)
{
	static const char *const deciding[] = {"olcAccess", "olcAuthzRegexp"};

	for (size_t i = 0; entry && i < ARRAY_SIZE(deciding); i++) {
		const Attribute *attribute = entry_attribute(entry, deciding[i]);

		buf_printf(text, "%s\n", deciding[i]);
		for (size_t k = 0; attribute && k < attribute->n_values; k++)
			buf_printf(text, "%s\n", attribute->values[k].bytes);
	}
}

static void rules_digest(const Live *live, const LiveDatabase *database, char *ret)
{
	AUTO(Pool) *scratch = pool_new();
	Buf text = BUF_IN(scratch);

	rules_take(&text, database->entry);
	rules_take(&text, live_frontend(live));
	rules_take(&text, live->global);
	sha256_hex(buf_text(&text), strlen(buf_text(&text)), ret);
}

const char *emptied_place(Pool *pool, const Live *live, const LiveDatabase *database)
{
	const char *folder = entry_first(database->entry, "olcDbDirectory");
	char rules[SHA256_HEX_SIZE];

	if (!live->start_time || !folder)
		return NULL;
	rules_digest(live, database, rules);
	return pool_printf(pool, "%s %s %s", live->start_time, rules, folder);
}

bool emptied_runs_on(const Live *live, const KnownDatabase *known)
{
	const size_t length = live->start_time ? strlen(live->start_time) : 0;

	return known && known->filled && length > 0 &&
	       strncmp(known->filled, live->start_time, length) == 0 &&
	       known->filled[length] == ' ';
}

bool emptied_must_look(const Live *live, const LiveDatabase *database, const KnownDatabase *known)
{
	AUTO(Pool) *scratch = pool_new();
	const char *now;

	/* An only provider has no flag; a node that reads others without a flag is no provider. */
	if (!database->syncprov || !known || known->is_joining ||
	    (!database->is_multi_provider && live_reads_from_somebody(database)))
		return false;
	now = emptied_place(scratch, live, database);
	return now && !(known->filled && strcmp(known->filled, now) == 0);
}

/* Takes the next word of both; true when it is the same. */
static bool same_word(const char **one, const char **other, bool is_last)
{
	const size_t length = is_last ? strlen(*one) : strcspn(*one, " ");
	const size_t other_length = is_last ? strlen(*other) : strcspn(*other, " ");
	const bool is_same = length == other_length && strncmp(*one, *other, length) == 0;

	*one += length + ((*one)[length] == ' ');
	*other += other_length + ((*other)[other_length] == ' ');
	return is_same;
}

bool emptied_place_is_left(const char *seen, const char *now)
{
	bool same_start, same_rules;

	if (!seen || !now)
		return false;
	same_start = same_word(&seen, &now, false);
	same_rules = same_word(&seen, &now, false);
	return same_rules && !(same_start && same_word(&seen, &now, true));
}
