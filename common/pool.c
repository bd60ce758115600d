/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Block {
	struct Block *next;
	struct Block *previous;
	size_t size;
	_Alignas(max_align_t) char bytes[];
} Block;

struct Pool {
	Block *first;
};

static void *memory_or_exit(void *memory)
{
	static const char message[] = "syncward: out of memory\n";

	if (!memory) {
		(void)fwrite(message, 1, sizeof(message) - 1, stderr);
		_Exit(71);
	}
	return memory;
}

Pool *pool_new(void)
{
	return memory_or_exit(calloc(1, sizeof(Pool)));
}

static void block_free(Block *block)
{
	explicit_bzero(block->bytes, block->size);
	free(block);
}

void pool_free(Pool *pool)
{
	if (!pool)
		return;
	for (Block *block = pool->first, *next; block; block = next) {
		next = block->next;
		block_free(block);
	}
	free(pool);
}

static void block_link(Pool *pool, Block *block)
{
	block->previous = NULL;
	block->next = pool->first;
	if (pool->first)
		pool->first->previous = block;
	pool->first = block;
}

static void block_unlink(Pool *pool, Block *block)
{
	if (block->previous)
		block->previous->next = block->next;
	else
		pool->first = block->next;
	if (block->next)
		block->next->previous = block->previous;
}

void *pool_alloc(Pool *pool, size_t size)
{
	Block *block;

	if (size > SIZE_MAX - sizeof(Block))
		memory_or_exit(NULL);
	block = memory_or_exit(calloc(1, sizeof(Block) + size));
	block->size = size;
	block_link(pool, block);
	return block->bytes;
}

char *pool_copy(Pool *pool, const char *bytes, size_t len)
{
	char *copy = pool_alloc(pool, len + 1);

	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

char *pool_strdup(Pool *pool, const char *text)
{
	return text ? pool_copy(pool, text, strlen(text)) : NULL;
}

char *pool_vprintf(Pool *pool, const char *format, va_list arguments)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, arguments);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		memory_or_exit(NULL);
	text = pool_alloc(pool, (size_t)len + 1);
	(void)vsnprintf(text, (size_t)len + 1, format, arguments);
	return text;
}

char *pool_printf(Pool *pool, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = pool_vprintf(pool, format, arguments);
	va_end(arguments);
	return text;
}

void *pool_grow(Pool *pool, void *array, size_t n, size_t item_size)
{
	Block *block = array ? (Block *)((char *)array - offsetof(Block, bytes)) : NULL;
	void *grown;

	if (block && (n + 1) * item_size <= block->size)
		return array;
	grown = pool_alloc(pool, (n < 4 ? 4 : n * 2) * item_size);
	if (block) {
		memcpy(grown, array, n * item_size);
		block_unlink(pool, block);
		block_free(block);
	}
	return grown;
}
