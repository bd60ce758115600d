/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/conflicts.h"

#include <string.h>
#include <strings.h>

#include "common/copy/csn_set.h"
#include "common/copy/lag.h"

#define CHAIN_MAX 64 /* changes with one hash that are looked at: one entry may be all there is */

#define SLOTS_MAX (2 * CONFLICTS_REACH)

/* A change that is remembered. Numbers begin with 1. */
typedef struct Slot {
	LogChange change;
	uint64_t number;
	uint64_t before; /* the last one with the same hash; 0: none */
} Slot;

struct ConflictScan {
	Pool *pool;
	ConflictLog log;
	int64_t lag_msec;
	uint64_t n_taken;
	Pool *recent; /* of the last CONFLICTS_REACH changes or fewer */
	Pool *former; /* of as many before them; NULL: there are none */
	ConflictsFound found;
	Slot slots[SLOTS_MAX];
	uint64_t last[SLOTS_MAX]; /* by hash */
};

static const char *const outcome_names[] = {
	[CONFLICT_NOT_KNOWN] = "unknown",
	[CONFLICT_NEWER_STANDS] = "newer",
	[CONFLICT_OLDER_STANDS] = "older",
	[CONFLICT_BOTH_STAND] = "both",
};
_Static_assert(ARRAY_SIZE(outcome_names) == CONFLICT_OUTCOME_COUNT, "name every outcome");

const char *conflict_outcome_name(ConflictOutcome outcome)
{
	return outcome_names[outcome];
}

ConflictScan *conflict_scan_new(Pool *pool, const ConflictLog *log, int64_t lag_msec)
{
	ConflictScan *scan = pool_alloc(pool, sizeof(*scan));

	scan->pool = pool;
	scan->recent = pool_child(pool);
	scan->log = *log;
	scan->lag_msec = lag_msec;
	return scan;
}

const ConflictsFound *conflict_scan_found(const ConflictScan *scan)
{
	return &scan->found;
}

/* --- which changes belong together --- */

/* An entry keeps its UUID when it is renamed. */
static const char *key_of(const LogChange *change)
{
	return change->entry_uuid ? change->entry_uuid : change->dn;
}

static uint64_t *last_of(ConflictScan *scan, const LogChange *change)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (const char *at = key_of(change); *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619U;
	return &scan->last[hash % SLOTS_MAX];
}

/* NULL: that one was forgotten. */
static const Slot *slot_at(const ConflictScan *scan, uint64_t number)
{
	const Slot *slot = &scan->slots[number % SLOTS_MAX];

	return number > 0 && slot->number == number ? slot : NULL;
}

/* --- what is a conflict --- */

static bool is_of(const LogChange *change, unsigned sid)
{
	return (unsigned)csn_sid(change->csn) == sid;
}

static bool names(const LogChange *change, const char *attribute)
{
	for (size_t i = 0; i < change->n_attributes; i++)
		if (strcasecmp(change->attributes[i], attribute) == 0)
			return true;
	return false;
}

static bool shares_attribute(const LogChange *one, const LogChange *other)
{
	for (size_t i = 0; i < one->n_attributes; i++)
		if (names(other, one->attributes[i]))
			return true;
	return false;
}

/* Our own change was there first, and what came after it is older. */
static bool is_sure(const ConflictScan *scan, const LogChange *first, const LogChange *second)
{
	return is_of(first, scan->log.own_sid) && strcmp(second->csn, first->csn) < 0;
}

/* slapd left of it what the newer one does not touch. A log that has it whole does not show what
 * that is where both name an attribute: single values of it may both stand. */
static ConflictOutcome outcome_of_older(const ConflictScan *scan, const LogChange *newer,
					const LogChange *older)
{
	return scan->log.tells_the_rest || !shares_attribute(newer, older) ? CONFLICT_BOTH_STAND
									   : CONFLICT_NOT_KNOWN;
}

static ConflictOutcome outcome_of(const ConflictScan *scan, const LogChange *first,
				  const LogChange *second)
{
	const bool second_is_newer = strcmp(second->csn, first->csn) > 0;

	if (first->kind == LOG_CHANGE_RENAME || second->kind == LOG_CHANGE_RENAME)
		return CONFLICT_NOT_KNOWN;
	/* An addition after a deletion brings all of an entry back, a deletion takes it all. */
	if (second->kind != LOG_CHANGE_MODIFY)
		return second_is_newer ? CONFLICT_NEWER_STANDS : CONFLICT_OLDER_STANDS;
	if (second->is_dropped)
		return CONFLICT_NEWER_STANDS;
	if (!second_is_newer)
		return outcome_of_older(scan, first, second);
	return shares_attribute(first, second) || first->kind == LOG_CHANGE_DELETE
		       ? CONFLICT_NEWER_STANDS
		       : CONFLICT_BOTH_STAND;
}

static bool is_possible(const ConflictScan *scan, const LogChange *first, const LogChange *second)
{
	const int64_t apart_msec = csn_msec(second->csn) - csn_msec(first->csn);

	return !is_of(second, scan->log.own_sid) && strcmp(second->csn, first->csn) > 0 &&
	       apart_msec <= scan->lag_msec &&
	       outcome_of(scan, first, second) != CONFLICT_BOTH_STAND;
}

/* The change that this one is in conflict with; NULL: none. */
static const LogChange *opponent(const ConflictScan *scan, const LogChange *change, uint64_t number)
{
	const LogChange *possible = NULL;
	const Slot *slot = slot_at(scan, number);

	for (int i = 0; slot && i < CHAIN_MAX; i++, slot = slot_at(scan, slot->before)) {
		const LogChange *first = &slot->change;

		if (strcmp(key_of(first), key_of(change)) != 0 ||
		    csn_sid(first->csn) == csn_sid(change->csn) || first->order > change->order)
			continue;
		if (is_sure(scan, first, change))
			return first;
		if (!possible && is_possible(scan, first, change))
			possible = first;
	}
	return possible;
}

/* --- what is kept --- */

static LogChange change_copy(Pool *pool, const LogChange *change)
{
	LogChange copy = *change;

	copy.dn = pool_strdup(pool, change->dn);
	copy.entry_uuid = pool_strdup(pool, change->entry_uuid);
	copy.csn = pool_strdup(pool, change->csn);
	copy.by = pool_strdup(pool, change->by);
	copy.attributes = NULL;
	copy.n_attributes = 0;
	for (size_t i = 0; i < change->n_attributes; i++)
		POOL_PUSH(pool, copy.attributes, copy.n_attributes,
			  pool_strdup(pool, change->attributes[i]));
	return copy;
}

static void conflict_add(ConflictScan *scan, const LogChange *first, const LogChange *second)
{
	const bool second_is_newer = strcmp(second->csn, first->csn) > 0;
	ConflictsFound *found = &scan->found;
	Conflict conflict = {.is_sure = is_sure(scan, first, second),
			     .outcome = outcome_of(scan, first, second)};

	found->n_conflicts++;
	if (found->n_items == CONFLICTS_MAX)
		return;
	conflict.older = change_copy(scan->pool, second_is_newer ? first : second);
	conflict.newer = change_copy(scan->pool, second_is_newer ? second : first);
	for (size_t i = 0; i < conflict.older.n_attributes; i++)
		if (names(&conflict.newer, conflict.older.attributes[i]))
			POOL_PUSH(scan->pool, conflict.attributes, conflict.n_attributes,
				  conflict.older.attributes[i]);
	POOL_PUSH(scan->pool, found->items, found->n_items, conflict);
}

/* Those before the last CONFLICTS_REACH are forgotten together. */
static void forget(ConflictScan *scan)
{
	if (scan->n_taken == 0 || scan->n_taken % CONFLICTS_REACH != 0)
		return;
	for (size_t i = 0; i < CONFLICTS_REACH; i++)
		scan->slots[(scan->n_taken + 1 + i) % SLOTS_MAX].number = 0;
	pool_free(scan->former);
	scan->former = scan->recent;
	scan->recent = pool_child(scan->pool);
}

static void remember(ConflictScan *scan, const LogChange *change, uint64_t *last)
{
	const uint64_t number = ++scan->n_taken;

	scan->slots[number % SLOTS_MAX] =
		(Slot){.change = *change, .number = number, .before = *last};
	*last = number;
	forget(scan);
}

void conflict_scan_take(ConflictScan *scan, const Entry *entry)
{
	const LogChange *with;
	uint64_t *last;
	LogChange change;

	if (!log_change_read(scan->recent, entry, scan->log.own_sid, &change))
		return;
	if (scan->found.n_changes++ == 0)
		scan->found.first_csn = pool_strdup(scan->pool, change.csn);
	last = last_of(scan, &change);
	with = opponent(scan, &change, *last);
	if (with)
		conflict_add(scan, with, &change);
	remember(scan, &change, last);
}
