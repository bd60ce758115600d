/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_CONTENT_H
#define SYNCWARD_FENCE_CONTENT_H

#include "agent/disk/slapd_tool.h"
#include "common/copy/fence.h"

/*
 * Reads with slapcat what the database holds, and puts it into the look: contextCSN, which ends the
 * reading early unless all entries are asked for; where there is none all entries were read. No
 * other attribute is kept.
 */
int fence_content_read(Pool *pool, const SlapdTool *tool, const char *suffix, bool all_entries,
		       FenceLook *look, Error *err);

#endif
