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
 * first wins; those that shut a DN out do not count). are_cut: limits_cut_unchecked() is true of an
 * olcSizeLimit that concerns the database. */
bool limits_are_unlimited(const Attribute *live, bool are_cut, const char *dn);

/* The olcLimits value that gives the DN unlimited size and time, without "{n}". */
const char *limits_print(Pool *pool, const char *dn);

/* The value that shuts the DN out, without "{n}": slapd answers 11 to each search before syncprov
 * sees it, and searches that run go on. Nobody else says the same twice. */
const char *limits_shut_print(Pool *pool, const char *dn);

/* True for such a value, whichever DN it names. */
bool limits_value_shuts(const char *value);

/* "cn=a" of "dn.exact=cn=a ...", in the pool. */
const char *limits_shut_subject(Pool *pool, const char *value);

/* How many of them are in front, where they shut somebody out: behind another value one does
 * nothing. */
size_t limits_count_shut(const Attribute *live);

#endif
