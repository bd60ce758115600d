/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_H
#define SYNCWARD_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/found/triggers.h"
#include "agent/found/watches.h"
#include "agent/pass/site.h"
#include "agent/system/clock.h"

/*
 * The daemon without its event loop: everything ends in daemon_pass(), which looks at the world and
 * does what `syncward apply` does. The loop only decides when; a test may decide otherwise.
 */
typedef struct Daemon Daemon;

/* Reads the settings. ERROR_INPUT when agent.json must be corrected, ERROR_USAGE for the command
 * line, ERROR_BUSY when another daemon runs with the same run folder. The options and the clock
 * must outlive the daemon. */
int daemon_new(const SettingsOverride *options, const Clock *clock, Daemon **ret, Error *err);

/* NULL is allowed. */
void daemon_free(Daemon *daemon);
DEFINE_CLEANUP(Daemon, daemon_free)

/* One pass, for these TRIGGER_BITs. Never fails: what goes wrong is told, and tried again later. */
void daemon_pass(Daemon *daemon, unsigned triggers);

/* True when a pass for these TRIGGER_BITs must wait, because many passes in a row found nothing to
 * write: they are kept for the next one, whose time daemon_next_usec() then tells. */
bool daemon_postpones(Daemon *daemon, unsigned triggers);

/* TRIGGER_BITs of what happened to the watched files since it was last asked; 0: nothing that
 * matters. Never waits. */
unsigned daemon_drain(Daemon *daemon);

/* When the next pass is due, on the monotonic clock. */
uint64_t daemon_next_usec(const Daemon *daemon);

/* What to wait for between passes. */
Watch *daemon_watch(Daemon *daemon);

/* Whether the loop can wait for what is watched: an errno where it cannot, 0 where it can. The next
 * pass tells. */
void daemon_is_blind(Daemon *daemon, int error);

/* The connection to slapd: readable when a late answer came, or slapd went away; -1: there is none.
 */
int daemon_directory_fd(const Daemon *daemon);

/* Readable while peers are being probed and there is something to do; -1: none are. */
int daemon_probe_fd(const Daemon *daemon);

/* Does it without waiting; true when the probes are over, and a pass is due (TRIGGER_PROBE). */
bool daemon_probe_process(Daemon *daemon);

/* Readable when the name of this host was looked up; -1: it is not being looked up. */
int daemon_host_fd(const Daemon *daemon);

/* Takes the name; true when it has changed, and a pass is due (TRIGGER_HOST). */
bool daemon_host_process(Daemon *daemon);

/* The state of things in one sentence, for systemd and people; valid until the next pass. */
const char *daemon_sentence(const Daemon *daemon);

/* True when another daemon with the same run folder runs by now: this one must end, and did
 * nothing.
 */
bool daemon_has_successor(const Daemon *daemon);

/* Tells that the daemon runs; to be called once, before the first pass. */
void daemon_start(Daemon *daemon);

/* Tells that the daemon ends. */
void daemon_stop(Daemon *daemon);

#endif
