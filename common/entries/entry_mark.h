/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ENTRY_MARK_H
#define SYNCWARD_ENTRY_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/pool.h"

#define ENTRY_UUID_SIZE 16
#define ENTRY_CSN_SIZE  15

/*
 * One entry of a copy in 32 bytes: which entry it is (entryUUID), and its last change (entryCSN).
 * Bytes order as slapd orders the values: UUIDs by RFC 4530, CSNs by time, count, server ID and
 * modifier, as its text does ("time#count#sid#mod", csn.c).
 */
typedef struct EntryMark {
	uint8_t uuid[ENTRY_UUID_SIZE];
	uint8_t csn[ENTRY_CSN_SIZE];
	uint8_t is_seen; /* for code that goes through a set of them */
} EntryMark;

/* The order of two UUIDs, as slapd sorts them: less than, equal to or greater than 0. Inline: a
 * million entries are sorted by it. */
static inline int entry_uuid_compare(const uint8_t uuid[ENTRY_UUID_SIZE],
				     const uint8_t other_uuid[ENTRY_UUID_SIZE])
{
	return memcmp(uuid, other_uuid, ENTRY_UUID_SIZE);
}

/* Reads both; false when one of them is missing (NULL) or is none. */
bool entry_mark_read(const char *uuid, const char *csn, EntryMark *ret);

/* The UUID as text, as an assertion of a filter takes it. */
const char *entry_mark_uuid(Pool *pool, const EntryMark *mark);

/* The CSN as slapd writes it; "" for a mark without one. */
const char *entry_mark_csn(Pool *pool, const EntryMark *mark);

/* The server ID under which its last change was made. */
unsigned entry_mark_sid(const EntryMark *mark);

/* Less than, equal to or greater than 0. */
int entry_mark_compare_csn(const EntryMark *one, const EntryMark *other);

/* When its last change was made, in seconds since 1970. */
int64_t entry_mark_sec(const EntryMark *mark);

#endif
