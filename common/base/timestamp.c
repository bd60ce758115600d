/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/timestamp.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

/* By hand: it is done for every peer in every pass. */
static char *digits_write(char *text, unsigned n, int number)
{
	for (unsigned i = n; i > 0; i--, number /= 10)
		text[i - 1] = (char)('0' + number % 10);
	return text + n;
}

const char *timestamp_print(int64_t sec, char ret[TIMESTAMP_SIZE])
{
	const time_t when = (time_t)sec;
	struct tm date;
	char *at = ret;

	if (sec < 0 || !gmtime_r(&when, &date) || date.tm_year > 9999 - 1900)
		return NULL;
	at = digits_write(at, 4, date.tm_year + 1900);
	*at++ = '-';
	at = digits_write(at, 2, date.tm_mon + 1);
	*at++ = '-';
	at = digits_write(at, 2, date.tm_mday);
	*at++ = 'T';
	at = digits_write(at, 2, date.tm_hour);
	*at++ = ':';
	at = digits_write(at, 2, date.tm_min);
	*at++ = ':';
	at = digits_write(at, 2, date.tm_sec);
	*at++ = 'Z';
	*at = '\0';
	return ret;
}

/* Reads n digits; false when one of them is none. */
static bool digits_read(const char **text, unsigned n, int *ret)
{
	int number = 0;

	for (unsigned i = 0; i < n; i++) {
		const char digit = *(*text)++;

		if (digit < '0' || digit > '9')
			return false;
		number = number * 10 + (digit - '0');
	}
	*ret = number;
	return true;
}

/* The six numbers of a date with these separators before all but the first ('\0': none); leaves
 * text after the seconds. */
static bool date_read(const char **text, const char *separators, int64_t *ret)
{
	int number[6];

	for (unsigned i = 0; i < 6; i++) {
		const char separator = i > 0 && *separators ? separators[i - 1] : '\0';

		if (separator && *(*text)++ != separator)
			return false;
		if (!digits_read(text, i == 0 ? 4 : 2, &number[i]))
			return false;
	}
	if (number[0] < 1970 || number[1] < 1 || number[1] > 12 || number[2] < 1 ||
	    number[2] > 31 || number[3] > 23 || number[4] > 59 || number[5] > 60)
		return false;
	*ret = (int64_t)timegm(&(struct tm){
		.tm_year = number[0] - 1900,
		.tm_mon = number[1] - 1,
		.tm_mday = number[2],
		.tm_hour = number[3],
		.tm_min = number[4],
		.tm_sec = number[5],
	});
	return true;
}

int64_t timestamp_parse(const char *text)
{
	int64_t sec;

	if (!text || strlen(text) != strlen("2026-07-01T10:00:00Z") ||
	    !date_read(&text, "--T::", &sec) || *text != 'Z')
		return -1;
	return sec;
}

int64_t timestamp_of_generalized(const char *text)
{
	int64_t sec;

	if (!text || strlen(text) < strlen("20260701100000Z") || !date_read(&text, "", &sec))
		return -1;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	return strcmp(text, "Z") == 0 ? sec : -1;
}

const char *duration_print(Pool *pool, int64_t sec)
{
	const long long whole = sec < 0 ? 0 : sec;

	if (whole < 120)
		return pool_printf(pool, "%lld s", whole);
	if (whole < 7200)
		return pool_printf(pool, "%lld min", whole / 60);
	if (whole < 2 * 86400)
		return pool_printf(pool, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
	return pool_printf(pool, "%lld d %lld h", whole / 86400, whole % 86400 / 3600);
}

int64_t duration_parse(const char *text)
{
	static const int64_t limit_sec = 100LL * 366 * 86400;
	int64_t sum_sec = 0;

	if (!text || !*text)
		return -1;
	while (*text) {
		int64_t number = 0, unit_sec = 1;

		if (*text < '0' || *text > '9')
			return -1;
		while (*text >= '0' && *text <= '9' && number <= limit_sec)
			number = number * 10 + (*text++ - '0');
		unit_sec = *text == 'm' ? 60 : *text == 'h' ? 3600 : *text == 'd' ? 86400 : 1;
		if (*text && !strchr("smhd", *text))
			return -1;
		text += *text != '\0';
		sum_sec += number > limit_sec ? limit_sec + 1 : number * unit_sec;
		if (sum_sec > limit_sec)
			return -1;
	}
	return sum_sec;
}

int64_t timestamp_parse_since(const char *text, int64_t now_sec)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	const size_t len = text ? strlen(text) : 0;
	const int64_t ago_sec = duration_parse(text);
	char whole[sizeof(form)];

	if (ago_sec >= 0)
		return ago_sec < now_sec ? now_sec - ago_sec : 0;
	if (len != strlen("0000-00-00") && len != strlen("0000-00-00T00:00") &&
	    len != strlen("0000-00-00T00:00:00") && len != strlen(form))
		return -1;
	memcpy(whole, form, sizeof(form));
	memcpy(whole, text, len);
	if (whole[10] == ' ')
		whole[10] = 'T';
	return timestamp_parse(whole);
}
