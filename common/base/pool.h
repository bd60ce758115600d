/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_POOL_H
#define SYNCWARD_POOL_H

#include <stdarg.h>
#include <stddef.h>

#include "common/base/macros.h"

/*
 * Owns every string and array of one value (a parsed file, a tree read, a plan) and frees them
 * together. Built with AddressSanitizer each object has its own malloc(3), so that it sees each
 * overrun. When memory is exhausted the program ends with a message (exit 71): nothing here could
 * go on, and the intent of a running apply is on disk.
 */
typedef struct Pool Pool;

Pool *pool_new(void);

/* A pool that ends with its parent, or earlier by pool_free(): for the memory of one of several
 * rounds. */
Pool *pool_child(Pool *parent);

/* Wipes every object, then frees all: pools hold secrets. NULL is allowed. */
void pool_free(Pool *pool);
DEFINE_CLEANUP(Pool, pool_free)

/* Zeroed memory that lives as long as the pool. */
void *pool_alloc(Pool *pool, size_t size);

/* A copy of len bytes with a NUL behind them. Like all texts made here it has no alignment, and
 * cannot be given to pool_resize() or POOL_PUSH. */
char *pool_copy(Pool *pool, const char *bytes, size_t len);

/* A copy of a string; NULL gives NULL. */
char *pool_strdup(Pool *pool, const char *text);

char *pool_printf(Pool *pool, const char *format, ...) PRINTF_LIKE(2, 3);
char *pool_vprintf(Pool *pool, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* Another object of that size with the first len bytes of this one, which is gone; NULL gives a new
 * one. */
void *pool_resize(Pool *pool, void *bytes, size_t len, size_t size);

/* Makes room for one more item behind n items of the given size; returns the array, which may have
 * moved. */
void *pool_grow(Pool *pool, void *array, size_t n, size_t item_size);

/* Appends one item to an array that only ever grew by this macro: POOL_PUSH(pool, list->items,
 * list->n_items, item). */
#define POOL_PUSH(pool, array, n, ...)                                       \
	do {                                                                 \
		(array) = pool_grow((pool), (array), (n), sizeof(*(array))); \
		(array)[(n)++] = (__typeof__(*(array)))__VA_ARGS__;          \
	} while (0)

#endif
