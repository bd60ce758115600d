/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_TOOL_H
#define SYNCWARD_SLAPD_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/files/owner.h"
#include "common/base/error.h"
#include "common/base/pool.h"

/* slapd as its own tool (`slapd -T cat` is slapcat, slapd(8)), while no server runs. */
typedef struct SlapdTool {
	const char *program;   /* slapd */
	Owner owner;           /* whose slapd.d it reads, and as which user it runs */
	int64_t deadline_msec; /* on CLOCK_MONOTONIC: then it is killed */
	bool hears_errors;     /* its standard error comes with its output */
} SlapdTool;

/* One line of its output; of a line longer than 4 095 bytes its beginning. True: that was enough,
 * and the tool is ended. */
typedef bool ToolLine(void *userdata, const char *line);

/*
 * Runs the tool with the arguments (ending in NULL) behind -F, hands it the input (NULL: none; at
 * most 4 096 bytes) and calls on_line (NULL: nobody) with what it writes to its standard output.
 * What it writes to standard error may hold passwords and goes nowhere, unless the caller hears it.
 * -1 when it does not end well, or not in time.
 */
int slapd_tool_run(const SlapdTool *tool, const char *name, const char *const *arguments,
		   const char *input, ToolLine *on_line, void *userdata, Error *err);

#endif
