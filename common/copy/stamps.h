/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STAMPS_H
#define SYNCWARD_STAMPS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"

/*
 * Two things about the stamps of changes under which some reach nobody, while contextCSN is the
 * same everywhere (2.5.13, 2.6.10). Where contextCSN of a server ID bears a time that has not come
 * yet, as when a clock ran ahead and was set back, all that is written under it until then is older
 * than what a peer has that was away, and is not sent to it. And a refresh ends at an entry without
 * entryUUID or entryCSN, such as one written under olcLastMod: FALSE.
 */

/* A change that is this far ahead of our clock counts as one whose time has not come: clocks
 * differ. */
#define STAMP_AHEAD_MSEC 60000

/* The CSN with the latest time; NULL when there is none. */
const char *stamp_latest(const char *const *csns, size_t n_csns);

/* For people: what it means that this is the latest CSN of the database; NULL when its time has
 * come. */
const char *stamp_ahead_text(Pool *pool, const char *suffix, const char *csn, int64_t now_sec);

/* For people: what it means that so many of the entries that were looked at have no stamp. */
const char *stamp_missing_text(Pool *pool, const char *suffix, size_t n_entries);

#endif
