/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/json/json_document.h"
#include "common/json/json_scan.h"

typedef struct BadText {
	const char *text;
	size_t len; /* 0: strlen(text) */
	const char *message;
} BadText;

static const BadText bad_texts[] = {
	{"", 0, "f:1:1: the file is empty"},
	{" \n\t ", 0, "f:2:3: the file is empty"},
	{"\xef\xbb\xbf{}", 0, "f:1:1: the file begins with a byte order mark; save it without one"},
	{"{}\0", 3, "f:1:3: a NUL byte is not allowed in a text file"},
	{"[\"\xc3\"]", 0, "f:1:3: this is not UTF-8; save the file in that encoding"},
	{"[\"\xc0\xaf\"]", 0, "f:1:3: this is not UTF-8; save the file in that encoding"},
	{"[\"\xed\xa0\x80\"]", 0, "f:1:3: this is not UTF-8; save the file in that encoding"},
	{"[\"\xf4\x90\x80\x80\"]", 0, "f:1:3: this is not UTF-8; save the file in that encoding"},
	{"[\"a\tb\"]", 0,
	 "f:1:4: a control character (a tab?) in a string is written as an escape, such as \\t"},
	{"[\"a\nb\"]", 0, "f:1:2: this string has no closing '\"' on its line"},
	{"[\"a", 0, "f:1:2: this string has no closing '\"' on its line"},
	{"[\"\\x\"]", 0,
	 "f:1:3: a backslash stands only before one of \" \\ / b f n r t u; write it twice to "
	 "mean itself"},
	{"[\"\\u12g4\"]", 0, "f:1:7: expected four hexadecimal digits after \\u"},
	{"[\"\\u0000\"]", 0, "f:1:3: \\u0000 is not allowed in a string"},
	{"[\"\\ud800\"]", 0,
	 "f:1:3: half a surrogate pair; write the character itself, or both halves of its \\u "
	 "pair"},
	{"[\"\\ud800\\u0041\"]", 0,
	 "f:1:3: half a surrogate pair; write the character itself, or both halves of its \\u "
	 "pair"},
	{"[\"\\udc00\"]", 0,
	 "f:1:3: half a surrogate pair; write the character itself, or both halves of its \\u "
	 "pair"},
	{"[01]", 0, "f:1:2: a number has no leading zero"},
	{"[-]", 0, "f:1:3: expected a digit after '-'"},
	{"[1.]", 0, "f:1:4: expected a digit after the decimal point"},
	{"[1e]", 0, "f:1:4: expected a digit in the exponent"},
	{"[1e+]", 0, "f:1:5: expected a digit in the exponent"},
	{"[+1]", 0, "f:1:2: expected a value"},
	{"[.5]", 0, "f:1:2: expected a value"},
	{"[0x10]", 0, "f:1:3: expected ',' or ']' after an item"},
	{"[NaN]", 0, "f:1:2: NaN and Infinity are no JSON numbers"},
	{"[Infinity]", 0, "f:1:2: NaN and Infinity are no JSON numbers"},
	{"[-Infinity]", 0, "f:1:3: expected a digit after '-'"},
	{"[True]", 0, "f:1:2: true, false and null are written in lower case"},
	{"[yes]", 0, "f:1:2: expected a value; text stands in double quotes"},
	{"[truex]", 0, "f:1:2: expected a value; text stands in double quotes"},
	{"['a']", 0, "f:1:2: a string stands in double quotes, not in single ones"},
	{"{'a': 1}", 0, "f:1:2: a key stands in double quotes, not in single ones"},
	{"{} // end", 0, "f:1:4: JSON has no comments; use a \"comment\" key"},
	{"{\"a\":1, # one\n}", 0, "f:1:9: JSON has no comments; use a \"comment\" key"},
	{"{\"a\":1 /* one */}", 0, "f:1:8: JSON has no comments; use a \"comment\" key"},
	{"[// one\n1]", 0, "f:1:2: JSON has no comments; use a \"comment\" key"},
	{"{}{}", 0, "f:1:3: unexpected text after the end of the document"},
	{"[1,]", 0, "f:1:4: expected a value after ','"},
	{"[1 2]", 0, "f:1:4: expected ',' or ']' after an item"},
	{"{\"a\":1,}", 0, "f:1:8: expected a key in double quotes after ','"},
	{"{\"a\" 1}", 0, "f:1:6: expected ':' after a key"},
	{"{\"a\":1 \"b\":2}", 0, "f:1:8: expected ',' or '}' after a member"},
	{"{1:2}", 0, "f:1:2: expected a key in double quotes, or '}'"},
	{"{\"a\":", 0, "f:1:6: the file ends where a value is expected"},
	{"{\"a\":}", 0, "f:1:6: expected a value"},
	{"[\f1]", 0, "f:1:2: expected a value"},
	{"[1\v]", 0, "f:1:3: expected ',' or ']' after an item"},
	{"{\n \"a\": 1,\n \"\\u0061\": 2\n}", 0,
	 "f:3:2: this key stands in the same object already, at 2:2; keep one of them"},
	{"{\"b\":1,\"a\":1,\"b\":2,\"a\":2}", 0,
	 "f:1:14: this key stands in the same object already, at 1:2; keep one of them"},
	{"[\"\xc3\xa4\xf0\x9f\x98\x80\", x]", 0,
	 "f:1:8: expected a value; text stands in double quotes"},
};

static void faults_are_named_with_their_place_in_characters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_texts); i++) {
		AUTO(Pool) *pool = pool_new();
		const BadText *bad = &bad_texts[i];
		const JsonNode *node = NULL;
		Error err = {0};

		assert_int_equal(json_parse(pool, "f", bad->text,
					    bad->len ? bad->len : strlen(bad->text), &node, &err),
				 -1);
		assert_string_equal(err.text, bad->message);
		assert_int_equal(err.class, ERROR_INPUT);
		assert_null(node);
	}
}

static const JsonNode *parse(Pool *pool, const char *text)
{
	const JsonNode *node = NULL;
	Error err = {0};

	if (json_parse(pool, "f", text, strlen(text), &node, &err) < 0)
		fail_msg("%s", err.text);
	return node;
}

static void every_type_arrives_with_key_value_and_place(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const JsonNode *node = parse(pool, "{\r\n\t\"s\": \"\xc3\xa4\", \"n\": -1.50E+2,\n"
					   "\"b\": true, \"z\": null, \"a\": [ {}, false ]}");
	const JsonNode *array = json_member(node, "a");

	(void)state;
	assert_int_equal(node->type, JSON_OBJECT);
	assert_int_equal(node->n_children, 5);
	assert_string_equal(node->children[0].key, "s");
	assert_string_equal(node->children[0].string, "\xc3\xa4");
	assert_int_equal(node->children[0].key_place.line, 2);
	assert_int_equal(node->children[0].key_place.column, 2);
	assert_int_equal(node->children[0].place.column, 7);
	assert_string_equal(node->children[1].number, "-1.50E+2");
	assert_int_equal(node->children[1].key_place.column, 12);
	assert_true(json_member(node, "b")->boolean);
	assert_int_equal(json_member(node, "z")->type, JSON_NULL);
	assert_int_equal(array->n_children, 2);
	assert_int_equal(array->children[0].place.line, 3);
	assert_int_equal(array->children[0].place.column, 30);
	assert_null(array->children[0].key);
	assert_false(array->children[1].boolean);
	assert_null(json_member(node, "none"));
	assert_null(json_member(array, "none"));
}

static void escapes_are_decoded(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const JsonNode *node =
		parse(pool, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20AC\\uD83D\\ude00\"]");

	(void)state;
	assert_string_equal(node->children[0].string,
			    "\"\\/\b\f\n\r\t\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void a_lone_value_is_a_document(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(parse(pool, "0")->number, "0");
	assert_string_equal(parse(pool, "123456789012345678901234567890")->number,
			    "123456789012345678901234567890");
	assert_string_equal(parse(pool, " -0.0e-1 ")->number, "-0.0e-1");
	assert_int_equal(parse(pool, "null")->type, JSON_NULL);
	assert_string_equal(parse(pool, "\"\"")->string, "");
	assert_int_equal(parse(pool, "{\"\":1}")->n_children, 1);
}

static int parse_nested(Pool *pool, int depth, Error *err)
{
	Buf text = BUF_IN(pool);
	const JsonNode *node = NULL;

	for (int i = 0; i < depth; i++)
		buf_putc(&text, '[');
	for (int i = 0; i < depth; i++)
		buf_putc(&text, ']');
	return json_parse(pool, "f", text.bytes, text.len, &node, err);
}

static void nesting_ends_at_the_limit(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Error err = {0};

	(void)state;
	assert_int_equal(parse_nested(pool, JSON_MAX_DEPTH, &err), 0);
	assert_int_equal(parse_nested(pool, JSON_MAX_DEPTH + 1, &err), -1);
	assert_string_equal(err.text, "f:1:17: objects and arrays nest at most 16 deep");
}

static void one_byte_more_than_the_limit_is_refused(void **state)
{
	AUTO(Pool) *pool = pool_new();
	char *text = pool_alloc(pool, JSON_MAX_BYTES + 2);
	const JsonNode *node = NULL;
	Error err = {0};

	(void)state;
	memset(text, ' ', JSON_MAX_BYTES + 1);
	text[0] = '1';
	assert_int_equal(json_parse(pool, "f", text, JSON_MAX_BYTES, &node, &err), 0);
	assert_int_equal(json_parse(pool, "f", text, JSON_MAX_BYTES + 1, &node, &err), -1);
	assert_string_equal(err.text, "f:1:1: the file is larger than 1 MiB");
}

static void a_key_may_recur_in_another_object(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_int_equal(parse(pool, "{\"a\":{\"a\":1},\"A\":[{\"a\":1},{\"a\":1}]}")->n_children,
			 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_named_with_their_place_in_characters),
		cmocka_unit_test(every_type_arrives_with_key_value_and_place),
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(a_lone_value_is_a_document),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(one_byte_more_than_the_limit_is_refused),
		cmocka_unit_test(a_key_may_recur_in_another_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
