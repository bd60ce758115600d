/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_fields.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/suggest.h"

int reader_refuse(Reader *reader, JsonPlace place, const char *format, ...)
{
	AUTO(Pool) *scratch = pool_new();
	const char *sentence;
	va_list arguments;

	va_start(arguments, format);
	sentence = pool_vprintf(scratch, format, arguments);
	va_end(arguments);
	return json_refuse(reader->err, reader->name, place, "%s", sentence);
}

int reader_refuse_key(Reader *reader, const JsonNode *member, const char *noun,
		      const char *const *known, size_t n_known)
{
	AUTO(Pool) *scratch = pool_new();
	const char *nearest = suggest_word(member->key, known, n_known);
	Buf list = BUF_IN(scratch);

	if (nearest)
		return reader_refuse(reader, member->key_place,
				     "%s has no such key; did you mean \"%s\"?", noun, nearest);
	for (size_t i = 0; i < n_known; i++)
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", known[i]);
	return reader_refuse(reader, member->key_place, "%s has no such key; it takes %s", noun,
			     buf_text(&list));
}

static const ReaderKey *key_find(const ReaderShape *shape, const char *name)
{
	static const ReaderKey comment = {"comment", read_nothing, .offset = 0};

	for (size_t i = 0; i < shape->n_keys; i++)
		if (strcmp(shape->keys[i].name, name) == 0)
			return &shape->keys[i];
	return strcmp(name, comment.name) == 0 ? &comment : NULL;
}

static int refuse_unknown(Reader *reader, const ReaderShape *shape, const JsonNode *member)
{
	AUTO(Pool) *scratch = pool_new();
	const char **known = pool_alloc(scratch, (shape->n_keys + 1) * sizeof(*known));

	for (size_t i = 0; i < shape->n_keys; i++)
		known[i] = shape->keys[i].name;
	known[shape->n_keys] = "comment";
	return reader_refuse_key(reader, member, shape->noun, known, shape->n_keys + 1);
}

int reader_object(Reader *reader, const ReaderShape *shape, const JsonNode *object, void *target)
{
	if (object->type != JSON_OBJECT)
		return reader_refuse(reader, object->place, "%s must be an object, not %s",
				     shape->noun, json_type_name(object->type));
	for (size_t i = 0; i < object->n_children; i++) {
		const JsonNode *member = &object->children[i];
		const ReaderKey *key = key_find(shape, member->key);

		if (!key)
			return refuse_unknown(reader, shape, member);
		if (key->read(reader, key, member, (char *)target + key->offset) < 0)
			return -1;
	}
	for (size_t i = 0; i < shape->n_keys; i++)
		if (shape->keys[i].is_required && !json_member(object, shape->keys[i].name))
			return reader_refuse(reader, object->place, "%s needs \"%s\"", shape->noun,
					     shape->keys[i].name);
	return 0;
}

int reader_check_type(Reader *reader, const char *key, const JsonNode *value, JsonType type)
{
	if (value->type == type)
		return 0;
	return reader_refuse(reader, value->place, "\"%s\" must be %s, not %s", key,
			     json_type_name(type), json_type_name(value->type));
}

const char *reader_text(Reader *reader, const JsonNode *value)
{
	return pool_strdup(reader->pool, value->string);
}

int reader_array(Reader *reader, const ReaderKey *key, const JsonNode *value, JsonType item_type)
{
	if (reader_check_type(reader, key->name, value, JSON_ARRAY) < 0)
		return -1;
	for (size_t i = 0; i < value->n_children; i++) {
		const JsonNode *item = &value->children[i];

		if (item->type != item_type)
			return reader_refuse(reader, item->place,
					     "each item of \"%s\" must be %s, not %s", key->name,
					     json_type_name(item_type), json_type_name(item->type));
	}
	return 0;
}

int reader_number(Reader *reader, const char *what, const JsonNode *value, const ReaderKey *range,
		  unsigned long *ret)
{
	unsigned long number;

	errno = 0;
	number = strtoul(value->number, NULL, 10);
	if (value->number[strspn(value->number, "0123456789")] != '\0' || errno ||
	    number < range->min || number > range->max)
		return reader_refuse(reader, value->place,
				     "%s%s%s must be a whole number from %lu to %lu",
				     what ? "" : "\"", what ? what : range->name, what ? "" : "\"",
				     range->min, range->max);
	*ret = number;
	return 0;
}

int read_string(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	if (*value->string == '\0')
		return reader_refuse(reader, value->place, "\"%s\" must not be empty", key->name);
	*(const char **)field = reader_text(reader, value);
	return 0;
}

int read_path(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	if (value->string[0] != '/' || value->string[1] == '\0')
		return reader_refuse(reader, value->place,
				     "\"%s\" must be an absolute path, like /etc/...", key->name);
	*(const char **)field = reader_text(reader, value);
	return 0;
}

int read_boolean(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_BOOLEAN) < 0)
		return -1;
	*(bool *)field = value->boolean;
	return 0;
}

int read_unsigned_long(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_NUMBER) < 0)
		return -1;
	return reader_number(reader, NULL, value, key, field);
}

int read_unsigned(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	unsigned long number;

	if (read_unsigned_long(reader, key, value, &number) < 0)
		return -1;
	*(unsigned *)field = (unsigned)number;
	return 0;
}

static int refuse_word(Reader *reader, const ReaderKey *key, const JsonNode *value)
{
	AUTO(Pool) *scratch = pool_new();
	Buf list = BUF_IN(scratch);

	for (size_t i = 0; i < key->n_words; i++)
		buf_printf(&list, "%s\"%s\"", i > 0 ? " or " : "", key->words[i]);
	return reader_refuse(reader, value->place, "\"%s\" must be %s", key->name, buf_text(&list));
}

int read_word(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	if (reader_check_type(reader, key->name, value, JSON_STRING) < 0)
		return -1;
	for (size_t i = 0; i < key->n_words; i++)
		if (strcmp(key->words[i], value->string) == 0) {
			*(unsigned *)field = (unsigned)i;
			return 0;
		}
	return refuse_word(reader, key, value);
}

int read_nothing(Reader *reader, const ReaderKey *key, const JsonNode *value, void *field)
{
	(void)field;
	return reader_check_type(reader, key->name, value, JSON_STRING);
}
