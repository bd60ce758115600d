/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/sha256.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_BYTES  64
#define LENGTH_BYTES 8

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

/* The sixteen words of a block, stretched to sixty-four. */
static void schedule_fill(const unsigned char *block, uint32_t schedule[64])
{
	for (size_t i = 0; i < 16; i++)
		schedule[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			      (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 64; i++) {
		const uint32_t early = schedule[i - 15], late = schedule[i - 2];

		schedule[i] = schedule[i - 16] +
			      (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) +
			      schedule[i - 7] + (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
	}
}

/* One round. The words do not move: what is a in one round is b in the next one. */
static inline void word_add(uint32_t words[8], size_t turn, uint32_t added)
{
	const uint32_t a = words[(8 - turn) % 8], b = words[(9 - turn) % 8];
	const uint32_t c = words[(10 - turn) % 8], e = words[(12 - turn) % 8];
	const uint32_t f = words[(13 - turn) % 8], g = words[(14 - turn) % 8];
	const uint32_t first = words[(15 - turn) % 8] + added + (g ^ (e & (f ^ g))) +
			       (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25));

	words[(11 - turn) % 8] += first;
	words[(15 - turn) % 8] =
		first + ((a & b) | (c & (a | b))) + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22));
}

static void block_add(uint32_t state[8], const unsigned char *block)
{
	uint32_t schedule[64], words[8];

	schedule_fill(block, schedule);
	memcpy(words, state, sizeof(words));
	/* Written out so that the compiler knows each word's place, and keeps it in a register. */
	for (size_t i = 0; i < 64; i += 8) {
		word_add(words, 0, round_constants[i] + schedule[i]);
		word_add(words, 1, round_constants[i + 1] + schedule[i + 1]);
		word_add(words, 2, round_constants[i + 2] + schedule[i + 2]);
		word_add(words, 3, round_constants[i + 3] + schedule[i + 3]);
		word_add(words, 4, round_constants[i + 4] + schedule[i + 4]);
		word_add(words, 5, round_constants[i + 5] + schedule[i + 5]);
		word_add(words, 6, round_constants[i + 6] + schedule[i + 6]);
		word_add(words, 7, round_constants[i + 7] + schedule[i + 7]);
	}
	for (size_t i = 0; i < 8; i++)
		state[i] += words[i];
}

/* What is left after the last whole block, padded with a one bit, zeros and the length in bits. */
static void end_add(uint32_t state[8], const unsigned char *rest, size_t n_rest, uint64_t len)
{
	unsigned char padded[2 * BLOCK_BYTES] = {0};
	const size_t size =
		n_rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;

	if (n_rest > 0)
		memcpy(padded, rest, n_rest);
	padded[n_rest] = 0x80;
	for (size_t i = 0; i < LENGTH_BYTES; i++)
		padded[size - 1 - i] = (unsigned char)(len * 8 >> 8 * i);
	for (size_t at = 0; at < size; at += BLOCK_BYTES)
		block_add(state, padded + at);
}

static void whole_add(uint32_t state[8], const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t left = len;

	for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, at += BLOCK_BYTES)
		block_add(state, at);
	end_add(state, at, left, len);
}

#define STATE_FIRST                                                                     \
	{                                                                               \
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, \
			0x1f83d9ab, 0x5be0cd19                                          \
	}

void sha256_hex(const void *bytes, size_t len, char ret[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint32_t state[8] = STATE_FIRST;

	whole_add(state, bytes, len);
	for (size_t i = 0; i < SHA256_HEX_SIZE - 1; i++)
		ret[i] = digits[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
	ret[SHA256_HEX_SIZE - 1] = '\0';
}

void sha256_bytes(const void *bytes, size_t len, unsigned char ret[SHA256_SIZE])
{
	uint32_t state[8] = STATE_FIRST;

	whole_add(state, bytes, len);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		ret[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
