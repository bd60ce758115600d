/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_RESULT_H
#define SYNCWARD_LDAP_RESULT_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/plan/step.h"

/* What to do about an LDAP result code; the only place that decides it. */
ErrorClass error_class_of_ldap(int code);

/* True when slapd wants more of ldapi than it is to it: olcSecurity and olcSaslSecProps ask for
 * TLS, SASL layers, or more than olcLocalSSF. */
bool ldap_code_is_weakness(int code);

/* True when nobody listens: unlike a server that took the connection and gave no answer, or ended
 * it. err is of directory_ldap_open(), whose code is errno where connect(2) failed. */
bool ldap_error_is_absence(const Error *err);

/* slapd's diagnostic text without its trailing newline, or a note in its place when it could quote
 * a password. step is the operation it answers; NULL when that carried no values. */
const char *diagnostic_masked(Pool *pool, const char *text, const Step *step);

#endif
