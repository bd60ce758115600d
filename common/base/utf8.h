/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_UTF8_H
#define SYNCWARD_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decodes the first character of len bytes by RFC 3629 (no overlong form, no surrogate, nothing
 * above U+10FFFF). Returns how many bytes it takes; 0 when they are no character or len is 0. */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret);

/* Writes a character (a valid one: no surrogate, at most U+10FFFF) and returns its length. */
size_t utf8_encode(uint32_t character, char ret[4]);

/* True for a byte that begins a character of valid UTF-8: counting those counts characters. */
static inline int utf8_is_start(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

#endif
