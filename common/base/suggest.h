/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SUGGEST_H
#define SYNCWARD_SUGGEST_H

#include <stddef.h>

#include "common/base/pool.h"

/* The known word that a misspelt one most likely means (letter case aside; a swap of neighbours is
 * one slip, about one slip in three letters is near); NULL when none is near. The first wins among
 * equals. */
const char *suggest_word(const char *word, const char *const *known, size_t n_known);

/* The same as the end of a message: ": did you mean 'dc=example'?", or "" when none is near. */
const char *suggest_question(Pool *pool, const char *word, const char *const *known,
			     size_t n_known);

#endif
