/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_FIELDS_H
#define SYNCWARD_JSON_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/json/json_document.h"

/* Reads JSON objects into structs by tables of keys. Messages name keys of the tables only, never
 * text of the file: any of it may be a password in the wrong place. */
typedef struct Reader {
	Pool *pool;
	const char *name; /* the file's name, for messages */
	Error *err;
} Reader;

typedef struct ReaderKey ReaderKey;

/* Reads one value into the field at the key's offset. */
typedef int ReaderFunction(Reader *reader, const ReaderKey *key, const JsonNode *value,
			   void *field);

struct ReaderKey {
	const char *name;
	ReaderFunction *read;
	size_t offset;
	bool is_required;
	unsigned long min; /* read_unsigned, read_unsigned_long */
	unsigned long max;
	const char *const *words; /* read_word */
	size_t n_words;
};

/* What one kind of object takes; every object takes "comment" besides, a string. */
typedef struct ReaderShape {
	const char *noun; /* "a peer": for messages */
	const ReaderKey *keys;
	size_t n_keys;
} ReaderShape;

/* Reads an object's members into the struct at target; refuses unknown and missing keys. */
int reader_object(Reader *reader, const ReaderShape *shape, const JsonNode *object, void *target);

/* Fills the reader's error with the place and the sentence; returns -1. */
int reader_refuse(Reader *reader, JsonPlace place, const char *format, ...) PRINTF_LIKE(3, 4);

/* Refuses a key that nothing knows, with the nearest one of those that are. */
int reader_refuse_key(Reader *reader, const JsonNode *member, const char *noun,
		      const char *const *known, size_t n_known);

/* Refuses a value of another type: `"uri" must be a string, not a number`. */
int reader_check_type(Reader *reader, const char *key, const JsonNode *value, JsonType type);

/* The text of a string, kept in the reader's pool: documents do not live as long as what is read
 * from them. */
const char *reader_text(Reader *reader, const JsonNode *value);

/* Refuses what is no array of items of that type. */
int reader_array(Reader *reader, const ReaderKey *key, const JsonNode *value, JsonType item_type);

/* A whole number as written without sign, fraction and exponent; refuses others and what lies
 * outside min and max. what is how the message calls it; NULL: range's name in quotes. */
int reader_number(Reader *reader, const char *what, const JsonNode *value, const ReaderKey *range,
		  unsigned long *ret);

/* Functions for tables. */
ReaderFunction read_string;        /* const char *, not empty */
ReaderFunction read_path;          /* const char *, absolute */
ReaderFunction read_boolean;       /* bool */
ReaderFunction read_unsigned;      /* unsigned, or int for what cannot be negative */
ReaderFunction read_unsigned_long; /* unsigned long */
ReaderFunction read_word;          /* an enum: the word's index */
ReaderFunction read_nothing;       /* any string: "$schema", "comment" */

#endif
