/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_reading.h"

static size_t n_shown(const CopyReading *reading)
{
	return reading->n_entries + reading->n_unmarked + reading->n_subentries;
}

CopySight copy_reading_sight(const CopyReading *reading)
{
	if (!reading->is_read)
		return COPY_SIGHT_UNKNOWN;
	if (reading->n_unmarked > 0)
		return COPY_SIGHT_LESS;
	if (reading->may_all)
		return COPY_SIGHT_WHOLE;
	if (reading->n_counted == 0 || reading->count_moved || reading->was_less)
		return COPY_SIGHT_UNKNOWN;
	if (reading->n_counted > n_shown(reading))
		return COPY_SIGHT_LESS;
	/* Less than it showed: some went while it was read, and others may have been hidden. */
	return reading->n_counted == n_shown(reading) ? COPY_SIGHT_WHOLE : COPY_SIGHT_UNKNOWN;
}

bool copy_reading_showed_lasting(const CopyReading *reading)
{
	if (copy_reading_sight(reading) == COPY_SIGHT_WHOLE)
		return true;
	return reading->is_read && reading->count_moved && !reading->was_less &&
	       reading->n_unmarked == 0 && n_shown(reading) >= reading->n_counted_least;
}

const char *copy_reading_describe(Pool *pool, const CopyReading *reading)
{
	if (!reading->is_read)
		return reading->problem ? reading->problem : "it was not read";
	if (reading->n_unmarked > 0)
		return pool_printf(pool,
				   "it shows %s %zu of its entries without entryUUID or entryCSN",
				   reading->identity, reading->n_unmarked);
	if (copy_reading_sight(reading) == COPY_SIGHT_WHOLE)
		return "";
	if (reading->n_counted == 0)
		return pool_printf(pool,
				   "whether it shows %s everything is not known: its count in "
				   "cn=monitor cannot be read",
				   reading->identity);
	if (reading->count_moved || reading->was_less || reading->n_counted < n_shown(reading))
		return pool_printf(pool,
				   "entries came and went while it was read, so it is not known "
				   "whether %s sees all; it may be tried again",
				   reading->identity);
	return pool_printf(pool, "it shows %s only %zu of its %zu entries", reading->identity,
			   n_shown(reading), reading->n_counted);
}
