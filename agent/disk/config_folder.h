/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFIG_FOLDER_H
#define SYNCWARD_CONFIG_FOLDER_H

#include "common/base/error.h"
#include "common/base/tree.h"

/*
 * Reads the databases of cn=config from slapd.d, as they will be when slapd starts: for when there
 * is no slapd to ask. The files belong to slapd's user, and are trusted as slapd trusts them.
 * DNs are relative to cn=config, as in the files.
 */
int config_folder_read(Pool *pool, const char *config_dir, Tree *ret, Error *err);

/* The same for the overlays of one database; their DNs are relative to it. */
int config_folder_overlays(Pool *pool, const char *config_dir, const char *database_dn, Tree *ret,
			   Error *err);

/* The file of the main entry (cn=config), with olcPidFile. */
int config_folder_global(Pool *pool, const char *config_dir, Entry *ret, Error *err);

#endif
