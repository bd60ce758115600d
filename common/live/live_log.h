/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LIVE_LOG_H
#define SYNCWARD_LIVE_LOG_H

#include <stdint.h>

#include "common/live/live_config.h"

/* Logs of changes, into which the overlay of slapo-accesslog(5) writes (olcAccessLogDB). */

/* The overlay of the database that writes into the log; NULL: none does. */
const Entry *live_log_overlay(const Live *live, const LiveDatabase *database, const char *log);

/* The overlay of the database that writes its changes into a log, whatever log that is; NULL: there
 * is none. */
const Entry *live_log_any(const Live *live, const LiveDatabase *database);

/* The same, of those behind that one in cn=config; the first one for NULL. */
const Entry *live_log_next(const Live *live, const LiveDatabase *database, const Entry *before);

/* An overlay of another database than that one that writes into the log, too; NULL: none does. */
const Entry *live_log_intruder(const Live *live, const LiveDatabase *database, const char *log);

/* True for the database of a log that is there to be read from (delta-syncrepl), by its syncprov as
 * slapo-accesslog(5) has it: who reads from it gets changes of the other database, and deletes
 * nothing by what is not there. */
bool live_log_is_read(const LiveDatabase *log);

/* True when the overlay writes all changes that a consumer needs into its log. */
bool live_log_is_whole(const Entry *overlay);

/* True for a log into which no change was written: one without entries, or as it was made,
 * read-only with its suffix entry or without. */
bool live_log_is_unwritten(const LiveSizes *sizes, const LiveDatabase *log, const char *base);

/* True for an overlay that writes nothing into its log, and so only begins it: by its operations.
 */
bool live_log_only_begins(const Entry *overlay);

/* True for an overlay of a read-only log that only began it. False for the one that was added when
 * the log was begun, which olcAccessLogSuccess tells: that one lacks nothing but its operations. */
bool live_log_is_to_go(const LiveSizes *sizes, const LiveDatabase *log, const Entry *overlay);

/* How long a log keeps a change at least, by olcAccessLogPurge; -1: for ever (NULL), or the value
 * is none. */
int64_t live_log_keeps_sec(const char *purge);

/* A database whose changes are written into that one; NULL: that one is no log. */
const LiveDatabase *live_logged(const Live *live, const LiveDatabase *log);

#endif
