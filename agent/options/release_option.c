/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options/release_option.h"

#include <string.h>

#include "common/plan/plan.h"

/* As it is printed: "G4=1f0a3c"; a release of what the guard holds now has the name alone. */
static int guard_named(Pool *pool, const char *word, const char **ret_token)
{
	const char *equals = strchr(word, '=');

	*ret_token = equals ? equals + 1 : NULL;
	return guard_find_releasable(equals ? pool_printf(pool, "%.*s", (int)(equals - word), word)
					    : word);
}

int release_option(Pool *pool, const TextList *codes, Consent *ret, Error *err)
{
	const char **tokens = pool_alloc(pool, GUARD_COUNT * sizeof(*tokens));
	bool has_token = false;
	unsigned released = 0;

	for (size_t i = 0; i < codes->n_items; i++) {
		const char *token;
		int guard = guard_named(pool, codes->items[i], &token);

		if (guard < 0)
			return error_set(
				err, ERROR_USAGE, 0,
				"--release %s: no guard of that name can be released; these "
				"can: %s",
				codes->items[i], guards_releasable(pool));
		released |= GUARD_BIT(guard);
		tokens[guard] = token;
		has_token |= token != NULL;
	}
	ret->released = released;
	ret->tokens = has_token ? tokens : NULL;
	return 0;
}
