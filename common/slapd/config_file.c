/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/config_file.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define FILE_SUFFIX ".ldif"

/* A stretch of text. */
typedef struct Part {
	const char *at;
	size_t len;
} Part;

static Part part_trim(Part part)
{
	while (part.len > 0 && isspace((unsigned char)part.at[0])) {
		part.at++;
		part.len--;
	}
	while (part.len > 0 && isspace((unsigned char)part.at[part.len - 1]))
		part.len--;
	return part;
}

static bool part_equal(Part one, Part other)
{
	return one.len == other.len && strncasecmp(one.at, other.at, one.len) == 0;
}

/* Cuts the last part after a separator off the text; a text without one is the part. */
static Part part_pop_last(Part *text, char separator)
{
	size_t start = text->len;
	Part part;

	while (start > 0 && text->at[start - 1] != separator)
		start--;
	part = (Part){text->at + start, text->len - start};
	text->len = start > 0 ? start - 1 : 0;
	return part;
}

static Part part_pop_first(Part *text, char separator)
{
	const char *end = memchr(text->at, separator, text->len);
	const Part part = {text->at, end ? (size_t)(end - text->at) : text->len};
	const size_t used = part.len + (end ? 1 : 0);

	text->at += used;
	text->len -= used;
	return part;
}

/* The value without "{n}" at its beginning or end. */
static Part value_unnumbered(Part value)
{
	const char *open = memchr(value.at, '{', value.len);
	const char *close = open ? memchr(open, '}', value.len - (size_t)(open - value.at)) : NULL;

	if (!close)
		return value;
	if (open == value.at)
		return (Part){close + 1, value.len - (size_t)(close + 1 - value.at)};
	if (close + 1 == value.at + value.len)
		return (Part){value.at, (size_t)(open - value.at)};
	return value;
}

static bool name_part_matches(Part file, Part rdn)
{
	Part file_value = file, rdn_value = rdn;

	if (part_equal(file, rdn))
		return true;
	if (memchr(rdn.at, '{', rdn.len) ||
	    !part_equal(part_pop_first(&file_value, '='), part_pop_first(&rdn_value, '=')))
		return false;
	return part_equal(value_unnumbered(file_value), rdn_value);
}

bool config_file_is_of(const char *file, const char *dn)
{
	Part path = {file, strlen(file)}, name = {dn, strlen(dn)};
	const size_t n_suffix = sizeof(FILE_SUFFIX) - 1;

	if (path.len <= n_suffix || strcmp(file + path.len - n_suffix, FILE_SUFFIX) != 0)
		return false;
	path.len -= n_suffix;
	/* The path goes from the root down, the DN from the entry up. */
	while (path.len > 0 && name.len > 0)
		if (!name_part_matches(part_pop_first(&path, '/'),
				       part_trim(part_pop_last(&name, ','))))
			return false;
	return path.len == 0 && name.len == 0;
}
