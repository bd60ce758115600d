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

/* True when the text is one of them. */
static inline bool text_is_among(const char *text, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal(texts[i], text))
			return true;
	return false;
}

#endif
