/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_IDENTITY_H
#define SYNCWARD_JOINING_IDENTITY_H

#include "common/comparing/joining_copies.h"

/* G10: why the database here is not the one that the cluster knows, or may not be; NULL: it is, as
 * far as anybody could be asked. */
const Hold *joining_judge_identity(const Joining *joining);

/* Why the peer's copy forbids a link to it, although others may agree with this node; NULL: it does
 * not. */
const Hold *joining_judge_peer(const Joining *joining, const Content *peer);

#endif
