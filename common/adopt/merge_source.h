/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MERGE_SOURCE_H
#define SYNCWARD_MERGE_SOURCE_H

#include "common/desired/desired.h"

/* One file that adopt wrote of one node. */
typedef struct MergeSource {
	const char *name; /* for messages */
	const Desired *desired;
} MergeSource;

#endif
