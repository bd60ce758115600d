/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFIGFILE_H
#define SYNCWARD_CONFIGFILE_H

#include <stdbool.h>

/*
 * True when the file, relative to slapd's configuration folder
 * ("cn=config/olcDatabase={2}mdb.ldif"), is the one in which slapd keeps the entry. A name part of
 * the DN without "{n}" is also the file that slapd numbered when the entry was added
 * ("olcOverlay={0}syncprov", "cn=module{1}").
 */
bool config_file_is_of(const char *file, const char *dn);

#endif
