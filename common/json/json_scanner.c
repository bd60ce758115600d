/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_scanner.h"

#include <ctype.h>
#include <string.h>

#include "common/base/utf8.h"

int scan_refuse(const Scanner *scan, const char *sentence)
{
	return json_refuse(scan->err, scan->name, scan->place, "%s", sentence);
}

void scan_advance(Scanner *scan)
{
	scan->place.column++;
	do
		scan->at++;
	while (scan->at < scan->end && !utf8_is_start(*scan->at));
}

void scan_pass(Scanner *scan, const char *to)
{
	scan->place.column += (unsigned)(to - scan->at);
	scan->at = to;
}

/* The four hexadecimal digits after \u. */
static int scan_hex(Scanner *scan, uint32_t *ret)
{
	uint32_t number = 0;

	for (int i = 0; i < 4; i++) {
		int digit = scan_peek(scan);

		if (!isxdigit((unsigned char)digit))
			return scan_refuse(scan, "expected four hexadecimal digits after \\u");
		number = number * 16 +
			 (uint32_t)(isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
		scan_advance(scan);
	}
	*ret = number;
	return 0;
}

static int scan_low_surrogate(Scanner *scan, JsonPlace start, uint32_t *character)
{
	uint32_t low = 0;

	if (scan->at[0] == '\\' && scan->at[1] == 'u') {
		scan_advance(scan);
		scan_advance(scan);
		if (scan_hex(scan, &low) < 0)
			return -1;
	}
	if (low < 0xdc00 || low > 0xdfff) {
		scan->place = start;
		return scan_refuse(scan,
				   "half a surrogate pair; write the character itself, or both "
				   "halves of its \\u pair");
	}
	*character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
	return 0;
}

static int scan_unicode_escape(Scanner *scan, JsonPlace start, Buf *text)
{
	char bytes[4];
	uint32_t character;

	if (scan_hex(scan, &character) < 0)
		return -1;
	if (character == 0) {
		scan->place = start;
		return scan_refuse(scan, "\\u0000 is not allowed in a string");
	}
	if (character >= 0xd800 && character <= 0xdbff) {
		if (scan_low_surrogate(scan, start, &character) < 0)
			return -1;
	} else if (character >= 0xdc00 && character <= 0xdfff) {
		scan->place = start;
		return scan_refuse(scan,
				   "half a surrogate pair; write the character itself, or both "
				   "halves of its \\u pair");
	}
	buf_add(text, bytes, utf8_encode(character, bytes));
	return 0;
}

static int scan_escape(Scanner *scan, Buf *text)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	JsonPlace start = scan->place;
	const char *letter;

	scan_advance(scan);
	letter = scan_peek(scan) ? strchr(letters, scan_peek(scan)) : NULL;
	if (scan_peek(scan) == 'u') {
		scan_advance(scan);
		return scan_unicode_escape(scan, start, text);
	}
	if (!letter)
		return json_refuse(scan->err, scan->name, start,
				   "a backslash stands only before one of \" \\ / b f n r t u; "
				   "write it twice to mean itself");
	buf_putc(text, meant[letter - letters]);
	scan_advance(scan);
	return 0;
}

/* What stands for itself in a string, and is one byte and one column. */
static const char *ordinary_end(const char *at)
{
	while (*at >= ' ' && *at <= '~' && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* What ends a run of ordinary characters within a string. */
static int scan_special(Scanner *scan, JsonPlace start, Buf *text)
{
	const char *from = scan->at;

	if (scan->at == scan->end || *from == '\n')
		return json_refuse(scan->err, scan->name, start,
				   "this string has no closing '\"' on its line");
	if ((unsigned char)*from < 0x20)
		return scan_refuse(scan, "a control character (a tab?) in a string is written "
					 "as an escape, such as \\t");
	if (*from == '\\')
		return scan_escape(scan, text);
	scan_advance(scan);
	buf_add(text, from, (size_t)(scan->at - from));
	return 0;
}

int scan_string(Scanner *scan, const char **ret)
{
	const JsonPlace start = scan->place;
	Buf text = BUF_IN(scan->pool);

	scan_step(scan);
	for (;;) {
		const char *from = scan->at;

		scan_pass(scan, ordinary_end(from));
		/* Most strings need no second copy. */
		if (scan_peek(scan) == '"' && text.len == 0) {
			*ret = pool_copy(scan->pool, from, (size_t)(scan->at - from));
			break;
		}
		buf_add(&text, from, (size_t)(scan->at - from));
		if (scan_peek(scan) == '"') {
			*ret = buf_text(&text);
			break;
		}
		if (scan_special(scan, start, &text) < 0)
			return -1;
	}
	scan_step(scan);
	return 0;
}
