/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/relay_set.h"

bool relay_set_has(const RelaySet *set, size_t at)
{
	return set->words[at / 64] >> (at % 64) & 1;
}

void relay_set_add(RelaySet *set, size_t at)
{
	set->words[at / 64] |= UINT64_C(1) << (at % 64);
}

void relay_set_remove(RelaySet *set, size_t at)
{
	set->words[at / 64] &= ~(UINT64_C(1) << (at % 64));
}

void relay_set_join(RelaySet *set, const RelaySet *other)
{
	for (size_t i = 0; i < RELAY_WORDS; i++)
		set->words[i] |= other->words[i];
}

size_t relay_set_count(const RelaySet *set)
{
	size_t n = 0;

	for (size_t i = 0; i < RELAY_WORDS; i++)
		n += (size_t)__builtin_popcountll(set->words[i]);
	return n;
}

size_t relay_set_next(const RelaySet *set, size_t at)
{
	while (at < RELAYS_MAX) {
		const uint64_t rest = set->words[at / 64] >> (at % 64);

		if (rest)
			return at + (size_t)__builtin_ctzll(rest);
		at = (at / 64 + 1) * 64;
	}
	return at;
}
