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

static bool is_named(const char *const *dns, size_t n_dns, const char *dn)
{
	for (size_t i = 0; i < n_dns; i++)
		if (strcasecmp(dns[i], dn) == 0)
			return true;
	return false;
}

static void seen_add(Pool *pool, Seen *seen, SeenEntry entry)
{
	entry.dn = pool_strdup(pool, entry.dn);
	entry.csn = pool_strdup(pool, entry.csn);
	POOL_PUSH(pool, seen->items, seen->n_items, entry);
}

/* What all writes of that entry come to; dn is NULL where there were none. */
static WrittenEntry written_find(const WrittenEntries *written, const char *dn)
{
	WrittenEntry found = {.was_in_step = true};

	for (size_t i = 0; i < written->n_items; i++) {
		const WrittenEntry *item = &written->items[i];

		if (strcasecmp(item->dn, dn) != 0)
			continue;
		found.dn = item->dn;
		found.is_unknown |= item->is_unknown;
		found.was_in_step &= item->was_in_step;
	}
	return found;
}

/* What is to be kept of one entry; its csn is NULL where nothing is. */
static SeenEntry entry_update(const Entry *entry, const SeenEntry *old, bool is_still_left,
			      const WrittenEntry *ours)
{
	const char *csn = entry_first(entry, "entryCSN");
	const bool is_same = old && csn && strcmp(old->csn, csn) == 0;
	const SeenEntry now = {.dn = entry->dn, .csn = csn, .is_own = ours->dn != NULL};

	if (is_same)
		return *old;
	if (ours->is_unknown) /* ours or somebody else's */
		return (SeenEntry){0};
	if (!is_still_left || (old && ours->dn && ours->was_in_step))
		return now;
	return old ? *old : (SeenEntry){0};
}

Seen seen_update(Pool *pool, const Seen *before, const Tree *config, const Plan *left,
		 const WrittenEntries *written)
{
	Seen seen = {0};

	for (size_t i = 0; i < config->n_entries; i++) {
		const Entry *entry = &config->entries[i];
		const WrittenEntry ours = written_find(written, entry->dn);
		const SeenEntry item = entry_update(entry, find(before, entry->dn),
						    is_left(left, entry->dn), &ours);

		if (item.csn)
			seen_add(pool, &seen, item);
	}
	return seen;
}

Seen seen_written(Pool *pool, const Seen *before, const Tree *config, const WrittenEntries *written)
{
	Seen seen = {0};

	for (size_t i = 0; i < before->n_items; i++)
		if (!written_find(written, before->items[i].dn).dn)
			seen_add(pool, &seen, before->items[i]);
	for (size_t i = 0; i < config->n_entries; i++) {
		const Entry *entry = &config->entries[i];
		const char *csn = entry_first(entry, "entryCSN");
		const WrittenEntry ours = written_find(written, entry->dn);

		if (csn && ours.dn && !ours.is_unknown)
			seen_add(pool, &seen,
				 (SeenEntry){.dn = entry->dn, .csn = csn, .is_own = true});
	}
	return seen;
}

Seen seen_without(Pool *pool, const Seen *seen, const char *const *dns, size_t n_dns)
{
	Seen rest = {0};

	for (size_t i = 0; i < seen->n_items; i++)
		if (!is_named(dns, n_dns, seen->items[i].dn))
			seen_add(pool, &rest, seen->items[i]);
	return rest;
}

bool seen_equal(const Seen *one, const Seen *other)
{
	if (one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (strcmp(one->items[i].dn, other->items[i].dn) != 0 ||
		    strcmp(one->items[i].csn, other->items[i].csn) != 0 ||
		    one->items[i].is_own != other->items[i].is_own)
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

/* Made necessary by nobody who wrote to the entry. */
static Cause cause_of_kind(const Change *change)
{
	if (change->is_put_back)
		return CAUSE_PUT_BACK;
	switch (change->kind) {
	case CHANGE_CONSUMERS_RESTART:
	case CHANGE_CONSUMERS_RETRY:
		return CAUSE_DRIFT;
	case CHANGE_CONSUMERS_RENEW:
		return CAUSE_RENEWAL;
	case CHANGE_READ_ONLY_ON: /* it was emptied; leaving reports for itself */
	case CHANGE_READERS_OFF:
		return CAUSE_FENCE;
	case CHANGE_READ_ONLY_OFF: /* leave or the fence had closed it */
	case CHANGE_READERS_ON:
		return CAUSE_PUT_BACK;
	default:
		return CAUSE_NOT_TOLD;
	}
}

static Cause cause_of_entry(const Change *change, const Entry *entry, const SeenEntry *old,
			    const Seen *seen)
{
	const char *csn = entry ? entry_first(entry, "entryCSN") : NULL;

	if (entry ? old && csn && strcmp(old->csn, csn) != 0 : old || was_deleted(seen, change))
		return CAUSE_DRIFT;
	return change->consumer.wanted && change->consumer.wanted->put_back ? CAUSE_PUT_BACK
									    : CAUSE_DESIRED_CHANGED;
}

static void author_find(const Entry *entry, const SeenEntry *old, Attribution *ret)
{
	const char *csn = entry_first(entry, "entryCSN");

	ret->actor = entry_first(entry, "modifiersName");
	ret->actor_time = entry_first(entry, "modifyTimestamp");
	if (old && old->is_own && csn && strcmp(old->csn, csn) == 0)
		ret->actor = ACTOR_OWN;
}

Attribution change_attribution(const Change *change, const Tree *config, const Seen *seen)
{
	const Entry *entry = entry_find(config, change->dn);
	const SeenEntry *old = find(seen, change->dn);
	Attribution found = {.cause = cause_of_kind(change)};

	if (found.cause == CAUSE_NOT_TOLD)
		found.cause = cause_of_entry(change, entry, old, seen);
	if (entry && change->kind != CHANGE_CONSUMERS_RESTART &&
	    change->kind != CHANGE_CONSUMERS_RETRY && change->kind != CHANGE_CONSUMERS_RENEW)
		author_find(entry, old, &found);
	if (change->is_released)
		found.cause = CAUSE_RELEASE;
	return found;
}
