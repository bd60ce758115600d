/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DELTA_TELL_H
#define SYNCWARD_DELTA_TELL_H

#include "common/draft/diff.h"

/* Reports which links read the database itself, and which log is missing; asks for what was not
 * asked yet. asked: input->wanted as delta_wanted() was given it. To be called after the guards,
 * whose questions go first. */
void delta_tell(Diff *diff, const Wanted *asked);

#endif
