/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/syncrepl/syncrepl_rule.h"

#define MAX_DEPTH 1000

/* A filter while it is read; what was read so far goes to out in one spelling. */
typedef struct FilterReader {
	const char *at;
	unsigned depth;
	Buf out;
} FilterReader;

static void skip_spaces(FilterReader *reader)
{
	reader->at += strspn(reader->at, " \t\n");
}

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '-';
}

/* A name, or numbers with single dots between. */
static bool is_oid(const char *text, size_t len)
{
	bool is_number = len > 0 && isdigit((unsigned char)*text);

	if (len == 0 || (!is_number && !isalpha((unsigned char)*text)))
		return false;
	for (size_t i = 0; i < len; i++)
		if (is_number && text[i] == '.' ? i + 1 == len || text[i + 1] == '.'
						: !(is_number ? isdigit((unsigned char)text[i])
							      : is_name_byte(text[i])))
			return false;
	return true;
}

/* An attribute description: a name or an OID, then ";option"s. */
static bool is_description(const char *text, size_t len)
{
	const char *option = memchr(text, ';', len);
	bool has_byte = true;

	if (!is_oid(text, option ? (size_t)(option - text) : len))
		return false;
	for (const char *at = option; at && at < text + len; at++) {
		if (*at != ';' && !is_name_byte(*at))
			return false;
		if (*at == ';' && !has_byte)
			return false;
		has_byte = *at != ';';
	}
	return has_byte;
}

/* The length of one escape sequence: "\2a", or what RFC 1960 knew; 0 when it is none. */
static size_t escape_len(const char *text)
{
	if (isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]))
		return 3;
	return text[1] && strchr("*()\\", text[1]) ? 2 : 0;
}

/* The value up to the parenthesis that ends its item, or the end of the text. */
static bool read_value(FilterReader *reader, bool stars_allowed, bool fold_case)
{
	while (*reader->at && *reader->at != ')') {
		size_t len = *reader->at == '\\' ? escape_len(reader->at) : 1;

		if (len == 0 || *reader->at == '(' || (*reader->at == '*' && !stars_allowed) ||
		    strncmp(reader->at, "**", 2) == 0)
			return false;
		for (; len > 0; len--, reader->at++)
			buf_putc(&reader->out,
				 (char)(fold_case ? tolower((unsigned char)*reader->at)
						  : *reader->at));
	}
	return true;
}

/* The left side of an extensible match: [attribute][:dn][:rule], with one of them at least. */
static bool is_extensible(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t name_len = colon ? (size_t)(colon - text) : len;
	bool has_name = name_len > 0;

	if (has_name && !is_description(text, name_len))
		return false;
	if (!colon)
		return has_name;
	len -= name_len + 1;
	text = colon + 1;
	colon = memchr(text, ':', len);
	if ((colon || len == 2) && strncasecmp(text, "dn", 2) == 0) {
		text = colon ? colon + 1 : text + len;
		len = colon ? len - 3 : 0;
	} else if (colon) {
		return false;
	}
	return len == 0 ? has_name : is_oid(text, len);
}

static bool read_item(FilterReader *reader)
{
	size_t len = strcspn(reader->at, "=");
	const char *name = reader->at;
	bool has_operator, is_class;

	if (name[len] != '=' || len == 0)
		return false;
	has_operator = strchr("<>~:", name[len - 1]) != NULL;
	if (has_operator && name[len - 1] == ':') {
		if (!is_extensible(name, len - 1))
			return false;
	} else if (!is_description(name, len - (has_operator ? 1 : 0))) {
		return false;
	}
	for (size_t i = 0; i <= len; i++)
		buf_putc(&reader->out, (char)tolower((unsigned char)name[i]));
	reader->at += len + 1;
	is_class = len == strlen("objectclass") && strncasecmp(name, "objectclass", len) == 0;
	return read_value(reader, !has_operator, is_class);
}

static bool read_filter(FilterReader *reader);

static bool read_list(FilterReader *reader)
{
	bool is_not = *reader->at == '!';
	size_t n_filters = 0;

	buf_putc(&reader->out, *reader->at++);
	for (skip_spaces(reader); *reader->at != ')'; skip_spaces(reader)) {
		if (*reader->at != '(' || !read_filter(reader))
			return false;
		n_filters++;
	}
	return !is_not || n_filters == 1;
}

/* A filter in its parentheses. */
static bool read_filter(FilterReader *reader)
{
	bool is_valid;

	if (reader->depth++ > MAX_DEPTH)
		return false;
	buf_putc(&reader->out, *reader->at++);
	skip_spaces(reader);
	is_valid =
		*reader->at && strchr("&|!", *reader->at) ? read_list(reader) : read_item(reader);
	if (!is_valid || *reader->at != ')')
		return false;
	buf_putc(&reader->out, *reader->at++);
	reader->depth--;
	return true;
}

const char *syncrepl_filter_normalise(Pool *pool, const char *text)
{
	FilterReader reader = {.at = text, .out = BUF_IN(pool)};
	bool is_valid;

	if (*reader.at == '(') {
		is_valid = read_filter(&reader);
	} else {
		buf_putc(&reader.out, '(');
		is_valid = read_item(&reader);
		buf_putc(&reader.out, ')');
	}
	return is_valid && !*reader.at ? buf_text(&reader.out) : NULL;
}

bool syncrepl_filter_is_valid(const char *text)
{
	AUTO(Pool) *scratch = pool_new();

	return syncrepl_filter_normalise(scratch, text) != NULL;
}
