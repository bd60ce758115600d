/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_BASE64_H
#define SYNCWARD_BASE64_H

#include <stddef.h>

#include "common/base/pool.h"

/* RFC 4648 base64 with padding, in one line: LDIF needs it for values that are not plain text. */
const char *base64_encode(Pool *pool, const char *bytes, size_t len);

#endif
