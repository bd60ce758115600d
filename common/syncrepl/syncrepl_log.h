/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_LOG_H
#define SYNCWARD_SYNCREPL_LOG_H

#include <stdbool.h>

#include "common/syncrepl/syncrepl.h"

/* Delta-syncrepl: a link that reads changes from a log of its provider (syncdata, logbase and
 * logfilter in slapd.conf(5)). */

/* The log that the link reads; NULL: it reads the database itself. */
const char *syncrepl_log(const Syncrepl *syncrepl);

/* True when it reads the log that slapo-accesslog(5) writes; no slapd has the other kind. */
bool syncrepl_log_is_accesslog(const Syncrepl *syncrepl);

/* True when both read the same log, or none. */
bool syncrepl_log_same(const Syncrepl *one, const Syncrepl *other);

/* The same link, reading the database itself. Strings are borrowed. */
Syncrepl syncrepl_plain(const Syncrepl *syncrepl);

#endif
