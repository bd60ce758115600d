/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LIMITS_H
#define SYNCWARD_LIMITS_H

#include <stdbool.h>

#include "common/base/tree.h"

/* olcLimits, which we complete but do not own: live values are taken verbatim (with or without
 * "{n}"; NULL for an absent attribute). Grammar: slapd-config(5). */

/* True when the first olcLimits value that matches the DN gives it unlimited size and time (fact
 * 20: the first wins). */
bool limits_are_unlimited(const Attribute *live, const char *dn);

/* The olcLimits value that gives the DN unlimited size and time, without "{n}". */
const char *limits_print(Pool *pool, const char *dn);

#endif
