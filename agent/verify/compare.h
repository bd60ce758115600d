/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_H
#define SYNCWARD_COMPARE_H

#include "agent/look/look.h"
#include "agent/verify/compare_options.h"
#include "common/entries/comparison.h"

/*
 * Which entries of the databases differ between this node and its peers, by entryUUID and entryCSN,
 * read over the links' own binds; here as root over ldapi:/// or, where that sees less, with the
 * account of a link. Binds that were refused are in world->refusals before and after it. Writes
 * nothing. Never fails: what could not be read is not comparable, and says why. Takes 32 bytes an
 * entry of this node. Everything lives in the pool.
 */
void compare_run(Pool *pool, const CompareOptions *options, const Wanted *wanted, World *world,
		 ComparedDatabase **ret, size_t *ret_n);

#endif
