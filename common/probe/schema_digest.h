/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SCHEMA_DIGEST_H
#define SYNCWARD_SCHEMA_DIGEST_H

#include "common/base/pool.h"
#include "common/base/tree.h"

/*
 * SHA-256 over the attribute types and object classes of a subschema entry, whatever their order
 * and white space. Operational attributes and OpenLDAP's own (arcs of its modules and of cn=config)
 * are left out: they differ between releases, and replication does not need them to be equal. NULL
 * when the entry has no attribute types.
 */
const char *schema_digest(Pool *pool, const Entry *subschema);

#endif
