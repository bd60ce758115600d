/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_LOG_H
#define SYNCWARD_SYNCREPL_LOG_H

#include <stdbool.h>

#include "common/syncrepl/syncrepl.h"

/* Delta-syncrepl: a link that reads changes from a log of its provider (syncdata, logbase and
 * logfilter in slapd.conf(5)). */

/*
 * What a node says about its log to the nodes that read it, in an attribute of the log's database:
 * no link of the node reads a database from a provider whose changes others may read from this log.
 * Compare operations are refused there then, which every account can see and no client needs.
 */
#define LOG_WORD_ATTRIBUTE "olcRestrict"
#define LOG_WORD           "compare"

/* In its place while the node reads databases, or is about to, and a peer may not know that: no
 * consumer begins to read the log. One that was away would go on where it stopped, in what the node
 * got in a refresh. A consumer that is refused gets nothing, and loses nothing. */
#define LOG_CLOSED "search"

/* True for the keywords that make a link read a log. */
bool syncrepl_is_log_keyword(SyncreplKeyword keyword);

/* What such a keyword says where the log of slapo-accesslog(5) with that suffix is read for every
 * change; NULL for any other keyword. */
const char *syncrepl_log_value(SyncreplKeyword keyword, const char *logbase);

/* The log that the link reads; NULL: it reads the database itself. */
const char *syncrepl_log(const Syncrepl *syncrepl);

/* True when it reads the log that slapo-accesslog(5) writes; slapd writes no other kind. */
bool syncrepl_log_is_accesslog(const Syncrepl *syncrepl);

/* True when both read the same log, or none. */
bool syncrepl_log_same(const Syncrepl *one, const Syncrepl *other);

/* The link as it would be if it read the log that the other one reads. Strings are borrowed. */
Syncrepl syncrepl_with_log(const Syncrepl *syncrepl, const Syncrepl *other);

/* The same link, reading the database itself. Strings are borrowed. */
Syncrepl syncrepl_plain(const Syncrepl *syncrepl);

#endif
