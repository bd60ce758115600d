/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SHELL_SETTINGS_H
#define SYNCWARD_SHELL_SETTINGS_H

#include <stdbool.h>

#include "common/slapd/layouts.h"
#include "common/slapd/slapd_arguments.h"
#include "common/slapd/unit_file.h"

/* The value of a variable that takes more than other variables of the file: not known. */
extern const char shell_value_unknown[];

/*
 * Adds the assignments of a file that a shell reads, evaluated as the shell does; a value with a
 * command in it, or with a variable that was not set before, is shell_value_unknown. False when the
 * file holds anything but assignments.
 */
bool shell_settings_read(Pool *pool, const char *text, Environment *environment);

/* What slapd is started with if the starter's file has that text. False when it is not known. */
bool starter_arguments(Pool *pool, const SlapdStarter *starter, const char *text,
		       SlapdArguments *ret);

#endif
