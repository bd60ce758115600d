/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SELECTOR_H
#define SYNCWARD_SELECTOR_H

#include "common/base/pool.h"

/* Whether a rule of slapd concerns an identity; UNKNOWN where only the server can tell. */
typedef enum SelectorMatch {
	SELECTOR_NO,
	SELECTOR_YES,
	SELECTOR_UNKNOWN,
} SelectorMatch;

/* Judges "dn[.<style>]=<pattern>" for a DN; the styles are those of slapd.access(5) and of
 * slapd.conf(5), limits. Regular expressions and what is not written as dn are UNKNOWN. */
SelectorMatch selector_dn_match(const char *selector, const char *dn);

/* Whether both are right. */
SelectorMatch selector_and(SelectorMatch one, SelectorMatch other);

/* dn.exact="<DN>", in the spelling given where slapd's quoting can hold it. */
const char *selector_dn_print(Pool *pool, const char *dn);

#endif
