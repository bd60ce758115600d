/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/json/json_scanner.h"

#define KEYS_FEW 16

/* One key of the object being read, for the search for duplicates. */
typedef struct Key {
	const char *text;
	JsonPlace place;
} Key;

/* For a place between values, where people write comments. */
static int refuse_structure(const Scanner *scan, const char *sentence)
{
	bool is_comment = scan_peek(scan) == '#' ||
			  (scan_peek(scan) == '/' && (scan->at[1] == '/' || scan->at[1] == '*'));

	return scan_refuse(scan,
			   is_comment ? "JSON has no comments; use a \"comment\" key" : sentence);
}

static void skip_space(Scanner *scan)
{
	for (; scan_peek(scan) == ' ' || scan_peek(scan) == '\t' || scan_peek(scan) == '\n' ||
	       scan_peek(scan) == '\r';
	     scan->at++) {
		scan->place.column++;
		if (scan_peek(scan) == '\n') {
			scan->place.line++;
			scan->place.column = 1;
		}
	}
}

/* Printable ASCII: a character of one byte, on the same line. */
static bool is_plain(char byte)
{
	return byte >= ' ' && byte <= '~';
}

static void skip_plain(Scanner *scan)
{
	const char *to = scan->at;

	while (is_plain(*to))
		to++;
	scan_pass(scan, to);
}

/* The first pass: from here on every byte belongs to a character, and none is NUL. */
static int check_characters(Scanner scan)
{
	uint32_t character;

	while (scan.at < scan.end) {
		size_t len;

		skip_plain(&scan);
		if (scan.at == scan.end)
			break;
		len = utf8_decode(scan.at, (size_t)(scan.end - scan.at), &character);
		if (len == 0)
			return scan_refuse(&scan,
					   "this is not UTF-8; save the file in that encoding");
		if (character == 0)
			return scan_refuse(&scan, "a NUL byte is not allowed in a text file");
		if (character == 0xfeff && scan.place.line == 1 && scan.place.column == 1)
			return scan_refuse(
				&scan,
				"the file begins with a byte order mark; save it without one");
		scan.at += len;
		scan.place.column++;
		if (character == '\n') {
			scan.place.line++;
			scan.place.column = 1;
		}
	}
	return 0;
}

static int scan_digits(Scanner *scan, const char *sentence)
{
	if (!isdigit((unsigned char)scan_peek(scan)))
		return scan_refuse(scan, sentence);
	while (isdigit((unsigned char)scan_peek(scan)))
		scan_advance(scan);
	return 0;
}

static int scan_number(Scanner *scan, JsonMark *mark)
{
	const char *from = scan->at;

	mark->type = JSON_NUMBER;
	if (scan_peek(scan) == '-')
		scan_advance(scan);
	if (scan->at[0] == '0' && isdigit((unsigned char)scan->at[1]))
		return scan_refuse(scan, "a number has no leading zero");
	if (scan_digits(scan, "expected a digit after '-'") < 0)
		return -1;
	if (scan_peek(scan) == '.') {
		scan_advance(scan);
		if (scan_digits(scan, "expected a digit after the decimal point") < 0)
			return -1;
	}
	if (scan_peek(scan) == 'e' || scan_peek(scan) == 'E') {
		scan_advance(scan);
		if (scan_peek(scan) == '+' || scan_peek(scan) == '-')
			scan_advance(scan);
		if (scan_digits(scan, "expected a digit in the exponent") < 0)
			return -1;
	}
	mark->text = pool_copy(scan->pool, from, (size_t)(scan->at - from));
	return 0;
}

/* A word without quotes: one of three is JSON, others get the sentence that helps most. */
static int scan_word(Scanner *scan, JsonMark *mark)
{
	static const struct {
		const char *word;
		JsonType type;
	} words[] = {{"true", JSON_BOOLEAN}, {"false", JSON_BOOLEAN}, {"null", JSON_NULL}};
	size_t len = 0;

	while (isalnum((unsigned char)scan->at[len]) || scan->at[len] == '_')
		len++;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != len || strncasecmp(scan->at, words[i].word, len) != 0)
			continue;
		if (strncmp(scan->at, words[i].word, len) != 0)
			return scan_refuse(scan, "true, false and null are written in lower case");
		mark->type = words[i].type;
		mark->boolean = *scan->at == 't';
		scan_pass(scan, scan->at + len);
		return 0;
	}
	if ((len == 3 && strncasecmp(scan->at, "nan", 3) == 0) ||
	    (len == 8 && strncasecmp(scan->at, "infinity", 8) == 0))
		return scan_refuse(scan, "NaN and Infinity are no JSON numbers");
	return scan_refuse(scan, "expected a value; text stands in double quotes");
}

static int refuse_duplicate(const Scanner *scan, const Key *first, const Key *second)
{
	return json_refuse(scan->err, scan->name, second->place,
			   "this key stands in the same object already, at %u:%u; keep one of them",
			   first->place.line, first->place.column);
}

/* Most objects are small, and there are many. */
static int check_few_duplicates(const Scanner *scan, const Key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k-- > 0;)
			if (strcmp(keys[k].text, keys[i].text) == 0)
				return refuse_duplicate(scan, &keys[k], &keys[i]);
	return 0;
}

static int key_compare(const void *one, const void *other)
{
	const Key *a = one, *b = other;
	int order = strcmp(a->text, b->text);

	if (order != 0)
		return order;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	return a->place.column < b->place.column ? -1 : a->place.column > b->place.column;
}

/* Reports the duplicate that comes first in the file. Sorts the keys: an object of 100000 keys
 * must not take minutes. */
static int check_duplicates(const Scanner *scan, Key *keys, size_t n)
{
	const Key *first = NULL, *second = NULL;

	if (n <= KEYS_FEW)
		return check_few_duplicates(scan, keys, n);
	qsort(keys, n, sizeof(*keys), key_compare);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(keys[i - 1].text, keys[i].text) != 0)
			continue;
		if (second && (second->place.line < keys[i].place.line ||
			       (second->place.line == keys[i].place.line &&
				second->place.column < keys[i].place.column)))
			continue;
		first = &keys[i - 1];
		second = &keys[i];
	}
	return second ? refuse_duplicate(scan, first, second) : 0;
}

static int scan_value(Scanner *scan, const Key *key);

static int scan_member(Scanner *scan, const char *expected, Key *ret)
{
	ret->place = scan->place;

	if (scan_peek(scan) == '\'')
		return scan_refuse(scan, "a key stands in double quotes, not in single ones");
	if (scan_peek(scan) != '"')
		return refuse_structure(scan, expected);
	if (scan_string(scan, &ret->text) < 0)
		return -1;
	skip_space(scan);
	if (scan_peek(scan) != ':')
		return refuse_structure(scan, "expected ':' after a key");
	scan_advance(scan);
	skip_space(scan);
	return scan_value(scan, ret);
}

static int scan_members(Scanner *scan, JsonMark *mark)
{
	const char *expected = "expected a key in double quotes, or '}'";
	Key *keys = NULL, key;
	size_t n_keys = 0;

	while (n_keys > 0 || scan_peek(scan) != '}') {
		if (scan_member(scan, expected, &key) < 0)
			return -1;
		POOL_PUSH(scan->pool, keys, n_keys, key);
		skip_space(scan);
		if (scan_peek(scan) == '}')
			break;
		if (scan_peek(scan) != ',')
			return refuse_structure(scan, "expected ',' or '}' after a member");
		scan_advance(scan);
		skip_space(scan);
		expected = "expected a key in double quotes after ','";
	}
	mark->n_children = n_keys;
	return check_duplicates(scan, keys, n_keys);
}

static int scan_items(Scanner *scan, JsonMark *mark)
{
	static const Key none;
	const bool is_empty = scan_peek(scan) == ']';

	while (!is_empty) {
		if (scan_peek(scan) == ']')
			return refuse_structure(scan, "expected a value after ','");
		if (scan_value(scan, &none) < 0)
			return -1;
		mark->n_children++;
		skip_space(scan);
		if (scan_peek(scan) == ']')
			break;
		if (scan_peek(scan) != ',')
			return refuse_structure(scan, "expected ',' or ']' after an item");
		scan_advance(scan);
		skip_space(scan);
	}
	return 0;
}

static int scan_container(Scanner *scan, JsonMark *mark)
{
	mark->type = scan_peek(scan) == '{' ? JSON_OBJECT : JSON_ARRAY;
	if (scan->depth == JSON_MAX_DEPTH)
		return json_refuse(scan->err, scan->name, scan->place,
				   "objects and arrays nest at most %d deep", JSON_MAX_DEPTH);
	scan->depth++;
	scan_advance(scan);
	skip_space(scan);
	if ((mark->type == JSON_OBJECT ? scan_members(scan, mark) : scan_items(scan, mark)) < 0)
		return -1;
	scan_advance(scan);
	scan->depth--;
	return 0;
}

static int scan_scalar(Scanner *scan, JsonMark *mark)
{
	char byte = scan_peek(scan);

	if (byte == '"') {
		mark->type = JSON_STRING;
		return scan_string(scan, &mark->text);
	}
	if (byte == '-' || isdigit((unsigned char)byte))
		return scan_number(scan, mark);
	if (isalpha((unsigned char)byte))
		return scan_word(scan, mark);
	if (byte == '\'')
		return scan_refuse(scan, "a string stands in double quotes, not in single ones");
	if (scan->at == scan->end)
		return scan_refuse(scan, "the file ends where a value is expected");
	return refuse_structure(scan, "expected a value");
}

static int scan_value(Scanner *scan, const Key *key)
{
	JsonMark mark = {.place = scan->place, .key = key->text, .key_place = key->place};
	size_t index = scan->marks->n_marks;
	bool is_container = scan_peek(scan) == '{' || scan_peek(scan) == '[';

	/* A container's mark comes before those of its children. */
	POOL_PUSH(scan->pool, scan->marks->marks, scan->marks->n_marks, mark);
	if ((is_container ? scan_container(scan, &mark) : scan_scalar(scan, &mark)) < 0)
		return -1;
	scan->marks->marks[index] = mark;
	return 0;
}

int json_scan(Pool *pool, const char *name, const Value *text, size_t max_bytes, JsonMarks *ret,
	      Error *err)
{
	const Key none = {0};
	JsonMarks marks = {0};
	Scanner scan = {.pool = pool,
			.name = name,
			.at = text->bytes,
			.end = text->bytes + text->len,
			.place = {1, 1},
			.marks = &marks,
			.err = err};

	if (text->len > max_bytes)
		return json_refuse(err, name, scan.place, "the file is larger than %zu MiB",
				   max_bytes >> 20);
	if (check_characters(scan) < 0)
		return -1;
	skip_space(&scan);
	if (scan.at == scan.end)
		return scan_refuse(&scan, "the file is empty");
	if (scan_value(&scan, &none) < 0)
		return -1;
	skip_space(&scan);
	if (scan.at != scan.end)
		return refuse_structure(&scan, "unexpected text after the end of the document");
	*ret = marks;
	return 0;
}
