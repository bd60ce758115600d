/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DN_H
#define SYNCWARD_DN_H

#include <stdbool.h>

#include "common/base/pool.h"

/* The DN in one spelling for comparing (RFC 4514, lower case, no optional space); NULL when it is
 * not a DN. */
const char *dn_normalise(Pool *pool, const char *dn);

/* True when both are the same DN; false also when either is not a DN. */
bool dn_equal(const char *one, const char *other);

/* True when dn is base itself or stands below it. */
bool dn_is_within(const char *dn, const char *base);

#endif
