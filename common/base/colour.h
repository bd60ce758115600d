/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COLOUR_H
#define SYNCWARD_COLOUR_H

#include <stdbool.h>

#include "common/base/pool.h"

/* What a colour says, the same in every command. */
typedef enum Colour {
	COLOUR_NONE,
	COLOUR_HEAD,     /* a database, above what is told of it */
	COLOUR_GOOD,     /* as it should be, or added */
	COLOUR_DOUBTFUL, /* not known, a warning, or changed */
	COLOUR_BAD,      /* not as it should be, held, or removed */
	COLOUR_COUNT
} Colour;

/* The text in that colour, or as it is where has_colour is false. */
const char *colour_text(Pool *pool, bool has_colour, Colour colour, const char *text);

#endif
