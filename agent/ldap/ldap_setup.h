/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_SETUP_H
#define SYNCWARD_LDAP_SETUP_H

/*
 * Lets libldap make itself ready, once for each process and those that it forks: it reads files,
 * loads plugins, and looks this host's name up, which it would do in the first operation for as
 * long as name servers are silent. Here each of them has a second; we have no use for that name.
 */
void ldap_set_up(void);

#endif
