/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_SITE_H
#define SYNCWARD_DAEMON_SITE_H

#include "agent/daemon/daemon_settings.h"
#include "agent/found/daemon_found.h"
#include "agent/host/host_lookup.h"

/* Where the daemon works, and with what: settings, its lock, the connection to slapd, the name of
 * this host, the last good files. */
typedef struct DaemonSite {
	const SettingsOverride *options;
	Pool *pool;
	Context context; /* as agent.json says */
	DaemonSettings settings;
	int lock;           /* held as long as it runs; -1: the run folder cannot be used */
	bool has_successor; /* somebody let another daemon start */
	HostLookup *host;
	LastGood *good;
	Directory *directory; /* kept between passes; NULL: none */
	bool has_asked;       /* the last pass got so far that it asked slapd */
} DaemonSite;

/* Reads the settings and takes the lock; fails as daemon_new() does. The options must outlive it.
 * Must be closed also after a failure. */
int daemon_site_open(DaemonSite *site, const SettingsOverride *options, Error *err);
void daemon_site_close(DaemonSite *site);

/* Reads agent.json again, only_changed: when it is another one; the settings before stay in force
 * when it cannot be used. */
int daemon_site_settings(DaemonSite *site, bool only_changed, Error *err);

/* Looks this host's name up, when the pass requires that, and puts what is known of it into the
 * pass's context. Only the first pass waits, for a moment. */
void daemon_site_host(DaemonSite *site, bool is_urgent, Found *found);

/* Refuses to work beside another daemon, which says so in has_successor. */
int daemon_site_alone(DaemonSite *site, Error *err);

/* A connection that can be used, in found->directory, which the site owns. */
int daemon_site_connect(DaemonSite *site, Found *found, Error *err);

/* The connection, when something may come on it; -1: there is none. */
int daemon_site_fd(const DaemonSite *site);

#endif
