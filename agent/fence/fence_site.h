/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_SITE_H
#define SYNCWARD_FENCE_SITE_H

#include <stdbool.h>

#include "agent/disk/slapd_tool.h"
#include "agent/fence/fence_options.h"
#include "agent/pass/site.h"
#include "common/base/tree.h"

/* Where slapd is on this machine, and whether it runs. */
typedef struct FenceSite {
	SlapdTool tool;
	Tree databases; /* their entries of cn=config, from slapd.d */
} FenceSite;

/* True when slapd answers on its socket, or the process that it noted is one. */
bool fence_slapd_runs(Pool *pool, const Context *context, const char *pid_file);

/* -1 when slapd's folder or program is not known, or cannot be read. */
int fence_site_find(Pool *pool, const SitePaths *paths, const FenceOptions *options,
		    const LastSeenAll *seen, FenceSite *ret, Error *err);

/* Reads the entries once more. */
int fence_site_read(Pool *pool, FenceSite *site, Error *err);

/* The entry of the database with that suffix; NULL: there is none. */
const Entry *fence_site_database(const FenceSite *site, const char *suffix);

/* The DN of such an entry. */
const char *fence_site_dn(Pool *pool, const Entry *database);

/* Looks at the file of the database; -1 also for what back-mdb does not keep. */
int fence_site_file(const FenceSite *site, const Entry *database, DatabaseFile *ret, Error *err);

#endif
