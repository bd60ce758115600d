/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_RESULT_H
#define SYNCWARD_LDAP_RESULT_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/plan/step.h"

/* What to do about an LDAP result code; the only place that decides it. */
ErrorClass error_class_of_ldap(int code);

/* True when nobody took the connection: unlike a server that took it and gave no answer. */
bool ldap_error_is_absence(const Error *err);

/* slapd's diagnostic text without its trailing newline, or a note in its place when it could quote
 * a password. step is the operation it answers; NULL when that carried no values. */
const char *diagnostic_masked(Pool *pool, const char *text, const Step *step);

#endif
