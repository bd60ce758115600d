/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEALED_H
#define SYNCWARD_HEALED_H

#include "agent/heal/heal_hand.h"
#include "agent/input/inputs.h"
#include "agent/ldap/directory.h"
#include "common/draft/healing.h"
#include "common/tell/event.h"

/* What a heal is asked to do, and its result. */

typedef enum HealState {
	HEAL_NOT_LOOKED, /* it could not be looked at: see the holds */
	HEAL_NOT_NEEDED, /* contextCSN has the server ID of every entry, at every peer */
	HEAL_HELD,       /* nothing was written to cn=config */
	HEAL_DONE,       /* contextCSN has it now, here and at every peer */
	HEAL_UNSEEN,     /* it was written here, and not every peer was seen to have it */
	HEAL_STATE_COUNT
} HealState;

/* An entry that some servers have and others do not, for people. */
typedef struct HealedEntry {
	const char *dn; /* NULL: it has disappeared meanwhile */
	const char *uuid;
	const char *at;      /* "here, 2 ldap://..." */
	const char *missing; /* "3 ldap://..." */
	const char *keep;    /* the command after which every server has it */
	const char *remove;  /* the command after which none has */
} HealedEntry;

typedef struct HealedDatabase {
	const char *suffix;
	HealState state;
	const SidTally *old; /* of this node's entries, and by peers' where it has none */
	size_t n_old;
	size_t n_entries; /* here */
	HealHolds holds;
	HealedEntry *one_sided;
	size_t n_one_sided;
	const char *hand;    /* who changed the suffix entry; NULL: nobody */
	int64_t away_usec;   /* how long the server ID was another one; 0: it never was */
	const char **unseen; /* peers that were not seen to have it, and why */
	size_t n_unseen;
	const char **context_csns; /* at the end */
	size_t n_context_csns;
} HealedDatabase;

/* The result of healing: failing is one of the results. */
typedef struct HealReport {
	HealedDatabase *databases;
	size_t n_databases;
	bool has_failed;
	Error error;
} HealReport;

typedef struct HealOptions {
	const Inputs *inputs;
	const char *ldap_uri;
	Directory *directory;
	const char *run_dir; /* whose lock this is */
	int lock;
	const char *suffix; /* NULL: every database */
	unsigned timeout_sec;
	HealHand verifier;         /* from agent.json; without binddn, none is set up */
	const char *root_password; /* of each database's rootdn; NULL: none was given */
	/* Reports what is about to be written to cn=config, and what was written. */
	void (*tell)(void *userdata, const EventList *events);
	void *userdata;
} HealOptions;

#endif
