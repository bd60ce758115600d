/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_DELTA_H
#define SYNCWARD_SIM_DELTA_H

#include "common/probe/probe.h"
#include "tests/sim/sim_host.h"

/* Delta-syncrepl: what cn=config says of the log of changes, and what peers see of it. */

#define SIM_LOG_BASE      "cn=accesslog"
#define SIM_LOG_DIRECTORY "/log"

/* Whose folders are looked at from now on. */
void sim_delta_begin(const SimHost *host);

/* What cn=config says now takes effect. */
void sim_delta_reload(SimHost *host);

/* cn=monitor counts the entries of the log. */
void sim_delta_count(const SimHost *host, Pool *pool, Tree *monitor);

/* What a probe of a link that is to read the log finds at that peer. */
void sim_delta_probe(Pool *pool, const SimHost *host, size_t peer, Probe *probe);

/* Of a link that reads it every change comes: the log is there, and each change comes into it. */
bool sim_delta_is_whole(const SimNode *provider);

#endif
