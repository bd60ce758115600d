/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFIG_FILE_H
#define SYNCWARD_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/tree.h"

/*
 * True when the file, relative to slapd's configuration folder
 * ("cn=config/olcDatabase={2}mdb.ldif"), is the one in which slapd keeps the entry. A name part of
 * the DN without "{n}" is also the file that slapd numbered when the entry was added
 * ("olcOverlay={0}syncprov", "cn=module{1}").
 */
bool config_file_is_of(const char *file, const char *dn);

/* The file of the entry with that DN as slapd returns it. */
const char *config_file_of(Pool *pool, const char *dn);

/* The entry in such a file (LDIF with folded lines), with its operational attributes and without
 * comments; false when there is none. */
bool config_file_parse(Pool *pool, const char *bytes, size_t len, Entry *ret);

/*
 * The first attribute in which the file differs from the entry read from slapd, order of values
 * aside; NULL when there is none. Only attributes that the entry has are compared, except
 * olcConfigDir, which slapd makes up, and who wrote it last.
 */
const char *config_file_difference(const Entry *live, const Entry *file);

#endif
