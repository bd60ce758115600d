/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_REPORT_PRINT_H
#define SYNCWARD_REPORT_PRINT_H

#include "agent/pass/pass.h"

/* True when standard output is a terminal and NO_COLOR is not set. */
bool output_has_colour(void);

/* Says the report's notices, failures and error on standard error. */
void report_say(const Report *report);

/* Prints what an apply did on standard output: what it set out to do, what waits, and the result in
 * one sentence. */
void report_print_applied(Pool *pool, const Report *report);

#endif
