/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_HIDDEN_H
#define SYNCWARD_JOINING_HIDDEN_H

#include "common/decide/joining_copies.h"

/* Why a first link to the peer is held: what it hides of entries that are here would be lost here.
 * NULL: nothing was seen to be hidden, or a person lets it. */
const Hold *joining_judge_hidden(const Joining *joining, const Content *peer);

#endif
