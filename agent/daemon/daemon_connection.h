/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_CONNECTION_H
#define SYNCWARD_DAEMON_CONNECTION_H

#include "agent/pass/site.h"

/* One connection is kept; a request that slapd has not answered stays open on it. Where there is
 * none that can be used, or it ended, another one is made. has_answer: slapd sent something.
 * *directory is the caller's, NULL where none could be made. */
int daemon_connection_make(Directory **directory, Context *context, bool has_answer, Error *err);

#endif
