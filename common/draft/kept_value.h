/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_KEPT_VALUE_H
#define SYNCWARD_KEPT_VALUE_H

#include "common/live/live_config.h"

/*
 * A live olcSyncrepl value that stays in a list which is written again, as we write it. NULL where
 * it is not understood: nothing is sent to slapd that we did not read and print, for some values
 * that slapd should refuse make it die (2.5.13: two searchbase= of which the second is bad).
 */
const char *kept_value_print(Pool *pool, const LiveConsumer *consumer);

#endif
