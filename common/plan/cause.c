/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/cause.h"

#include <stddef.h>
#include <string.h>

#define CAUSE_ROW(kind, name, meaning) [CAUSE_##kind] = (name),
static const char *const names[CAUSE_COUNT] = {CAUSE_ROWS};
#undef CAUSE_ROW

const char *cause_name(Cause cause)
{
	return names[cause];
}

Cause cause_named(const char *name)
{
	for (int cause = CAUSE_NOT_TOLD + 1; name && cause < CAUSE_COUNT; cause++)
		if (strcmp(names[cause], name) == 0)
			return (Cause)cause;
	return CAUSE_NOT_TOLD;
}
