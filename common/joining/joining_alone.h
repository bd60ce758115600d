/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_ALONE_H
#define SYNCWARD_JOINING_ALONE_H

#include "common/comparing/joining_copies.h"

/* Of a peer that could not be asked: false where no server runs yet, or one before anything was set
 * up. */
bool joining_may_have_more(const Joining *joining, const Content *peer);

/*
 * Data that only this node wrote, as far as it tells, no peer that proves anything, and nothing
 * remembered: may it become a provider? NULL: yes, no peer may have more. Otherwise it waits for
 * those that may, or for a person.
 */
const Hold *joining_judge_alone(const Joining *joining);

#endif
