/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOG_CHANGES_H
#define SYNCWARD_LOG_CHANGES_H

#include "common/draft/diff.h"
#include "common/plan/plan_changes.h"

/*
 * "delta" of peers.json: the log of changes that a provider keeps, and others read. What is read
 * from a log must be all that changed, or it is lost where it is read, contextCSN equal. So nothing
 * writes into a log that has contents and was not written all the time: changes made in between
 * would be missing. A log's database is read-only to clients from its beginning until the overlay
 * writes into it; that tells a new one from one that was left.
 */

/* The changes that make a log, in this order; none without those before it. */
#define CHANGES_TO_LOG                                                       \
	(CHANGE_BIT(CHANGE_LOG_DATABASE) | CHANGE_BIT(CHANGE_LOG_SYNCPROV) | \
	 CHANGE_BIT(CHANGE_LOG_OVERLAY) | CHANGE_BIT(CHANGE_LOG_OPEN))

/* Everything of a log. */
#define CHANGES_OF_LOG \
	(CHANGES_TO_LOG | CHANGE_BIT(CHANGE_LOG_SETTING) | CHANGE_BIT(CHANGE_LOG_STOP))

/* The log that peers.json wants of the database, where it lacks something. */
void diff_delta(Diff *diff, const DatabasePlan *database);

/* True when this node says LOG_WORD of its log. */
bool log_word_is_said(const LiveDatabase *log);

/* True when nobody can begin to read it (LOG_CLOSED). */
bool log_is_closed(const LiveDatabase *log);

/* Whether it is to say it, or to be closed, or shut (log_shut.h). */
void diff_log_word(Diff *diff, const WantedDatabase *wanted, const WantedLog *readers,
		   const LiveDatabase *log);

/* Closes and shuts a log that "delta" made before it was taken out of peers.json: a node with an
 * older peers.json may read it still, and nothing is asked of it any more. */
void diff_log_word_left(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log);

/* What is missing in the logs from which other peers read its changes here (delta-syncrepl). */
void diff_logs(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Logs into which the database's changes are written without "delta": how much room is left, and
 * those that nobody reads by peers.json. */
void diff_logs_left(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Peers that are away for longer than that log of changes keeps, or will be soon. */
void diff_log_reach(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
		    const char *log);

/* True where a log must not be begun nor written on for lack of room, on its disk or in its map
 * (olcDbMaxSize), and why and what ends it, for people. */
bool log_room_is_short(const Diff *diff, const Delta *delta);
const char *log_room_describe(const Diff *diff, const Delta *delta);
const char *log_room_remedy(const Diff *diff, const Delta *delta);

/* Stops writing into a log that is nearly full: true then, and its other changes wait. Reports it
 * before that point, too. */
bool diff_log_room(Diff *diff, const DatabasePlan *database, const Entry *overlay);

/* Reports the same of a log that syncward did not make, which stays as it is. */
void diff_log_room_tell(Diff *diff, const char *suffix, const LiveDatabase *log);

/* Holds what makes a log while something is held that it needs. */
void guard_logs(Diff *diff);

#endif
