/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FEW_H
#define SYNCWARD_FEW_H

#include "common/base/buf.h"

/* Names the first of many, so that a message stays one: "A; B; and 2 more". */
typedef struct Few {
	Buf text;
	const char *between;
	size_t most; /* of these are named */
	size_t count;
} Few;

#define FEW_MOST 2

/* Named with a reason each. */
static inline Few few_reasons(Pool *pool)
{
	return (Few){.text = BUF_IN(pool), .between = "; ", .most = FEW_MOST};
}

static inline Few few_names(Pool *pool)
{
	return (Few){.text = BUF_IN(pool), .between = ", ", .most = FEW_MOST};
}

void few_add(Few *few, const char *text);

/* "" when there is none. Once: nothing is added behind it. */
const char *few_text(Few *few);

#endif
