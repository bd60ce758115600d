/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ADOPT_H
#define SYNCWARD_ADOPT_H

#include "common/adopt/adoption.h"

/*
 * Finds the databases that replicate, their peers, this node's own URI and server ID (by slapd's
 * rule, serverid.h), and the ids of peers that olcServerID names. ERROR_REFUSED when nothing can be
 * adopted, or this node has no server ID.
 */
int adopt_survey(Pool *pool, const Live *live, const char *fqdn, Adoption *ret, Error *err);

/* Notes the servers that olcServerID names and that are not read. Call it when the ids of all peers
 * are known, for a peer may be read by another URL than olcServerID gives it. */
void adopt_note_unread(Adoption *adoption);

/*
 * The document: what all links of a database have in common stands in its syncrepl, what one peer
 * has for itself in that peer's. All ids must be known. Passwords are files of secrets_dir.
 */
void adopt_document(Adoption *adoption, const char *secrets_dir, AdoptDocument *ret);

#endif
