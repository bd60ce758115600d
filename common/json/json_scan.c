/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/json/json_scanner.h"

#define KEYS_FEW 16

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
		scan_step(scan);
	return 0;
}

static int scan_number(Scanner *scan, JsonNode *node)
{
	const char *from = scan->at;

	node->type = JSON_NUMBER;
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
	node->number = pool_copy(scan->pool, from, (size_t)(scan->at - from));
	return 0;
}

/* A word without quotes: one of three is JSON, others get the sentence that helps most. */
static int scan_word(Scanner *scan, JsonNode *node)
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
		node->type = words[i].type;
		node->boolean = *scan->at == 't';
		scan_pass(scan, scan->at + len);
		return 0;
	}
	if ((len == 3 && strncasecmp(scan->at, "nan", 3) == 0) ||
	    (len == 8 && strncasecmp(scan->at, "infinity", 8) == 0))
		return scan_refuse(scan, "NaN and Infinity are no JSON numbers");
	return scan_refuse(scan, "expected a value; text stands in double quotes");
}

static int refuse_duplicate(const Scanner *scan, const JsonNode *first, const JsonNode *second)
{
	return json_refuse(scan->err, scan->name, second->key_place,
			   "this key stands in the same object already, at %u:%u; keep one of them",
			   first->key_place.line, first->key_place.column);
}

/* Most objects are small, and there are many. */
static int check_few_duplicates(const Scanner *scan, const JsonNode *members, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k-- > 0;)
			if (strcmp(members[k].key, members[i].key) == 0)
				return refuse_duplicate(scan, &members[k], &members[i]);
	return 0;
}

/* Members of one object stand in the order of their places. */
static int member_compare(const void *one, const void *other)
{
	const JsonNode *a = *(const JsonNode *const *)one, *b = *(const JsonNode *const *)other;
	int order = strcmp(a->key, b->key);

	return order != 0 ? order : a < b ? -1 : a > b;
}

/* Reports the duplicate that comes first in the file. Sorts the keys: an object of 100000 keys
 * must not take minutes. */
static int check_duplicates(const Scanner *scan, const JsonNode *members, size_t n)
{
	const JsonNode *first = NULL, *second = NULL, **sorted;

	if (n <= KEYS_FEW)
		return check_few_duplicates(scan, members, n);
	sorted = pool_alloc(scan->scratch, n * sizeof(const JsonNode *));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &members[i];
	qsort(sorted, n, sizeof(*sorted), member_compare);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0 ||
		    (second && second < sorted[i]))
			continue;
		first = sorted[i - 1];
		second = sorted[i];
	}
	return second ? refuse_duplicate(scan, first, second) : 0;
}

static int scan_value(Scanner *scan, const char *key, JsonPlace key_place);

static int scan_member(Scanner *scan, const char *expected)
{
	const JsonPlace place = scan->place;
	const char *key;

	if (scan_peek(scan) == '\'')
		return scan_refuse(scan, "a key stands in double quotes, not in single ones");
	if (scan_peek(scan) != '"')
		return refuse_structure(scan, expected);
	if (scan_string(scan, &key) < 0)
		return -1;
	skip_space(scan);
	if (scan_peek(scan) != ':')
		return refuse_structure(scan, "expected ':' after a key");
	scan_step(scan);
	skip_space(scan);
	return scan_value(scan, key, place);
}

static int scan_members(Scanner *scan)
{
	const char *expected = "expected a key in double quotes, or '}'";
	bool is_empty = scan_peek(scan) == '}';

	while (!is_empty) {
		if (scan_member(scan, expected) < 0)
			return -1;
		skip_space(scan);
		if (scan_peek(scan) == '}')
			break;
		if (scan_peek(scan) != ',')
			return refuse_structure(scan, "expected ',' or '}' after a member");
		scan_step(scan);
		skip_space(scan);
		expected = "expected a key in double quotes after ','";
	}
	return 0;
}

static int scan_items(Scanner *scan)
{
	const bool is_empty = scan_peek(scan) == ']';

	while (!is_empty) {
		if (scan_peek(scan) == ']')
			return refuse_structure(scan, "expected a value after ','");
		if (scan_value(scan, NULL, (JsonPlace){0}) < 0)
			return -1;
		skip_space(scan);
		if (scan_peek(scan) == ']')
			break;
		if (scan_peek(scan) != ',')
			return refuse_structure(scan, "expected ',' or ']' after an item");
		scan_step(scan);
		skip_space(scan);
	}
	return 0;
}

/* What was found from there on. */
static void take_children(Scanner *scan, size_t first, JsonNode *node)
{
	node->n_children = scan->n_found - first;
	scan->n_found = first;
	if (node->n_children == 0)
		return;
	node->children = pool_alloc(scan->pool, node->n_children * sizeof(*node->children));
	memcpy(node->children, scan->found + first, node->n_children * sizeof(*node->children));
}

static int scan_container(Scanner *scan, JsonNode *node)
{
	const size_t first = scan->n_found;

	node->type = scan_peek(scan) == '{' ? JSON_OBJECT : JSON_ARRAY;
	if (scan->depth == JSON_MAX_DEPTH)
		return json_refuse(scan->err, scan->name, scan->place,
				   "objects and arrays nest at most %d deep", JSON_MAX_DEPTH);
	scan->depth++;
	scan_step(scan);
	skip_space(scan);
	if ((node->type == JSON_OBJECT ? scan_members(scan) : scan_items(scan)) < 0)
		return -1;
	take_children(scan, first, node);
	if (node->type == JSON_OBJECT &&
	    check_duplicates(scan, node->children, node->n_children) < 0)
		return -1;
	scan_step(scan);
	scan->depth--;
	return 0;
}

static int scan_scalar(Scanner *scan, JsonNode *node)
{
	char byte = scan_peek(scan);

	if (byte == '"') {
		node->type = JSON_STRING;
		return scan_string(scan, &node->string);
	}
	if (byte == '-' || isdigit((unsigned char)byte))
		return scan_number(scan, node);
	if (isalpha((unsigned char)byte))
		return scan_word(scan, node);
	if (byte == '\'')
		return scan_refuse(scan, "a string stands in double quotes, not in single ones");
	if (scan->at == scan->end)
		return scan_refuse(scan, "the file ends where a value is expected");
	return refuse_structure(scan, "expected a value");
}

static int scan_value(Scanner *scan, const char *key, JsonPlace key_place)
{
	JsonNode node = {.place = scan->place, .key = key, .key_place = key_place};
	const bool is_container = scan_peek(scan) == '{' || scan_peek(scan) == '[';

	if ((is_container ? scan_container(scan, &node) : scan_scalar(scan, &node)) < 0)
		return -1;
	POOL_PUSH(scan->scratch, scan->found, scan->n_found, node);
	return 0;
}

int json_scan(Pool *pool, const char *name, const Value *text, size_t max_bytes, JsonNode *ret,
	      Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Scanner scan = {.pool = pool,
			.scratch = scratch,
			.name = name,
			.at = text->bytes,
			.end = text->bytes + text->len,
			.place = {1, 1},
			.err = err};

	if (text->len > max_bytes)
		return json_refuse(err, name, scan.place, "the file is larger than %zu MiB",
				   max_bytes >> 20);
	if (check_characters(scan) < 0)
		return -1;
	skip_space(&scan);
	if (scan.at == scan.end)
		return scan_refuse(&scan, "the file is empty");
	if (scan_value(&scan, NULL, (JsonPlace){0}) < 0)
		return -1;
	skip_space(&scan);
	if (scan.at != scan.end)
		return refuse_structure(&scan, "unexpected text after the end of the document");
	*ret = scan.found[0];
	return 0;
}
