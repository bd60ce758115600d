/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_APART_H
#define SYNCWARD_JOINING_APART_H

#include "common/comparing/joining_copies.h"

/*
 * A relay that was away, with what makes it a provider taken from it (common/copy/fence_apart.h):
 * may it have that back? NULL: yes, it has what its providers have, at least one in each part of
 * the cluster that it connects, or a person let it go on. Of two such relays that read each other
 * the one with the lower id goes first.
 */
const Hold *joining_judge_apart(const Joining *joining);

/*
 * The same relay, shut to nodes that connect anew because no peer could be reached
 * (common/diff/diff_shut.c): may it be opened? NULL: yes, it has what its providers have that
 * answer. The contents must have been asked.
 */
const Hold *joining_judge_shut(const Joining *joining);

/* The same relay, as long as all its links are broken, whatever its peers answer; never NULL. */
const Hold *joining_await_links(const Joining *joining);

#endif
