/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_WAIT_H
#define SYNCWARD_STATUS_WAIT_H

#include "agent/options/options.h"
#include "agent/pass/site.h"

/* `status --wait[=TIME]`: waits until the daemon has put the present peers.json in force in slapd
 * and all is well, and says on standard error what it waits for, each time that changes. Puts the
 * exit status into ret: 0, 1 when that was not reached in time, 3 when something is held then.
 * ERROR_USAGE for a TIME that is none; fails when peers.json cannot be read. */
int status_wait(const Options *options, const Context *context, int *ret, Error *err);

#endif
