/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_SELF_H
#define SYNCWARD_GUARD_SELF_H

#include "common/decide/diff.h"

/* True when slapd here would take the peer's URL for its own, although it is another peer's. */
bool peer_is_myself(const Diff *diff, unsigned peer_id);

/* Holds links to peers that are this server under another name: slapd takes such a value, starts
 * nothing, and refuses it the second time (20). */
void guard_self_named(Diff *diff);

#endif
