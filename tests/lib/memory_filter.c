/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "tests/lib/memory_internal.h"

#define NAME_SIZE 128

/* "(" "|" ... ")": the parts one after another. */
static int list_match(const char **filter, const Entry *entry);

static bool part_copy(const char *from, size_t len, char *ret)
{
	if (len >= NAME_SIZE)
		return false;
	memcpy(ret, from, len);
	ret[len] = '\0';
	return true;
}

/* Text is enough: CSNs of one server ID order as text. */
static bool has_value_from(const Entry *entry, const char *name, const char *least)
{
	const Attribute *attribute = entry_attribute(entry, name);

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (strcmp(attribute->values[i].bytes, least) >= 0)
			return true;
	return false;
}

/* "name=value)" with value "*" for any, or "name>=value)"; no other form is known here. */
static int item_match(const char **filter, const Entry *entry)
{
	const char *equal = strpbrk(*filter, "=)"), *end = strchr(*filter, ')');
	char name[NAME_SIZE], value[NAME_SIZE];

	if (!equal || !end || *equal != '=' ||
	    !part_copy(*filter, (size_t)(equal - *filter), name) ||
	    !part_copy(equal + 1, (size_t)(end - equal - 1), value))
		return -1;
	*filter = end + 1;
	if (equal[-1] == '>') {
		name[strlen(name) - 1] = '\0';
		return has_value_from(entry, name, value);
	}
	if (strcmp(value, "*") == 0)
		return entry_attribute(entry, name) || strcasecmp(name, "objectClass") == 0;
	return strchr(value, '*') ? -1 : entry_has_value(entry, name, value);
}

static int one_match(const char **filter, const Entry *entry)
{
	if (**filter != '(')
		return -1;
	(*filter)++;
	return **filter == '|' || **filter == '&' || **filter == '!' ? list_match(filter, entry)
								     : item_match(filter, entry);
}

static int list_match(const char **filter, const Entry *entry)
{
	const char kind = *(*filter)++;
	int result = kind == '&';

	while (**filter == '(') {
		const int part = one_match(filter, entry);

		if (part < 0)
			return -1;
		result = kind == '&' ? (result && part) : (result || part);
	}
	if (*(*filter)++ != ')')
		return -1;
	return kind == '!' ? !result : result;
}

int memory_filter_match(const char *filter, const Entry *entry)
{
	const int result = one_match(&filter, entry);

	return *filter ? -1 : result;
}
