/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_MISSING_H
#define SYNCWARD_JOINING_MISSING_H

#include "common/comparing/joining_copies.h"

/* "1 (until 2026-11-28T19:00:00Z, at ldap://one), 3 (...)", or "1 (...), and 5 more". */
const char *joining_missing_describe(const Joining *joining, const SeenChanges *missing);

/* "; not here: changes of server ID 1 (...)", or nothing. */
const char *joining_missing_clause(const Joining *joining);

/* Waits for providers that may alone have the last changes of this node's own server ID, and could
 * not be asked since this copy is here; NULL: there is none. In the plan's pool. */
const Hold *joining_await_own(const Joining *joining);

/* A person ended that wait: adds a finding of that code that says what it costs. */
void joining_tell_unasked(const Joining *joining, const char *code);

#endif
