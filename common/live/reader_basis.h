/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_BASIS_H
#define SYNCWARD_READER_BASIS_H

#include "common/base/sha256.h"
#include "common/live/live_config.h"

/* A digest of all in cn=config that decides what a reader of the database sees (access, limits,
 * rootdn), and of slapd's start: what was seen under it is not asked again. */
void live_reader_basis(const Live *live, const LiveDatabase *database, char ret[SHA256_HEX_SIZE]);

#endif
