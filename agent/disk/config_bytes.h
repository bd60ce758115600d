/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFIG_BYTES_H
#define SYNCWARD_CONFIG_BYTES_H

#include <stddef.h>

#include "common/base/pool.h"

/*
 * A file of slapd.d, whole. It belongs to slapd's user: only a regular file of a sane size is read.
 * NULL with errno, which is EINVAL where it is none.
 */
const char *config_bytes_read(Pool *pool, const char *path, size_t *ret_len);

#endif
