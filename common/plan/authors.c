/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/authors.h"

#include <string.h>
#include <strings.h>

#include "common/plan/plan_changes.h"

static const SeenEntry *find(const Seen *seen, const char *dn)
{
	for (size_t i = 0; i < seen->n_items; i++)
		if (strcasecmp(seen->items[i].dn, dn) == 0)
			return &seen->items[i];
	return NULL;
}

static bool is_left(const Plan *left, const char *dn)
{
	size_t at = 0;

	return change_next_at(left, dn, &at) != NULL;
}

Seen seen_update(Pool *pool, const Seen *before, const Tree *config, const Plan *left)
{
	Seen seen = {0};

	for (size_t i = 0; i < config->n_entries; i++) {
		const Entry *entry = &config->entries[i];
		const char *csn = entry_first(entry, "entryCSN");
		const SeenEntry *old = find(before, entry->dn);

		if (is_left(left, entry->dn))
			csn = old ? old->csn : NULL;
		if (csn)
			POOL_PUSH(pool, seen.items, seen.n_items,
				  {.dn = pool_strdup(pool, entry->dn),
				   .csn = pool_strdup(pool, csn)});
	}
	return seen;
}

static bool is_named(const char *const *dns, size_t n_dns, const char *dn)
{
	for (size_t i = 0; i < n_dns; i++)
		if (strcasecmp(dns[i], dn) == 0)
			return true;
	return false;
}

Seen seen_without(Pool *pool, const Seen *seen, const char *const *dns, size_t n_dns)
{
	Seen rest = {0};

	for (size_t i = 0; i < seen->n_items; i++)
		if (!is_named(dns, n_dns, seen->items[i].dn))
			POOL_PUSH(pool, rest.items, rest.n_items,
				  {.dn = pool_strdup(pool, seen->items[i].dn),
				   .csn = pool_strdup(pool, seen->items[i].csn)});
	return rest;
}

bool seen_equal(const Seen *one, const Seen *other)
{
	if (one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (strcmp(one->items[i].dn, other->items[i].dn) != 0 ||
		    strcmp(one->items[i].csn, other->items[i].csn) != 0)
			return false;
	return true;
}

static const Entry *entry_find(const Tree *config, const char *dn)
{
	for (size_t i = 0; i < config->n_entries; i++)
		if (strcasecmp(config->entries[i].dn, dn) == 0)
			return &config->entries[i];
	return NULL;
}

/* An overlay that is to be added, and once was there under this database, was deleted. */
static bool was_deleted(const Seen *seen, const Change *change)
{
	const char *parent = strchr(change->dn, ',');

	for (size_t i = 0; parent && i < seen->n_items; i++) {
		const char *seen_parent = strchr(seen->items[i].dn, ',');

		if (change->kind == CHANGE_OVERLAY && seen_parent &&
		    strcasecmp(seen_parent, parent) == 0 &&
		    strcasestr(seen->items[i].dn, "syncprov,"))
			return true;
	}
	return false;
}

Attribution change_attribution(const Change *change, const Tree *config, const Seen *seen)
{
	const Entry *entry = entry_find(config, change->dn);
	const SeenEntry *old = find(seen, change->dn);
	const char *csn = entry ? entry_first(entry, "entryCSN") : NULL;

	if (change->kind == CHANGE_CONSUMERS_RESTART || change->kind == CHANGE_CONSUMERS_RETRY)
		return (Attribution){.is_drift = true};
	if (change->kind == CHANGE_CONSUMERS_RENEW)
		return (Attribution){.is_renewal = true};
	if (!entry)
		return (Attribution){.is_drift = old || was_deleted(seen, change)};
	if (!old || !csn || strcmp(old->csn, csn) == 0)
		return (Attribution){0};
	return (Attribution){
		.is_drift = true,
		.actor = entry_first(entry, "modifiersName"),
		.actor_time = entry_first(entry, "modifyTimestamp"),
	};
}

const char *attribution_cause(const Attribution *attribution)
{
	if (attribution->is_renewal)
		return "tls-renewed";
	return attribution->is_drift ? "drift" : "desired-changed";
}
