/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/entry_mark.h"

#include <ctype.h>
#include <string.h>

#include "common/base/timestamp.h"

#define UUID_TEXT_LENGTH 36

/* A packed CSN: seconds, then microseconds, count, server ID and modifier, the last three being hex
 * numbers of 6, 3 (2 before OpenLDAP 2.4) and 6 digits. */
#define SEC_BYTES   5
#define TICKS_BYTES 10

#define USEC_BITS  20
#define COUNT_BITS 24
#define SID_BITS   12
#define MOD_BITS   24

_Static_assert(SEC_BYTES + TICKS_BYTES == ENTRY_CSN_SIZE, "all of a CSN");
_Static_assert(USEC_BITS + COUNT_BITS + SID_BITS + MOD_BITS == 8 * TICKS_BYTES, "all of a CSN");
_Static_assert(sizeof(EntryMark) == 32, "32 bytes an entry");

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

static bool uuid_read(const char *text, uint8_t ret[ENTRY_UUID_SIZE])
{
	size_t n = 0;

	if (strlen(text) != UUID_TEXT_LENGTH)
		return false;
	for (size_t i = 0; i < UUID_TEXT_LENGTH;) {
		int high, low;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i++] != '-')
				return false;
			continue;
		}
		high = hex_value(text[i]);
		low = hex_value(text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[n++] = (uint8_t)(high << 4 | low);
		i += 2;
	}
	return true;
}

/* A hex number after a '#', of at most that many bits; leaves text after it. */
static bool field_read(const char **text, unsigned bits, uint64_t *ret)
{
	const char *at = *text;
	uint64_t number = 0;

	if (*at++ != '#' || hex_value(*at) < 0)
		return false;
	for (; hex_value(*at) >= 0; at++) {
		number = number << 4 | (uint64_t)hex_value(*at);
		if (number >> bits)
			return false;
	}
	*text = at;
	*ret = number;
	return true;
}

/* Up to six digits after a '.'; 0 where there is none, as OpenLDAP before 2.4 wrote it. */
static uint64_t usec_read(const char *when)
{
	const char *at = strchr(when, '.');
	uint64_t usec = 0;

	for (int i = 0; i < 6; i++) {
		if (at && isdigit((unsigned char)at[1]))
			usec = usec * 10 + (uint64_t)(*++at - '0');
		else
			usec *= 10;
	}
	return usec;
}

static void number_pack(uint8_t *bytes, size_t n, uint64_t number)
{
	for (size_t i = n; i-- > 0; number >>= 8)
		bytes[i] = (uint8_t)number;
}

static bool csn_read(const char *csn, uint8_t ret[ENTRY_CSN_SIZE])
{
	char when[sizeof("20260701100000.123456Z")];
	const size_t length = strcspn(csn, "#");
	const char *at = csn + length;
	uint64_t count, sid, mod, usec;
	int64_t sec;

	if (length >= sizeof(when))
		return false;
	memcpy(when, csn, length);
	when[length] = '\0';
	sec = timestamp_of_generalized(when);
	if (sec < 0 || !field_read(&at, COUNT_BITS, &count) || !field_read(&at, SID_BITS, &sid) ||
	    !field_read(&at, MOD_BITS, &mod) || *at)
		return false;
	usec = usec_read(when);
	number_pack(ret, SEC_BYTES, (uint64_t)sec);
	/* Two times 40 bits: the count lies across. */
	number_pack(ret + SEC_BYTES, 5, usec << 20 | count >> 4);
	number_pack(ret + SEC_BYTES + 5, 5, (count & 0xf) << 36 | sid << 24 | mod);
	return true;
}

bool entry_mark_read(const char *uuid, const char *csn, EntryMark *ret)
{
	EntryMark mark = {.is_seen = 0};

	if (!uuid || !csn || !uuid_read(uuid, mark.uuid) || !csn_read(csn, mark.csn))
		return false;
	*ret = mark;
	return true;
}

const char *entry_mark_uuid(Pool *pool, const EntryMark *mark)
{
	const uint8_t *u = mark->uuid;

	return pool_printf(pool,
			   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			   u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
			   u[12], u[13], u[14], u[15]);
}

static uint64_t number_unpack(const uint8_t *bytes, size_t n)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* "2026-07-01T10:00:00Z" without its separators, which is generalized time. */
static void digits_copy(const char *text, char *ret)
{
	for (; *text; text++)
		if (isdigit((unsigned char)*text))
			*ret++ = *text;
	*ret = '\0';
}

const char *entry_mark_csn(Pool *pool, const EntryMark *mark)
{
	const uint64_t high = number_unpack(mark->csn + SEC_BYTES, 5);
	const uint64_t low = number_unpack(mark->csn + SEC_BYTES + 5, 5);
	char when[TIMESTAMP_SIZE], digits[TIMESTAMP_SIZE];
	const int64_t sec = entry_mark_sec(mark);

	if (sec == 0 || !timestamp_print(sec, when))
		return "";
	digits_copy(when, digits);
	return pool_printf(pool, "%s.%06uZ#%06x#%03x#%06x", digits, (unsigned)(high >> 20),
			   (unsigned)((high & 0xfffff) << 4 | low >> 36),
			   (unsigned)(low >> 24 & 0xfff), (unsigned)(low & 0xffffff));
}

unsigned entry_mark_sid(const EntryMark *mark)
{
	return (unsigned)(number_unpack(mark->csn + SEC_BYTES + 5, 5) >> MOD_BITS & 0xfff);
}

int entry_mark_compare_csn(const EntryMark *one, const EntryMark *other)
{
	return memcmp(one->csn, other->csn, ENTRY_CSN_SIZE);
}

int64_t entry_mark_sec(const EntryMark *mark)
{
	return (int64_t)number_unpack(mark->csn, SEC_BYTES);
}
