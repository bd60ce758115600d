/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes: common/json/json_document.c common/json/json_scan.c */
/* Fuzzes: common/json/json_scanner.c common/base/utf8.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/json/json_document.h"
#include "common/json/json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Whatever is read has the shape that its type promises, and stands after its parent. */
static void check_node(const JsonNode *node, unsigned depth)
{
	if (depth > JSON_MAX_DEPTH || node->place.line == 0 || node->place.column == 0)
		abort();
	if ((node->type == JSON_STRING) != (node->string != NULL))
		abort();
	if ((node->type == JSON_NUMBER) != (node->number != NULL))
		abort();
	/* Arrays have children without a key, and other values have none. */
	if (node->type != JSON_OBJECT && json_member(node, "") != NULL)
		abort();
	for (size_t i = 0; i < node->n_children; i++) {
		const JsonNode *child = &node->children[i];

		if ((node->type == JSON_OBJECT) != (child->key != NULL))
			abort();
		if (child->key && json_member(node, child->key) != child)
			abort();
		if (child->place.line < node->place.line || !*json_type_name(child->type))
			abort();
		check_node(child, depth + 1);
	}
}

static void print_string(Buf *buf, const char *text)
{
	buf_putc(buf, '"');
	for (; *text; text++) {
		if ((unsigned char)*text < ' ')
			buf_printf(buf, "\\u%04x", (unsigned)*text);
		else
			buf_printf(buf, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	}
	buf_putc(buf, '"');
}

static void print_node(Buf *buf, const JsonNode *node)
{
	const bool is_object = node->type == JSON_OBJECT;

	if (node->type == JSON_STRING)
		print_string(buf, node->string);
	else if (node->type == JSON_NUMBER)
		buf_puts(buf, node->number);
	else if (node->type == JSON_BOOLEAN)
		buf_puts(buf, node->boolean ? "true" : "false");
	else if (node->type == JSON_NULL)
		buf_puts(buf, "null");
	else
		buf_putc(buf, is_object ? '{' : '[');
	for (size_t i = 0; i < node->n_children; i++) {
		if (i > 0)
			buf_putc(buf, ',');
		if (is_object) {
			print_string(buf, node->children[i].key);
			buf_putc(buf, ':');
		}
		print_node(buf, &node->children[i]);
	}
	if (is_object || node->type == JSON_ARRAY)
		buf_putc(buf, is_object ? '}' : ']');
}

static bool texts_same(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

static void check_same(const JsonNode *one, const JsonNode *other)
{
	if (one->type != other->type || !texts_same(one->key, other->key) ||
	    !texts_same(one->string, other->string) || !texts_same(one->number, other->number) ||
	    one->boolean != other->boolean || one->n_children != other->n_children)
		abort();
	for (size_t i = 0; i < one->n_children; i++)
		check_same(&one->children[i], &other->children[i]);
}

/* Printed by the plainest rules, what was read is read the same again. */
static void check_print(Pool *pool, const JsonNode *node)
{
	Buf buf = BUF_IN(pool);
	const JsonNode *again;
	const char *text;

	print_node(&buf, node);
	text = buf_text(&buf);
	if (strlen(text) > JSON_MAX_BYTES)
		return;
	if (json_parse(pool, "again", text, strlen(text), &again, NULL) < 0)
		abort();
	check_same(node, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO(Pool) *pool = pool_new();
	const JsonNode *node = NULL, *ours = NULL;
	Error err = {0};

	if (json_parse(pool, "fuzz", (const char *)bytes, len, &node, &err) == 0) {
		check_node(node, 0);
		check_print(pool, node);
		/* Files of our own may be larger, and are read alike. */
		if (json_parse_ours(pool, "ours", (const char *)bytes, len, &ours, NULL) < 0)
			abort();
		check_same(node, ours);
	} else if (node || err.class != ERROR_INPUT || strstr(err.text, "json-c")) {
		abort();
	}
	return 0;
}
