/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/overlays.h"

#include <string.h>
#include <strings.h>

bool overlay_is_of(const Entry *entry, const LiveDatabase *database, const char *name)
{
	const char *found = entry_first(entry, "olcOverlay");
	const char *parent = strchr(entry->dn, ',');

	return found && parent && strcasecmp(ordered_text(found), name) == 0 &&
	       strcasecmp(parent + 1, database->entry->dn) == 0;
}

bool overlay_is_there(const Live *live, const LiveDatabase *database, const char *name)
{
	for (size_t i = 0; i < live->config->n_entries; i++)
		if (overlay_is_of(&live->config->entries[i], database, name))
			return true;
	return false;
}
