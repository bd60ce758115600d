/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_HAND_H
#define SYNCWARD_HEAL_HAND_H

#include "agent/session/session_entry.h"

/*
 * Who writes to the database at this node, and how: the suffix entry gets the object classes that
 * it has, which changes its entryCSN and nothing that anybody reads. slapd lets root over ldapi do
 * that only where olcAccess says so; the rootdn may always.
 */
typedef struct HealHand {
	const char *name;   /* for people */
	const char *binddn; /* NULL: root over ldapi, by SASL EXTERNAL */
	const char *password;
} HealHand;

typedef struct HealHands {
	HealHand *items; /* in the order in which they are tried */
	size_t n_items;
} HealHands;

/* Binds at this machine's slapd. False: why is in ret_problem. peer_link_close() in any case. */
bool heal_hand_open(Pool *pool, const HealHand *hand, const char *ldap_uri, PeerLink *ret,
		    const char **ret_problem);

/* Touches the suffix entry once, with the object classes that it has at this moment. */
LinkAnswer heal_touch(PeerLink *link, const char *suffix);

#endif
