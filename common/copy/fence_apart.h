/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_APART_H
#define SYNCWARD_FENCE_APART_H

#include "common/copy/fence.h"

/*
 * A relay, a node through which alone others get each other's changes, that was away reads both
 * sides at once when it is back. While both sides read it, slapd hands on what came out of order
 * under the newest CSN of it, and a node that reads that takes the rest for known: lost for good,
 * contextCSN equal (2.5.13: 5 of 23 restarts, 2.6.10: 8 of 25; 2.4.57: 0 of 100, and deletions in a
 * chain of four in 6 of 20). It was not where
 * nobody could read it meanwhile (0 of 60, 65). So before slapd starts the fence takes its
 * multi-provider flag and its syncprov overlay out of cn=config, in this order: without the overlay
 * alone a client's change here would get no contextCSN. The daemon gives both back when it has what
 * its providers have (common/joining/joining_apart.h).
 */

/* True when the fence took both, or one, and nobody gave that back yet. */
bool fence_is_apart(const FenceRecords *records, const char *suffix);

/* The remembered overlay; NULL: none was taken. */
const Entry *fence_overlay_taken(const FenceRecords *records, const char *suffix);

/* Settles a run that was cut off, by what the database has now. True when that changed anything. */
bool fence_parting_end(FenceRecord *record, bool has_flag, bool has_overlay);

#endif
