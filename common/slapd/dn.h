/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DN_H
#define SYNCWARD_DN_H

#include <stdbool.h>

#include "common/base/pool.h"

/* The DN in one spelling (RFC 4514, lower case, no optional space) for comparing; NULL when it is
 * no DN. */
const char *dn_normalise(Pool *pool, const char *dn);

/* True when both are the same DN; false also when one of them is none. */
bool dn_equal(const char *one, const char *other);

/* True when dn is base itself or stands below it. */
bool dn_is_within(const char *dn, const char *base);

#endif
