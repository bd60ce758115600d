/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/slapd/config_file.h"

const char *config_file_of(Pool *pool, const char *dn)
{
	const char *file = "";

	/* "a,b,cn=config" is cn=config/b/a.ldif; no name in cn=config holds a comma. */
	while (*dn) {
		const size_t len = strcspn(dn, ",");

		file = pool_printf(pool, "%.*s%s%s", (int)len, dn, *file ? "/" : "", file);
		dn += len + (dn[len] == ',');
	}
	return pool_printf(pool, "%s.ldif", file);
}

/* --- LDIF --- */

static int base64_digit(char letter)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = letter ? strchr(digits, letter) : NULL;

	return found ? (int)(found - digits) : -1;
}

static void base64_decode(Pool *pool, const char *text, Value *ret)
{
	Buf bytes = BUF_IN(pool);
	unsigned bits = 0;
	int n_bits = 0;

	for (; base64_digit(*text) >= 0; text++) {
		bits = bits << 6 | (unsigned)base64_digit(*text);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		buf_putc(&bytes, (char)(bits >> n_bits & 0xff));
	}
	*ret = (Value){.bytes = buf_text(&bytes), .len = bytes.len};
}

/* One logical line: folds are undone. NULL at the end. */
static char *next_line(Pool *pool, const char **rest, const char *end)
{
	Buf line = BUF_IN(pool);

	if (*rest >= end)
		return NULL;
	buf_puts(&line, "");
	for (;;) {
		const char *stop = memchr(*rest, '\n', (size_t)(end - *rest));
		const size_t len = (size_t)((stop ? stop : end) - *rest);

		buf_add(&line, *rest, len);
		*rest += len + (stop != NULL);
		if (*rest >= end || **rest != ' ')
			return line.bytes;
		(*rest)++;
	}
}

static bool take_line(Pool *pool, char *line, Entry *entry)
{
	char *colon = strchr(line, ':');
	Value value;

	if (!colon || colon == line)
		return false;
	*colon++ = '\0';
	if (*colon == ':') {
		base64_decode(pool, colon + 1 + strspn(colon + 1, " "), &value);
	} else {
		value.bytes = colon + strspn(colon, " ");
		value.len = strlen(value.bytes);
	}
	if (strcasecmp(line, "dn") == 0)
		entry->dn = value.bytes;
	else
		entry_add_value(pool, entry, line, value.bytes, value.len);
	return true;
}

bool config_file_parse(Pool *pool, const char *bytes, size_t len, Entry *ret)
{
	const char *rest = bytes, *const end = bytes + len;
	Entry entry = {0};
	char *line;

	while ((line = next_line(pool, &rest, end)))
		if (*line && *line != '#' && !take_line(pool, line, &entry))
			return false;
	if (!entry.dn)
		return false;
	*ret = entry;
	return true;
}

/* --- comparing --- */

static bool has_value(const Attribute *attribute, const Value *value)
{
	for (size_t i = 0; i < attribute->n_values; i++)
		if (attribute->values[i].len == value->len &&
		    memcmp(attribute->values[i].bytes, value->bytes, value->len) == 0)
			return true;
	return false;
}

static bool attribute_differs(const Attribute *live, const Entry *file)
{
	const Attribute *kept = entry_attribute(file, live->name);

	if (!kept || kept->n_values != live->n_values)
		return true;
	for (size_t i = 0; i < live->n_values; i++)
		if (!has_value(kept, &live->values[i]))
			return true;
	return false;
}

const char *config_file_difference(const Entry *live, const Entry *file)
{
	static const char *const passed_over[] = {"olcConfigDir", "olcConfigFile", "modifiersName",
						  "modifyTimestamp"};

	for (size_t i = 0; i < live->n_attributes; i++) {
		bool is_compared = true;

		for (size_t k = 0; k < ARRAY_SIZE(passed_over); k++)
			is_compared = is_compared &&
				      strcasecmp(live->attributes[i].name, passed_over[k]) != 0;
		if (is_compared && attribute_differs(&live->attributes[i], file))
			return live->attributes[i].name;
	}
	return NULL;
}
