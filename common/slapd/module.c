/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/module.h"

#include <string.h>

#include "common/slapd/config_words.h"

/* "/usr/lib/ldap/syncprov.so.2" names the same module as "syncprov". */
static bool file_is_module(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash ? slash + 1 : file;
	size_t len = strlen(name);

	if (strncmp(base, name, len) != 0)
		return false;
	base += len;
	return *base == '\0' || strcmp(base, ".la") == 0 ||
	       (strncmp(base, ".so", 3) == 0 && base[3 + strspn(base + 3, ".0123456789")] == '\0');
}

bool module_is_loaded(const Attribute *live, const char *name)
{
	AUTO(Pool) *scratch = pool_new();

	for (size_t i = 0; live && i < live->n_values; i++) {
		char *rest = pool_strdup(scratch, ordered_text(live->values[i].bytes));
		const char *file = config_next_word(&rest);

		if (file && file_is_module(file, name))
			return true;
	}
	return false;
}
