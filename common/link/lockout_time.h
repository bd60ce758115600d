/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOCKOUT_TIME_H
#define SYNCWARD_LOCKOUT_TIME_H

#include <stdbool.h>

#include "common/base/tree.h"

/* True when one of the times (values of pwdFailureTime; NULL: none) is later than that at which the
 * password was written (Secret.identity, which ends in it). */
bool lockout_is_newer(const Attribute *failures, const char *secret);

#endif
