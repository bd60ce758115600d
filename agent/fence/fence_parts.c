/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_parts.h"

#include <stdlib.h>
#include <strings.h>

#include "agent/disk/config_folder.h"
#include "agent/fence/fence_gate.h"
#include "common/remedies/remedies.h"

static const char *flag_of(const Entry *database)
{
	static const char *const names[] = {"olcMultiProvider", "olcMirrorMode"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (entry_has_value(database, names[i], "TRUE"))
			return names[i];
	return NULL;
}

static const Entry *syncprov_of(const Tree *overlays)
{
	const Entry *found = NULL;

	for (size_t i = 0; i < overlays->n_entries; i++) {
		const char *name = entry_first(&overlays->entries[i], "olcOverlay");

		if (!name || strcasecmp(ordered_text(name), "syncprov") != 0)
			continue;
		if (found)
			return NULL;
		found = &overlays->entries[i];
	}
	return found;
}

static unsigned long place_of(const Entry *overlay)
{
	const char *name = entry_first(overlay, "olcOverlay");

	return name && name[0] == '{' ? strtoul(name + 1, NULL, 10) : 0;
}

/* Two with the same number: slapd wrote that where an overlay was taken away like this. */
static const char *name_behind(const Tree *overlays, const Entry *overlay)
{
	for (size_t i = 0; overlay && i < overlays->n_entries; i++)
		if (&overlays->entries[i] != overlay &&
		    place_of(&overlays->entries[i]) >= place_of(overlay))
			return entry_first(&overlays->entries[i], "olcOverlay");
	return NULL;
}

int fence_parts_find(Pool *pool, const FenceSite *site, const Entry *database, FenceParts *ret,
		     Error *err)
{
	const Owner *owner = &site->tool.owner;
	Tree overlays = {0};
	int result;

	if (owner_become(owner, err) < 0)
		return -1;
	result = config_folder_overlays(pool, owner->config_dir, database->dn, &overlays, err);
	owner_return();
	*ret = (FenceParts){.dn = fence_site_dn(pool, database),
			    .flag = flag_of(database),
			    .overlay = syncprov_of(&overlays)};
	ret->behind = name_behind(&overlays, ret->overlay);
	return result;
}

const char *fence_parts_refuse(Pool *pool, const FenceParts *parts)
{
	if (!parts->behind)
		return NULL;
	return pool_printf(pool,
			   "overlay %s comes after syncprov, and slapd would lose its place: %s",
			   parts->behind, remedy_text(REMEDY_OVERLAY_LAST));
}

int fence_parts_take(const FenceSite *site, const FenceParts *parts, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	if (parts->flag &&
	    fence_gate_modify(&site->tool,
			      pool_printf(pool, "dn: %s\nchangetype: modify\ndelete: %s\n",
					  parts->dn, parts->flag),
			      err) < 0)
		return -1;
	return parts->overlay
		       ? fence_gate_modify(&site->tool,
					   pool_printf(pool, "dn: %s,%s\nchangetype: delete\n",
						       parts->overlay->dn, parts->dn),
					   err)
		       : 0;
}

const Entry *fence_overlay_settings(Pool *pool, const Entry *overlay)
{
	static const char *const names[] = {"olcSpCheckpoint", "olcSpSessionlog",
					    "olcSpSessionlogSource", "olcSpNoPresent",
					    "olcSpReloadHint"};
	Entry *settings = pool_alloc(pool, sizeof(*settings));

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const Attribute *found = entry_attribute(overlay, names[i]);

		for (size_t k = 0; found && k < found->n_values; k++)
			entry_add_value(pool, settings, names[i], found->values[k].bytes,
					found->values[k].len);
	}
	return settings;
}
