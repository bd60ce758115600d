/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINK_TLS_H
#define SYNCWARD_LINK_TLS_H

#include <ldap.h>

#include "common/error.h"
#include "common/syncrepl.h"
#include "common/tree.h"

/* Gives a connection the TLS settings of the link's tls_* keywords; what the link does not say is
 * libldap's default. ERROR_INPUT names the keyword that libldap refuses, ERROR_SYSTEM a file that
 * cannot be used. */
int link_set_tls(LDAP *ldap, const Syncrepl *link, Error *err);

/* True when the link's URL or its starttls asks for TLS. */
bool link_uses_tls(const Syncrepl *link);

/*
 * The link with what slapd's consumer takes from the server's own TLS settings where the link says
 * nothing (slapd-config(5), olcSyncrepl): CA, certificate and key files, cipher suite. global is
 * cn=config itself, whose strings are borrowed; a link without TLS stays as it is.
 */
Syncrepl link_inherit_tls(const Syncrepl *link, const Entry *global);

#endif
