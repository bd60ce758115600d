/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_MISSING_H
#define SYNCWARD_JOINING_MISSING_H

#include "common/joining/joining_copies.h"

/* "1 (until 2026-11-28T19:00:00Z, at ldap://one), 3 (...)", or "1 (...), and 5 more". */
const char *joining_missing_describe(const Joining *joining, const SeenChanges *missing);

/* "; not here: changes of server ID 1 (...)", or nothing. */
const char *joining_missing_clause(const Joining *joining);

/* A copy that joins under a server ID that wrote before, while a provider that may alone have its
 * last changes was never asked. In the plan's pool; NULL: there is none. */
const Hold *joining_await_own(const Joining *joining);

#endif
