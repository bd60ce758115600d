/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_COMPARE_H
#define SYNCWARD_READER_COMPARE_H

#include "agent/ldap/ldap_view.h"
#include "common/access/reader_views.h"

/* The identity that a reader is compared with. */
typedef struct ReaderReference {
	const char *name;
	const char *
		hidden_by; /* what may hide something from that identity, too; NULL: nothing does */
	size_t n_counted;  /* entries that slapd itself counts in the database; 0: unknown */
} ReaderReference;

/*
 * Compares what two identities see here: of all entries that they are there, of a sample the names
 * of attributes. Sets outcome and text of the view. Less is proof; equal only where the reference
 * sees everything and came to its end.
 */
void reader_compare(const LdapViewer *whole, const LdapViewer *reader, const AccessLists *lists,
		    const ReaderReference *reference, ReaderView *view);

#endif
