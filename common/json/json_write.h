/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_WRITE_H
#define SYNCWARD_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

/* JSON text as it is written, without a tree of it: for documents that are written often. Members
 * of the outermost object and items of arrays get a line of their own. */
typedef struct JsonOut {
	Buf *text;
	unsigned depth;
	bool has_item;    /* in the innermost object or array */
	bool is_one_line; /* all on one line, for files of lines */
} JsonOut;

/* A key is a plain word, NULL for an item of an array and for the whole document; bracket is '{' or
 * '['. */
void json_out_open(JsonOut *out, const char *key, char bracket);
void json_out_close(JsonOut *out, char bracket);

/* NULL is written as null. Bytes that are no UTF-8 become U+FFFD. */
void json_out_text(JsonOut *out, const char *key, const char *text);
void json_out_number(JsonOut *out, const char *key, int64_t number);
void json_out_boolean(JsonOut *out, const char *key, bool claim);
void json_out_null(JsonOut *out, const char *key);

/* Seconds with six decimals. */
void json_out_usec(JsonOut *out, const char *key, int64_t usec);

#endif
