/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOG_FOLDERS_H
#define SYNCWARD_LOG_FOLDERS_H

#include "common/live/live_config.h"
#include "common/wanted/wanted.h"

/* Looks at the folders that "delta" of peers.json names, where slapd has no such log yet, by their
 * owner, group and mode, and at what is in them; and at the room for logs that are there, whoever
 * made them. wanted may be NULL. */
void log_folders_read(Pool *pool, const Live *live, const Wanted *wanted, Machine *ret);

#endif
