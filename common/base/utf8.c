/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/utf8.h"

/* What a first byte announces: how many bytes, and the smallest character that needs so many. */
typedef struct Lead {
	unsigned char mask;
	unsigned char bits;
	size_t len;
	uint32_t smallest;
} Lead;

static const Lead leads[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

static const Lead *lead_find(unsigned char byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if ((byte & leads[i].mask) == leads[i].bits)
			return &leads[i];
	return NULL;
}

size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret)
{
	const Lead *lead = len > 0 ? lead_find((unsigned char)bytes[0]) : NULL;
	uint32_t character;

	if (!lead || len < lead->len)
		return 0;
	character = (unsigned char)bytes[0] & (unsigned char)~lead->mask;
	for (size_t i = 1; i < lead->len; i++) {
		if (utf8_is_start(bytes[i]))
			return 0;
		character = character << 6 | ((unsigned char)bytes[i] & 0x3f);
	}
	if (character < lead->smallest || character > 0x10ffff)
		return 0;
	if (character >= 0xd800 && character <= 0xdfff)
		return 0;
	*ret = character;
	return lead->len;
}

size_t utf8_encode(uint32_t character, char ret[4])
{
	size_t len = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

	for (size_t i = len; i-- > 1; character >>= 6)
		ret[i] = (char)(0x80 | (character & 0x3f));
	ret[0] = (char)(leads[len - 1].bits | character);
	return len;
}
