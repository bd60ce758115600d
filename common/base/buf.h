/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_BUF_H
#define SYNCWARD_BUF_H

#include <stddef.h>

#include "common/base/macros.h"
#include "common/base/pool.h"

/* A text that grows inside a pool. bytes is always NUL-terminated once something was added; NULL
 * before. */
typedef struct Buf {
	Pool *pool;
	char *bytes;
	size_t len;
	size_t size;
} Buf;

#define BUF_IN(owner)           \
	{                       \
		.pool = (owner) \
	}

/* Makes room at once for what will probably be so long. */
void buf_reserve(Buf *buf, size_t len);

void buf_add(Buf *buf, const char *bytes, size_t len);
void buf_puts(Buf *buf, const char *text);
void buf_putc(Buf *buf, char byte);
void buf_printf(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds a text that cannot begin a line of its own: control characters become spaces. */
void buf_put_line(Buf *buf, const char *text);

/* The text so far; "" when nothing was added. Lives in the pool until the next addition. */
const char *buf_text(const Buf *buf);

#endif
