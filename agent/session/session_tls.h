/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_TLS_H
#define SYNCWARD_SESSION_TLS_H

#include <ldap.h>

#include "common/base/error.h"
#include "common/syncrepl/syncrepl_inherit.h"

/* Gives a connection the TLS settings of the link's tls_* keywords; what the link does not say is
 * libldap's default. ERROR_INPUT names the keyword that libldap refuses, ERROR_SYSTEM a file that
 * cannot be used. */
int link_set_tls(LDAP *ldap, const Syncrepl *link, Error *err);

#endif
