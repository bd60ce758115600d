/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/syncrepl/syncrepl_rule.h"

#define RETRY_SEPARATORS " ,\t"

bool syncrepl_read_int(const char *text, int base, int *ret)
{
	char *end;
	long number = strtol(text, &end, base);

	if (end == text || *end || number > INT_MAX || number < INT_MIN)
		return false;
	*ret = (int)number;
	return true;
}

bool syncrepl_read_any_base(const char *text, unsigned long *ret)
{
	int number;

	if (!syncrepl_read_int(text, 0, &number) || number < 0)
		return false;
	*ret = (unsigned long)number;
	return true;
}

/* One field of dd:hh:mm:ss up to the given end byte. */
static bool read_field(const char **text, int max, char ends_with, unsigned long *ret)
{
	char *end;
	int number = (int)strtol(*text, &end, 10);

	if (end == *text || *end != ends_with || number < 0 || number > max)
		return false;
	*text = end + 1;
	*ret = (unsigned long)number;
	return true;
}

static bool read_clock(const char *text, unsigned long *ret)
{
	unsigned long days, hours, minutes, seconds;

	if (!read_field(&text, INT_MAX, ':', &days) || !read_field(&text, 24, ':', &hours) ||
	    !read_field(&text, 60, ':', &minutes) || !read_field(&text, 60, '\0', &seconds))
		return false;
	*ret = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
	/* slapd counts in an int and refuses what turned negative. */
	return (int)*ret >= 0;
}

bool syncrepl_read_interval(const char *text, unsigned long *ret)
{
	static const char units[] = "dhms";
	static const unsigned long seconds[] = {86400, 3600, 60, 1};
	unsigned long total = 0;
	int last = -1;

	if (strchr(text, ':'))
		return read_clock(text, ret);
	while (*text) {
		char *end;
		const char *unit;
		unsigned long number = *text == '-' ? 0 : strtoul(text, &end, 10);

		if (*text == '-' || end == text)
			return false;
		if (!*end) {
			total += number;
			break;
		}
		unit = strchr(units, *end);
		if (!unit || (int)(unit - units) <= last)
			return false;
		last = (int)(unit - units);
		total += number * seconds[last];
		text = end + 1;
	}
	*ret = total;
	return (long)total >= 0;
}

static bool read_retry_interval(const char *text, unsigned long *ret)
{
	char *end;

	if (*text == '-' || isspace((unsigned char)*text))
		return false;
	errno = 0;
	*ret = strtoul(text, &end, 10);
	return end != text && !*end && errno == 0;
}

const char *syncrepl_retry_canonical(Pool *pool, const char *value)
{
	char *words = pool_strdup(pool, value), *next = NULL;
	Buf buf = BUF_IN(pool);
	bool is_done = false;
	size_t n_words = 0;
	unsigned long seconds = 0;

	if (strcasecmp(value, "undefined") == 0)
		return "3600 +";
	for (char *word = strtok_r(words, RETRY_SEPARATORS, &next); word;
	     word = strtok_r(NULL, RETRY_SEPARATORS, &next)) {
		bool is_count = n_words++ % 2 == 1;
		int count;

		if (is_done)
			continue;
		if (!is_count) {
			if (!read_retry_interval(word, &seconds))
				return NULL;
			continue;
		}
		is_done = *word == '+';
		if (!is_done && (!syncrepl_read_int(word, 10, &count) || count <= 0))
			return NULL;
		buf_printf(&buf, "%s%lu ", buf.len > 0 ? " " : "", seconds);
		if (is_done)
			buf_putc(&buf, '+');
		else
			buf_printf(&buf, "%d", count);
	}
	return n_words % 2 == 0 ? buf_text(&buf) : NULL;
}

/* Nearly all end in "+", and whatever stands before that does not give up, or is no list at all. */
bool syncrepl_gives_up(const char *retry)
{
	const size_t len = retry ? strlen(retry) : 0;
	AUTO(Pool) *scratch = NULL;
	const char *canonical;

	if (len == 0 || retry[len - 1] == '+')
		return false;
	scratch = pool_new();
	canonical = syncrepl_retry_canonical(scratch, retry);
	return canonical && *canonical && canonical[strlen(canonical) - 1] != '+';
}

bool syncrepl_read_keepalive(const char *text, int ret[3])
{
	for (size_t i = 0; i < 3; i++) {
		char ends_with = i < 2 ? ':' : '\0';
		char *end;

		if (*text == ends_with) {
			ret[i] = 0;
			text++;
			continue;
		}
		ret[i] = (int)strtol(text, &end, 10);
		if (end == text || *end != ends_with || ret[i] < 0)
			return false;
		text = end + 1;
	}
	return true;
}
