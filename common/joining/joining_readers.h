/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_READERS_H
#define SYNCWARD_JOINING_READERS_H

#include "common/comparing/joining_copies.h"

/* The same for the multi-provider flag, which lets clients write: peers that hold data must read
 * from here before. */
const Hold *joining_judge_flag(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Why a first change here would not find all connected that read from here, as far as that was
 * asked; NULL: it would. */
const Hold *joining_judge_readers(const Joining *joining);

#endif
