/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOOP_H
#define SYNCWARD_LOOP_H

#include "agent/daemon/daemon.h"

/* Runs the daemon until SIGTERM or SIGINT, telling systemd (sd_notify(3)) how it goes. Blocks those
 * signals and SIGHUP for the whole process. -1 when the loop cannot be set up or breaks. */
int loop_run(Daemon *daemon, Error *err);

#endif
