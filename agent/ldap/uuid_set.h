/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_UUID_SET_H
#define SYNCWARD_UUID_SET_H

#include "agent/ldap/ldap_view.h"
#include "common/entries/entry_mark.h"

typedef struct Uuid {
	uint8_t bytes[ENTRY_UUID_SIZE];
} Uuid;

/* entryUUIDs in the order of their bytes. */
typedef struct UuidSet {
	Uuid *items;
	size_t n_items;
	bool is_cut; /* slapd gave no more, for a limit of size or time, or there are too many for
			us */
} UuidSet;

/* Reads those of all entries that the target finds for the identity, 16 bytes each. False when
 * slapd did not answer to the end. */
bool uuid_set_read(const LdapViewer *viewer, const AccessTarget *target, UuidSet *ret);

/* How many of the whole the part lacks; of them the first, up to max, go to ret. */
size_t uuid_set_lacks(const UuidSet *whole, const UuidSet *part, Uuid *ret, size_t max);

typedef enum UuidSight {
	UUID_SIGHT_UNKNOWN, /* first: slapd gave no answer */
	UUID_IS_HIDDEN,
	UUID_IS_SEEN,
} UuidSight;

/* Whether the target finds an entry with that UUID for the identity now. */
UuidSight uuid_look(const LdapViewer *viewer, const AccessTarget *target, const Uuid *uuid);

#endif
