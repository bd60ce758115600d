/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_EMPTY_H
#define SYNCWARD_JOINING_EMPTY_H

#include "common/comparing/joining_copies.h"

/* The database is empty here: it joins, or begins a cluster when a person says so. Never NULL but
 * for that. */
const Hold *joining_judge_empty(const Joining *joining);

#endif
