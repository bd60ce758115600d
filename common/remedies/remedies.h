/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_REMEDIES_H
#define SYNCWARD_REMEDIES_H

#include <stddef.h>

#include "common/base/pool.h"
#include "common/remedies/remedy.h"

/* The row of the code; every code has one. */
const RemedyRow *remedy_row(Remedy remedy);

/* The text of a remedy that has no arguments. */
const char *remedy_text(Remedy remedy);

/* The text with its arguments in their order, each a string, quoted as its place requires: as a
 * word for a shell, inside '...', or as a JSON string. */
#define remedy_fill(pool, remedy, ...) \
	remedy_fill_list(pool, remedy, (const char *const[]){__VA_ARGS__, NULL})

/* For remedy_fill(): arguments ends with NULL. */
const char *remedy_fill_list(Pool *pool, Remedy remedy, const char *const *arguments);

/* Lines of LDIF as words for a shell, each 'name: value' after a blank, for {=lines}. */
const char *remedy_lines(Pool *pool, const char *name, const char *const *values, size_t n_values);

/* A number, in the pool: what {=number} and {=...id} stand for. */
const char *remedy_number(Pool *pool, unsigned long number);

#endif
