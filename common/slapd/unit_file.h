/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_UNIT_FILE_H
#define SYNCWARD_UNIT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/* Variables of an environment; of two with one name the later counts. */
typedef struct Environment {
	const char **names;
	const char **values;
	size_t n;
	size_t n_values; /* as many */
} Environment;

/* What a systemd service and its drop-ins say about how the program is started. */
typedef struct UnitStart {
	const char **commands; /* ExecStart=, not split */
	size_t n_commands;
	Environment environment; /* Environment= */
	const char **files;      /* EnvironmentFile=, with the "-" that lets it be missing */
	size_t n_files;
	bool is_unclear; /* it holds what is not understood here */
} UnitStart;

/* Adds what the text of a unit, or of a drop-in read after it, says (systemd.unit(5),
 * systemd.exec(5)). Starts with a zeroed UnitStart. */
void unit_read(Pool *pool, const char *text, UnitStart *unit);

/* The system service that a process belongs to, from its /proc/PID/cgroup; NULL: none. */
const char *cgroup_unit(Pool *pool, const char *text);

/* Adds the variables of an EnvironmentFile (systemd.exec(5)); a shell file of plain assignments is
 * read the same way. False when it is not understood. */
bool environment_read(Pool *pool, const char *text, Environment *environment);

/* The variable's value; NULL when there is none. */
const char *environment_find(const Environment *environment, const char *name);

/* The words of the one ExecStart= with its variables filled in (systemd.service(5)). False when
 * there is not exactly one, or it is not understood. */
bool unit_arguments(Pool *pool, const UnitStart *unit, const Environment *environment,
		    const char ***ret, size_t *ret_n);

#endif
