/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOGIN_H
#define SYNCWARD_LOGIN_H

#include "common/base/operator.h"

/* Who runs this process with that command: who logged in (/proc/self/loginuid), whom sudo(8) names,
 * and under which user. Strings live in the pool, but for the command, which is not copied. */
Operator login_operator(Pool *pool, const char *command);

#endif
