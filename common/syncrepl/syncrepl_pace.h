/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_PACE_H
#define SYNCWARD_SYNCREPL_PACE_H

#include "common/syncrepl/syncrepl.h"

/*
 * What nobody can want of how often slapd tries a peer that is away, or asks one that it reads at
 * intervals: without any pause, or a day and more later. slapd takes it, so it is no error. In the
 * pool, and whether retry is at fault or else interval; NULL: nothing.
 */
const char *syncrepl_pace_fault(Pool *pool, const Syncrepl *link, bool *ret_is_retry);

#endif
