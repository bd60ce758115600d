/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOGIN_H
#define SYNCWARD_LOGIN_H

#include "common/base/pool.h"

/* " by login uid 1000": who logged in, also behind sudo(8); "" where nobody did. */
const char *login_text(Pool *pool);

#endif
