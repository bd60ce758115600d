/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_COPIES_H
#define SYNCWARD_LDAP_COPIES_H

#include "agent/ldap/ldap_view.h"

/* What one identity sees at another server of entries that are here. */
typedef struct CopyView {
	const char *lacks; /* what is hidden there, names of attributes and counts only
			      (view_lacks()); NULL: nothing was seen to be */
	bool shows_all;    /* each of them is shown with all that it has here, or was seen to be
			      gone; false without lacks: not known */
} CopyView;

/*
 * Compares a sample of the copy here with the one there. Hidden is what there does not show of an
 * entry of the same version, single values included; an entry of which slapd does not say what is
 * above it; an attribute that the identity may not compare, and passwords where no entry but its
 * own shows one, whatever the version. False when there was nothing to see here, or one of them
 * stopped to answer.
 */
bool ldap_copies_compare(const LdapViewer *here, const LdapViewer *there, const LdapSample *wanted,
			 CopyView *ret);

#endif
