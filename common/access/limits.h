/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LIMITS_H
#define SYNCWARD_LIMITS_H

#include <stdbool.h>

#include "common/base/tree.h"

/* olcLimits, which we complete but do not own: live values are taken verbatim (with or without
 * "{n}"; NULL for an absent attribute). Grammar: slapd-config(5). */

/* True when an olcSizeLimit (of cn=config, the frontend or the database) limits size.unchecked,
 * also for each olcLimits value that does not name it. */
bool limits_cut_unchecked(const Attribute *size_limit);

/* True when the first olcLimits value that matches the DN gives it unlimited size and time (the
 * first wins). are_cut: limits_cut_unchecked() is true of an olcSizeLimit that concerns the
 * database. */
bool limits_are_unlimited(const Attribute *live, bool are_cut, const char *dn);

/* The olcLimits value that gives the DN unlimited size and time, without "{n}". */
const char *limits_print(Pool *pool, const char *dn);

#endif
