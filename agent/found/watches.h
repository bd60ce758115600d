/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WATCHES_H
#define SYNCWARD_WATCHES_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/disk/disk_witness.h"
#include "agent/found/triggers.h"
#include "common/base/pool.h"

/* What the daemon keeps an eye on between passes. NULL paths are not watched. */
typedef struct WatchPaths {
	const char *peers_file;
	const char *agent_config;
	const char *pause_file;
	const char *socket;     /* of slapd, ldapi */
	const char *config_dir; /* slapd.d */
	const char **secrets;
	size_t n_secrets;
} WatchPaths;

/* Files of slapd's configuration folder that were touched, relative to it, each once. */
typedef struct TouchedFiles {
	const char **items;
	size_t n_items;
} TouchedFiles;

typedef struct Watch Watch;

/* Never fails: what cannot be watched is left to the timer. */
Watch *watch_new(void);

/* NULL is allowed. */
void watch_free(Watch *watch);
DEFINE_CLEANUP(Watch, watch_free)

/* Watches these from now on; what could not be watched before is tried again. True when something
 * is watched that was not: it may have changed just before. */
bool watch_set(Watch *watch, const WatchPaths *paths);

/* False when slapd.d is not watched: then changes are found by the timer only. */
bool watch_sees_config(const Watch *watch);

/* A witness of what slapd writes there, which adds what it sees to the list in the pool; NULL when
 * that folder is not watched. To be closed before the watch is drained again. */
DiskWitness *watch_witness(Watch *watch, const char *config_dir, Pool *pool, TouchedFiles *touched);

/* True when the witness that was lent last saw anything. */
bool watch_has_witnessed(const Watch *watch);

/* The descriptors to wait for; -1: none. They change with watch_set(). */
int watch_names_fd(const Watch *watch);
int watch_config_fd(const Watch *watch);

/* TRIGGER_BITs of what happened to named files since the last call. Never waits. */
unsigned watch_drain_names(Watch *watch);

/* Files of slapd.d that were touched since the last call are added to the list in the pool; true
 * when there were any, or when some may have been missed. Never waits. */
bool watch_drain_config(Watch *watch, Pool *pool, TouchedFiles *touched);

#endif
