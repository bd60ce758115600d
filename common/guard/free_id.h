/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FREE_ID_H
#define SYNCWARD_FREE_ID_H

#include "common/draft/diff.h"

/* The smallest id that may be given to a new peer, as text in the plan's pool: none has it, and as
 * far as is known nobody ever wrote under it (a used server ID on another database makes healthy
 * peers delete entries). */
const char *free_id_print(const Diff *diff);

/* The id for this node's line in peers.json: the server ID that slapd has, when no peer has it, so
 * that what was written here stays known; otherwise a free one. */
const char *free_id_of_self(const Diff *diff);

#endif
