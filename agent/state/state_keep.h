/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_KEEP_H
#define SYNCWARD_STATE_KEEP_H

#include "common/base/error.h"
#include "common/memory/memory.h"

/*
 * Writes the parts of what is remembered that differ from what the state folder holds, each durable
 * before the next one, and takes them over into kept. What cannot be written is reported at the
 * end, the first of it: -1; it stays different, and the others are written. Decides nothing. kept
 * and next must hold what their writer borrowed; complete and heal are not written, contests
 * neither.
 */
int state_keep(const char *state_dir, Known *kept, const Known *next, Error *err);

#endif
