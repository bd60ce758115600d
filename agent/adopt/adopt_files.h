/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ADOPT_FILES_H
#define SYNCWARD_ADOPT_FILES_H

#include "agent/options/options.h"

/* adopt --merge: prints one document of several, or says where they disagree; returns the exit
 * status. */
int adopt_merge_files(const Options *options);

#endif
