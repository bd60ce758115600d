/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/pool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Small allocations share a block, so that a pool of many costs few calls of malloc(3). Large ones
 * have a block each, so that an array that grows gives its memory back. In a shared block objects
 * stand from its beginning on, aligned and with a header, because arrays grow; texts, which are
 * most of what there is and never grow, from its end on without either. Under AddressSanitizer
 * every one counts as large: it then sees an overrun of any of them. A block is not zeroed as a
 * whole, because most of it is never used.
 */
#ifdef __SANITIZE_ADDRESS__
#define SMALL_MAX 0
#else
#define SMALL_MAX 1024
#endif
#define SHARED_MAX (64 * 1024)

typedef struct Block {
	struct Block *next;
	struct Block *previous;
	size_t size;
	size_t used;  /* by objects, from the beginning on */
	size_t texts; /* where the texts begin, which end at size */
	_Alignas(max_align_t) char bytes[];
} Block;

/* Stands before the bytes of each object. */
typedef struct Header {
	_Alignas(max_align_t) size_t size;
	_Alignas(max_align_t) char bytes[];
} Header;

#define OWN_SIZE 512

/* Its own block comes with it: most pools are scratch and need no other. */
struct Pool {
	Block *first;  /* of those that were allocated */
	Block *shared; /* the one that small allocations are taken from */
	Pool *parent;  /* NULL: none */
	Pool *child;   /* the first of those that end with this one */
	Pool *next;    /* of the same parent */
	Block own;
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
	Pool *pool = memory_or_exit(malloc(sizeof(Pool) + OWN_SIZE));

	*pool = (Pool){.shared = &pool->own, .own = {.size = OWN_SIZE, .texts = OWN_SIZE}};
	return pool;
}

Pool *pool_child(Pool *parent)
{
	Pool *pool = pool_new();

	pool->parent = parent;
	pool->next = parent->child;
	parent->child = pool;
	return pool;
}

static void child_unlink(Pool *pool)
{
	Pool **link = &pool->parent->child;

	while (*link != pool)
		link = &(*link)->next;
	*link = pool->next;
}

static void block_wipe(Block *block)
{
	explicit_bzero(block->bytes, block->used);
	explicit_bzero(block->bytes + block->texts, block->size - block->texts);
}

static void block_free(Block *block)
{
	block_wipe(block);
	free(block);
}

void pool_free(Pool *pool)
{
	if (!pool)
		return;
	if (pool->parent)
		child_unlink(pool);
	while (pool->child)
		pool_free(pool->child);
	for (Block *block = pool->first, *next; block; block = next) {
		next = block->next;
		block_free(block);
	}
	block_wipe(&pool->own);
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

static Block *block_new(Pool *pool, size_t size)
{
	Block *block = memory_or_exit(malloc(sizeof(Block) + size));

	*block = (Block){.size = size, .texts = size};
	block_link(pool, block);
	return block;
}

/* The shared block with room for so many bytes, or a new one. */
static Block *shared_with_room(Pool *pool, size_t size)
{
	size_t shared_size = pool->shared->size * 4;

	if (pool->shared->texts - pool->shared->used < size)
		pool->shared = block_new(pool, shared_size < SHARED_MAX ? shared_size : SHARED_MAX);
	return pool->shared;
}

static void *block_take(Block *block, size_t whole, size_t size)
{
	Header *header = (Header *)(block->bytes + block->used);

	block->used += whole;
	memset(header, 0, whole);
	header->size = size;
	return header->bytes;
}

void *pool_alloc(Pool *pool, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	size_t whole;

	if (size > SIZE_MAX / 2)
		memory_or_exit(NULL);
	whole = sizeof(Header) + (size + align - 1) / align * align;
	if (size > SMALL_MAX || SMALL_MAX == 0)
		return block_take(block_new(pool, whole), whole, size);
	return block_take(shared_with_room(pool, whole), whole, size);
}

/* Room for a text of a known size, which its caller fills. */
static char *text_alloc(Pool *pool, size_t size)
{
	Block *block;

	if (size > SMALL_MAX || SMALL_MAX == 0)
		return pool_alloc(pool, size);
	block = shared_with_room(pool, size);
	block->texts -= size;
	return block->bytes + block->texts;
}

char *pool_copy(Pool *pool, const char *bytes, size_t len)
{
	char *copy = text_alloc(pool, len + 1);

	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *pool_strdup(Pool *pool, const char *text)
{
	return text ? pool_copy(pool, text, strlen(text)) : NULL;
}

char *pool_vprintf(Pool *pool, const char *format, va_list arguments)
{
	char small[128], *text;
	va_list again;
	int len;

	va_copy(again, arguments);
	len = vsnprintf(small, sizeof(small), format, again);
	va_end(again);
	if (len < 0)
		memory_or_exit(NULL);
	text = text_alloc(pool, (size_t)len + 1);
	if ((size_t)len < sizeof(small))
		memcpy(text, small, (size_t)len + 1);
	else
		(void)vsnprintf(text, (size_t)len + 1, format, arguments);
	explicit_bzero(small, sizeof(small));
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

static Header *header_of(void *bytes)
{
	return (Header *)((char *)bytes - offsetof(Header, bytes));
}

static void large_free(Pool *pool, Header *header)
{
	Block *block = (Block *)((char *)header - offsetof(Block, bytes));

	block_unlink(pool, block);
	block_free(block);
}

void *pool_resize(Pool *pool, void *bytes, size_t len, size_t size)
{
	void *resized = pool_alloc(pool, size);

	if (!bytes)
		return resized;
	memcpy(resized, bytes, len);
	if (header_of(bytes)->size > SMALL_MAX || SMALL_MAX == 0)
		large_free(pool, header_of(bytes));
	else
		explicit_bzero(bytes, len); /* it may be of a password */
	return resized;
}

/* Under AddressSanitizer an array moves with each of its first items: code that still holds the
 * former one is caught with two items, not only with as many as make it move. */
#ifdef __SANITIZE_ADDRESS__
#define ROOM_FOR(n) ((n) < 64 ? (n) + 1 : (n)*2)
#else
#define ROOM_FOR(n) ((n) < 4 ? 4 : (n)*2)
#endif

void *pool_grow(Pool *pool, void *array, size_t n, size_t item_size)
{
	if (array && (n + 1) * item_size <= header_of(array)->size)
		return array;
	return pool_resize(pool, array, n * item_size, ROOM_FOR(n) * item_size);
}
