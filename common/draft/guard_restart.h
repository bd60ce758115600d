/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_RESTART_H
#define SYNCWARD_GUARD_RESTART_H

#include "common/live/live_config.h"
#include "common/slapd/serverid.h"

/*
 * G1: what a running slapd accepts and with which it does not start again: olcServerID values of
 * which none is its own URL, and multi-provider or olcUpdateRef on a database that reads from
 * nobody (seen on 2.4.57, 2.5.13 and 2.6.10). One rule for the cn=config that is there and for the
 * one that a plan would leave.
 */
typedef struct RestartIds {
	ServerIdVerdict now; /* by the listeners that slapd runs with */
	bool knows_listeners;
	ServerIdVerdict next; /* by those of its next start */
	bool knows_next;
} RestartIds;

RestartIds restart_judge_ids(Pool *pool, const Live *live, const Machine *machine);

/* True when slapd surely finds itself in the values; where its listeners are not known a list of
 * URLs is not safe. */
bool restart_ids_are_safe(const RestartIds *ids);

/* What the database has that slapd accepts only in a copy, although it is none; NULL: slapd starts
 * with it. */
const char *restart_refused(const LiveDatabase *database);

#endif
