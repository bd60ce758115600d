/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_TOLD_H
#define SYNCWARD_STATE_TOLD_H

#include "agent/files/file.h"
#include "common/base/error.h"
#include "common/plan/authors.h"
#include "common/tell/condition.h"

/* What the daemon remembers over a restart, so that it reports nothing twice and knows who changed
 * what meanwhile. Losing it costs no more than that: none of it is synced. */
typedef struct DaemonMemory {
	Seen seen;          /* entries.json; also kept by whatever else writes to cn=config */
	ConditionList told; /* conditions.json */
	const char **notices;
	size_t n_notices;
} DaemonMemory;

/* As state_read() does; files that cannot be used are put aside, and reported in notices. Fails
 * only for a folder or a file that somebody else owns. */
int state_read_daemon(Pool *pool, const char *state_dir, DaemonMemory *ret, Error *err);

int state_write_entries(const char *state_dir, const Seen *seen, Error *err);

/* Who wrote those entries last is not known any more: a file of slapd's was changed by us. */
int state_forget_entries(const char *state_dir, const char *const *dns, size_t n_dns, Error *err);

/* Of entries.json: another one when somebody wrote it meanwhile; all 0 when there is none. */
FileIdentity state_entries_identity(const char *state_dir);

int state_write_conditions(const char *state_dir, const ConditionList *told, Error *err);

#endif
