/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_write.h"

#include <stdio.h>
#include <string.h>

#include "common/base/utf8.h"

/* How many bytes from here stand for themselves, as nearly all do. */
static size_t plain_span(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

/* Returns how many bytes it took. */
static size_t character_add(Buf *buf, const char *text, size_t len)
{
	const unsigned char byte = (unsigned char)*text;
	uint32_t character;
	const size_t n_bytes = utf8_decode(text, len, &character);

	if (byte == '"' || byte == '\\')
		buf_printf(buf, "\\%c", byte);
	else if (byte < 0x20 || byte == 0x7f)
		buf_printf(buf, "\\u%04x", byte);
	else if (n_bytes == 0)
		buf_puts(buf, "\\ufffd");
	else
		buf_add(buf, text, n_bytes);
	return n_bytes > 0 ? n_bytes : 1;
}

static void text_add(Buf *buf, const char *text)
{
	const size_t len = strlen(text);

	buf_putc(buf, '"');
	for (size_t i = 0; i < len;) {
		const size_t n_plain = plain_span(text + i, len - i);

		buf_add(buf, text + i, n_plain);
		i += n_plain;
		if (i < len)
			i += character_add(buf, text + i, len - i);
	}
	buf_putc(buf, '"');
}

static void line_break(JsonOut *out)
{
	buf_putc(out->text, '\n');
	for (unsigned i = 0; i < out->depth; i++)
		buf_putc(out->text, ' ');
}

/* What stands before a value: comma, line, key. */
static void lead(JsonOut *out, const char *key)
{
	if (out->has_item)
		buf_putc(out->text, ',');
	if (!out->is_one_line && (out->depth == 1 || (out->depth > 0 && !key)))
		line_break(out);
	else if (out->has_item)
		buf_putc(out->text, ' ');
	if (key) { /* a word of ours */
		buf_putc(out->text, '"');
		buf_puts(out->text, key);
		buf_puts(out->text, "\": ");
	}
	out->has_item = true;
}

void json_out_open(JsonOut *out, const char *key, char bracket)
{
	lead(out, key);
	buf_putc(out->text, bracket);
	out->depth++;
	out->has_item = false;
}

void json_out_close(JsonOut *out, char bracket)
{
	out->depth--;
	if (!out->is_one_line && out->has_item && (out->depth == 0 || bracket == '['))
		line_break(out);
	buf_putc(out->text, bracket == '{' ? '}' : ']');
	out->has_item = true;
	if (out->depth == 0)
		buf_putc(out->text, '\n');
}

void json_out_text(JsonOut *out, const char *key, const char *text)
{
	if (!text) {
		json_out_null(out, key);
		return;
	}
	lead(out, key);
	text_add(out->text, text);
}

void json_out_number(JsonOut *out, const char *key, int64_t number)
{
	char text[24];

	lead(out, key);
	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	buf_puts(out->text, text);
}

void json_out_boolean(JsonOut *out, const char *key, bool claim)
{
	lead(out, key);
	buf_puts(out->text, claim ? "true" : "false");
}

void json_out_null(JsonOut *out, const char *key)
{
	lead(out, key);
	buf_puts(out->text, "null");
}

void json_out_usec(JsonOut *out, const char *key, int64_t usec)
{
	lead(out, key);
	buf_printf(out->text, "%lld.%06lld", (long long)(usec / 1000000),
		   (long long)(usec % 1000000));
}
