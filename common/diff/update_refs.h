/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_UPDATE_REFS_H
#define SYNCWARD_UPDATE_REFS_H

#include "common/wanted/wanted.h"

/* The servers to which a consumer with "update_ref" refers clients' writes. */
typedef struct UpdateRefs {
	const char **uris;
	size_t n_uris;
} UpdateRefs;

/* The providers that it reads, in their order; hubs where it reads no provider. None for a node
 * without it. */
UpdateRefs update_refs_want(Pool *pool, const WantedDatabase *wanted, const Peer *self);

#endif
