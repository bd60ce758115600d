/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_LOG_H
#define SYNCWARD_SLAPD_LOG_H

#include <stdint.h>

#include "common/base/pool.h"

/* What slapd said when it last ended. */
typedef struct SlapdLog {
	const char *text; /* NULL: the journal has nothing of it, or nothing that is a fault */
	int64_t said_sec; /* since 1970 */
} SlapdLog;

/*
 * Reads the journal backwards to slapd's last start, at most a thousand of its lines and only of
 * the last day; what may be part of a password is not taken. Everything lives in the pool.
 */
SlapdLog slapd_log_last(Pool *pool);

#endif
