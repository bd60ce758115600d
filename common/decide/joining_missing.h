/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_MISSING_H
#define SYNCWARD_JOINING_MISSING_H

#include "common/decide/joining_copies.h"

/* What nobody who has it may bring any more, for people. The strings live as long as the diff's
 * pool. */

/* "1 (until 2026-11-28T19:00:00Z, at ldap://one), 3 (...)": the server IDs of the changes. */
const char *joining_missing_describe(const Joining *joining, const SeenChanges *missing);

/* "; not here: changes of server ID 1 (...)", or nothing where nothing is known to be missing. */
const char *joining_missing_clause(const Joining *joining);

#endif
