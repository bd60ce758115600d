/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_LOOKUP_H
#define SYNCWARD_SESSION_LOOKUP_H

#include "agent/session/session.h"
#include "common/entries/entry_mark.h"

/* A server that answers has begun to send by then: before the first entry of a search it may sort
 * candidates. */
#define ENTRIES_PATIENCE_MSEC 20000

extern const char *const entries_mark_attributes[]; /* entryUUID, entryCSN */
extern const char *const entries_all_attributes[];  /* those of users and of slapd */

/* Entries in one filter. */
#define ENTRIES_SOME_MAX 100

/* ManageDsaIT, critical: with it glue and referral objects are entries like others; slapd's
 * consumers use it as well. */
LDAPControl entries_manage_control(void);

/* What is looked for over a link, in one search. */
typedef struct EntriesSearch {
	const char *base;
	int scope;
	const char *filter;
	const char *const *attributes;
	int size_limit; /* LDAP_NO_LIMIT: none */
} EntriesSearch;

/* The answer, within ENTRIES_PATIENCE_MSEC, with glue and referral objects as entries; its entries
 * are in the pool. */
LdapAnswer entries_search(PeerLink *link, Pool *pool, const EntriesSearch *search);

/* What is done, for a message; in the link's pool. */
const char *entries_title(const PeerLink *link, const char *suffix);

/* An entry that was looked for and is there. */
typedef struct FoundEntry {
	EntryMark mark;
	const char *dn;
} FoundEntry;

typedef struct FoundEntries {
	FoundEntry *items;
	size_t n_items;
} FoundEntries;

/* As whom the server knows us, the authzid where the link has one: a DN, "" for an anonymous
 * client; NULL: it did not say. */
const char *link_whoami(PeerLink *link);

/*
 * True when we are root_dn, the rootdn of this database here (NULL: it has none), and the server
 * takes us for its own, too: we may be anybody. That alone is no proof: slapd lets the rootdn of
 * any database it was bound in be anybody of all of them, and whomever authzTo or authzFrom let
 * (slap_sasl_authorized(): 2.4.57, 2.5.13, 2.6.10); so our own entry there must be missing, or be
 * shown without authzTo. Not with an authzid: false.
 */
bool link_is_rootdn(PeerLink *link, const char *suffix, const char *root_dn);

/* For a link that lay idle: where olcIdleTimeout closed it meanwhile it is made anew. False when
 * that fails, and the link is not to be used: peer_link_failure() says why. */
bool link_revive(PeerLink *link);

/*
 * How many entries the server says a database holds, whatever it shows of them: back-mdb counts in
 * cn=monitor (see copy_reading.h). 0: it has no such count, or does not show it to us, or one of
 * its databases is disabled, or may be. NULL for the link gives 0.
 */
size_t entries_count_over(PeerLink *link, const char *suffix);

/* Before whole entries are read: up to LDAP_ENTRY_BYTES_MAX are heard of each answer. */
void link_widen(PeerLink *link);

/* True when more came than is heard; nothing more is read from that connection. */
bool link_got_too_much(const PeerLink *link);

/* Reads up to ENTRIES_SOME_MAX entries by entryUUID with all attributes, those that are there; as
 * entries_find_over(). */
bool entries_read_some(PeerLink *link, Pool *pool, const char *suffix, const EntryMark *wanted,
		       size_t n_wanted, Tree *ret);

/* Looks for entries by entryUUID; those that are there, everything in the pool. False when the
 * server did not answer, or refused: peer_link_failure() says why. */
bool entries_find_over(PeerLink *link, Pool *pool, const char *suffix, const EntryMark *wanted,
		       size_t n_wanted, FoundEntries *ret);

#endif
