/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/cause.h"

#include <stddef.h>
#include <string.h>

#include "common/base/macros.h"

#define CAUSE_ROW(kind, name, meaning) [CAUSE_##kind] = (name),
static const char *const names[CAUSE_COUNT] = {CAUSE_ROWS};
#undef CAUSE_ROW

const char *cause_name(Cause cause)
{
	return names[cause];
}

/* As records have them that were kept before the causes had these names. */
static const struct {
	const char *name;
	Cause cause;
} former[] = {{"tls-renewed", CAUSE_RENEWAL}, {"heal", CAUSE_HAND}};

Cause cause_named(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(former); i++)
		if (strcmp(former[i].name, name) == 0)
			return former[i].cause;
	for (int cause = CAUSE_NOT_TOLD + 1; name && cause < CAUSE_COUNT; cause++)
		if (strcmp(names[cause], name) == 0)
			return (Cause)cause;
	return CAUSE_NOT_TOLD;
}
