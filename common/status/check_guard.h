/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CHECK_GUARD_H
#define SYNCWARD_CHECK_GUARD_H

#include <stdbool.h>

/* True for the code of a guard that stops all writing, or that means that slapd or data is in
 * danger. */
bool check_guard_is_critical(const char *code);

#endif
