/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TLS_TIMES_H
#define SYNCWARD_TLS_TIMES_H

#include "common/live/live_config.h"

/*
 * Notes when each certificate, key and CA file was written that slapd's consumers
 * read: by the time of the file, and by that of a symbolic link to it when that is newer, as a
 * renewal may only move the link. Each path is looked at once; none is opened.
 */
void tls_times_read(Pool *pool, const Live *live, MachineTls *ret);

#endif
