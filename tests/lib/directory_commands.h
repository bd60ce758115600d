/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_DIRECTORY_COMMANDS_H
#define SYNCWARD_TESTS_DIRECTORY_COMMANDS_H

#include "agent/ldap/directory.h"

/* Commands by which a test drives a directory, one a line, fields separated by tabs. */

#define COMMAND_MAX_FIELDS 64

/* Takes the line apart; ret_fields has room for COMMAND_MAX_FIELDS, and NULL follows the last one.
 */
size_t command_split(char *line, char **ret_fields);

/* "read BASE base|one|sub FILTER": prints the entries. */
int command_read(Directory *directory, char **fields, Error *err);

/* "add|delete|replace DN ATTRIBUTE VALUE...", "modify DN" with several of them,
 * "entry DN ATTRIBUTE VALUE...", "remove DN". */
int command_step(Directory *directory, char **fields, size_t n_fields, Error *err);

/* Prints "ok", or "error CLASS CODE TEXT" for a result below 0. */
void command_answer(int result, const Error *err);

#endif
