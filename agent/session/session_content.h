/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_CONTENT_H
#define SYNCWARD_SESSION_CONTENT_H

#include "agent/session/session.h"
#include "common/copy/copy.h"

/*
 * Reads the database's suffix entry over a link that is open already. Never fails: the state and
 * the problem say what happened. No such entry is CONTENT_READ without has_suffix; slapd answers
 * the same when its access rules hide the entry from us.
 */
Content content_read_over(PeerLink *link, const char *suffix);

/* Whether entries of that server ID there are newer than what contextCSN (there) has of it, as
 * content_coverage_here() does. */
void content_coverage_over(PeerLink *link, const char *suffix, unsigned sid, Content *there);

#endif
