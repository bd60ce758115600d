/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_PACE_H
#define SYNCWARD_SYNCREPL_PACE_H

#include <stdint.h>

#include "common/syncrepl/syncrepl.h"

/*
 * What nobody can want of how often slapd tries a peer that is away, or asks one that it reads at
 * intervals: without any pause, or a day and more later. slapd takes it, so it is no error. In the
 * pool, and whether retry is at fault or else interval; NULL: nothing.
 */
const char *syncrepl_pace_fault(Pool *pool, const Syncrepl *link, bool *ret_is_retry);

/* Of "5 5 60 +" the interval before the first try after a session broke, 5; 0 without a retry. */
int64_t syncrepl_retry_first_sec(const Syncrepl *link);

#endif
