/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/colour.h"

#define COLOUR_END "\033[0m"

static const char *const colour_begins[] = {
	[COLOUR_NONE] = "",         [COLOUR_HEAD] = "\033[1m",
	[COLOUR_GOOD] = "\033[32m", [COLOUR_DOUBTFUL] = "\033[33m",
	[COLOUR_BAD] = "\033[31m",
};
_Static_assert(ARRAY_SIZE(colour_begins) == COLOUR_COUNT, "a code for every colour");

const char *colour_text(Pool *pool, bool has_colour, Colour colour, const char *text)
{
	if (!has_colour || colour == COLOUR_NONE)
		return text;
	return pool_printf(pool, "%s%s" COLOUR_END, colour_begins[colour], text);
}
