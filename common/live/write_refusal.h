/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WRITE_REFUSAL_H
#define SYNCWARD_WRITE_REFUSAL_H

#include "common/live/live_config.h"

/* A value by which slapd refuses what clients write; what peers send still arrives. */
typedef struct WriteRefusal {
	const char *dn; /* the entry of cn=config that holds it */
	const char *attribute;
	const char *value;
	bool is_of_config; /* cn=config itself takes no modify either, from root as little (53), or
			      no bind */
} WriteRefusal;

/* True when one stands above the database, or in its olcRestrict; its own olcReadOnly is
 * LiveDatabase.is_read_only. */
bool write_refusal_find(const Live *live, const LiveDatabase *database, WriteRefusal *ret);

/* True when olcRestrict of the database refuses what peers need to read it, or olcHidden hides it,
 * or its syncprov is disabled. Where such a value stands above the database, root over ldapi cannot
 * read cn=config either. */
bool read_refusal_find(const LiveDatabase *database, WriteRefusal *ret);

/* True when the server takes no simple bind, or none at all, or lets nobody read the database who
 * bound simply: sessions that are there go on. */
bool bind_refusal_find(const Live *live, const LiveDatabase *database, WriteRefusal *ret);

#endif
