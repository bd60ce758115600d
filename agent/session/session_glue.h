/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_GLUE_H
#define SYNCWARD_SESSION_GLUE_H

#include "agent/session/session.h"
#include "common/base/tree.h"

/* What a server has under a DN. */
typedef enum GlueState {
	GLUE_NOT_KNOWN, /* first: it was not asked, or did not answer */
	GLUE_MISSING,   /* or hidden from us */
	GLUE_ITSELF,    /* a placeholder there, too */
	GLUE_REAL,      /* the entry */
} GlueState;

/*
 * The placeholders that slapd's consumers made in the database (objectClass glue), up to so many;
 * is_cut: there are more. No other search shows them. One that a change of the real entry was
 * written into is found by its structuralObjectClass, which stays. False when the server did not
 * answer, or refused: peer_link_failure() says why.
 */
bool glue_find_over(PeerLink *link, Pool *pool, const char *suffix, int n_most, Tree *ret);

GlueState glue_state_over(PeerLink *link, const char *dn);

#endif
