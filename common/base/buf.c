/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/buf.h"

#include <stdarg.h>
#include <string.h>

static void buf_resize(Buf *buf, size_t size)
{
	buf->bytes = pool_resize(buf->pool, buf->bytes, buf->len, size);
	buf->size = size;
}

void buf_reserve(Buf *buf, size_t len)
{
	if (buf->len + len + 1 > buf->size)
		buf_resize(buf, buf->len + len + 1);
}

void buf_add(Buf *buf, const char *bytes, size_t len)
{
	if (buf->len + len + 1 > buf->size)
		buf_resize(buf, (buf->len + len + 1) * 2);
	if (len > 0)
		memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void buf_puts(Buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_putc(Buf *buf, char byte)
{
	buf_add(buf, &byte, 1);
}

void buf_printf(Buf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buf_puts(buf, pool_vprintf(buf->pool, format, arguments));
	va_end(arguments);
}

void buf_put_line(Buf *buf, const char *text)
{
	for (; *text; text++)
		buf_putc(buf, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
}

const char *buf_text(const Buf *buf)
{
	return buf->bytes ? buf->bytes : "";
}
