/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEALTH_AGAIN_H
#define SYNCWARD_HEALTH_AGAIN_H

#include "common/health/database_health.h"

/* How long until somebody should look again; -1: no sooner than usual. What lasts is looked at anew
 * when it lasted a quarter longer, and with few peers at least every 7 s, so that what is mended is
 * not told for long; with many peers, all of whom a look asks, when it lasted twice as long. */
int64_t health_again_sec(const DatabaseHealth *health);

#endif
