/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TEXT_H
#define SYNCWARD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* True when both are the same text, or both NULL. */
static inline bool text_equal(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

#endif
