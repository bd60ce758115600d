/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/dbindex.h"

#include <string.h>
#include <strings.h>

#include "common/slapd/config_words.h"

static bool list_has(Pool *pool, const char *list, const char *wanted)
{
	char *words = pool_strdup(pool, list), *next = NULL;

	for (char *word = strtok_r(words, ",", &next); word; word = strtok_r(NULL, ",", &next))
		if (strcasecmp(word, wanted) == 0)
			return true;
	return false;
}

DbIndex dbindex_find(const Attribute *live, const char *attribute)
{
	AUTO(Pool) *scratch = pool_new();
	const char *default_types = "";
	DbIndex found = DBINDEX_NONE;

	for (size_t i = 0; live && i < live->n_values; i++) {
		char *rest = pool_strdup(scratch, ordered_text(live->values[i].bytes));
		const char *names = config_next_word(&rest);
		const char *types = config_next_word(&rest);

		if (!names)
			continue;
		/* A list without types takes those of the "default" that stands before it. */
		if (strcasecmp(names, "default") == 0) {
			default_types = types ? types : "";
			continue;
		}
		if (!list_has(scratch, names, attribute))
			continue;
		if (list_has(scratch, types ? types : default_types, "eq"))
			return DBINDEX_EQUALITY;
		found = DBINDEX_OTHER;
	}
	return found;
}
