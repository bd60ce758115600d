/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_H
#define SYNCWARD_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/memory/memory.h"
#include "common/memory/pause.h"

/* What the state folder says. Notices are sentences for a person: what had to be put aside. */
typedef struct StateRead {
	Known known;
	Pause pause;
	const char *intent; /* JSON text of an apply that did not end; NULL: none */
	const char **notices;
	size_t n_notices;
} StateRead;

/*
 * Reads all state. A missing folder or file is an empty state. A file of a newer schema_version, or
 * one that is damaged, is renamed aside ("revision.json.newer-1", ".damaged-1"), never deleted, and
 * counts as missing; with may_write false it is left where it is. Only the folder's or a file's
 * owner or mode can make it fail.
 */
int state_read(Pool *pool, const char *state_dir, bool may_write, StateRead *ret, Error *err);

/* Fails when the folder is there and nothing could be written into it now: read-only or full. */
int state_check_writable(const char *state_dir, Error *err);

/* Each writes one file of the state folder (created 0700 when missing), durable before it returns.
 */
int state_write_revision(const char *state_dir, const KnownRevision *latest, Error *err);
int state_write_databases(const char *state_dir, const KnownDatabase *databases, size_t n_databases,
			  Error *err);
int state_write_unsaved(const char *state_dir, const UnsavedEntry *unsaved, size_t n_unsaved,
			Error *err);
int state_write_refusals(const char *state_dir, const ProbeRefusals *refusals, Error *err);
int state_write_links(const char *state_dir, const KnownLinks *links, Error *err);
int state_write_hiding(const char *state_dir, const HidingPeers *peers, Error *err);
int state_write_ages(const char *state_dir, const ConsumerAge *ages, size_t n_ages, Error *err);
int state_write_machine(const char *state_dir, const char *machine, unsigned node, Error *err);
int state_write_indexed(const char *state_dir, int64_t sec, Error *err);
int state_write_restarted(const char *state_dir, const char *slapd_started, Error *err);

/* heal.json, on disk before it returns; NULL removes it. */
int state_write_heal(const char *state_dir, const KnownHeal *heal, Error *err);

/* What left, left_time and is_rejoining of known say; no file when nothing was left. */
int state_write_left(const char *state_dir, const KnownLeave *leave, Error *err);

/* contests.json; an empty list removes it. Not synced: it costs no more than a wait to lose it. */
int state_write_contests(const char *state_dir, const ContestList *contests, Error *err);

/* pause.json: renamed into place, so that the daemon sees it. */
int state_write_pause(const char *state_dir, const Pause *pause, Error *err);

/* The peers.json that is in force, byte for byte. */
int state_write_last_good(const char *state_dir, const char *bytes, size_t len, Error *err);
int state_remove_last_good(const char *state_dir, Error *err);

/* Before the first write of an apply, and after its last: json says what is about to be done,
 * without secrets. Only the first waits for the disk, once; what a power cut leaves of it is
 * reported at the next start. */
int state_write_intent(const char *state_dir, const char *json, Error *err);
int state_remove_intent(const char *state_dir, Error *err);

#endif
