/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DIFF_UNFIT_H
#define SYNCWARD_DIFF_UNFIT_H

#include "common/draft/diff.h"

/* True, with ret filled, when a setting of this database would silently keep changes made here from
 * its peers: no entryCSN (olcLastMod FALSE), no present phase (olcSpNoPresent TRUE). It is not made
 * a provider then. */
bool diff_unfit_hold(const Diff *diff, const char *suffix, const LiveDatabase *live, Hold *ret);

/* A database that is a provider already is still maintained: what peers send is stamped, and
 * arrives. */
void diff_unfit_tell(Diff *diff, const char *suffix, const LiveDatabase *live);

#endif
