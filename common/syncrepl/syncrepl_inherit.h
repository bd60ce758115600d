/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_INHERIT_H
#define SYNCWARD_SYNCREPL_INHERIT_H

#include <stdbool.h>

#include "common/base/tree.h"
#include "common/syncrepl/syncrepl.h"

/* True when the link's URL or its starttls asks for TLS. */
bool link_uses_tls(const Syncrepl *link);

/* The keywords that name the files which slapd reads when it makes a consumer. */
#define LINK_TLS_FILES 3
extern const SyncreplKeyword link_tls_files[LINK_TLS_FILES];

/* These, and the one that names a folder of such files. */
#define LINK_TLS_PATHS 4
extern const SyncreplKeyword link_tls_paths[LINK_TLS_PATHS];

/*
 * The link with what slapd's consumer takes from the server's own TLS settings if the link does not
 * set it (slapd-config(5), olcSyncrepl): CA, certificate and key files, cipher suite. global is
 * cn=config itself, whose strings are borrowed; a link without TLS stays as it is.
 */
Syncrepl link_inherit_tls(const Syncrepl *link, const Entry *global);

#endif
