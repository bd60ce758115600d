/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_RULES_H
#define SYNCWARD_SIM_RULES_H

#include <stdbool.h>

/*
 * Rules of the program that this test program can switch off: the linker puts the functions of
 * sim_rules.c in the place of the program's (--wrap), whose sources know nothing of it.
 */
typedef enum SimRule {
	SIM_ALL_RULES,
	SIM_TWO_PHASES,   /* joining waits for the first refresh */
	SIM_ONE_PROVIDER, /* it reads one provider first; and nothing looks for what is too much */
	SIM_IDENTITY,     /* G10: entryUUID of the suffix entry */
	SIM_COVERAGE,     /* every provider that can be asked must be covered */
	SIM_FIRST_NODE,   /* --first-node is refused where peers have data */
	SIM_MEMORY,       /* what is not remembered is asked all the same */
	SIM_CLOCKS,       /* G11: clocks that differ */
	SIM_LINK,         /* G6: a link that works stays until another one was tried */
	SIM_WHOLE,        /* G13: no provider reads a part only */
	SIM_ORDER,        /* contextCSN is on disk before the server ID */
	SIM_READERS,      /* G12: nodes that read here may read everything */
	SIM_SESSION_LOG,  /* none is written (0.1.0 did) */
	SIM_HEARTBEATS,   /* one is written only where the copy is the one that peers know */
	SIM_THERE,        /* by a consumer only where the provider's copy is the one others know */
	SIM_ROLLOUT,      /* a new revision waits until it did well on its first node */
	SIM_ROLES,        /* the file alone makes no provider of a consumer, nor one of it */
	SIM_HEIRS,        /* an only provider asks its consumers what they hold */
	SIM_SHOWN,        /* a log of changes is read only where its provider shows it */
	SIM_LAGS,         /* and by a node that has what the provider had then */
	SIM_OWN_LOG,      /* and by a node that writes one itself */
	SIM_WORD,         /* and where that says that it sees all logs that it is to read */
	SIM_LEFT,         /* whose log is gone is read as soon as no node reads the own one */
	SIM_LOG_SHUT,     /* a log that is closed shows nothing to searches that have begun */
	SIM_SHUT,         /* nobody begins to read a relay that was cut off and is filled now */
	SIM_REFUSED,      /* who refuses the account counts as empty only where that was seen */
	/* Facts of slapd, which the model then does not know. */
	SIM_FACT_COVERED, /* a refresh deletes only what the cookie covers */
	SIM_FACT_PRESENT, /* a refresh with a cookie says what is there still */
	SIM_FACT_LOGGED,  /* a deletion out of a session log brings its CSN */
	SIM_FACT_WHOLE,   /* contextCSN is written once, when a refresh ends */
	SIM_FACT_USED,    /* what a provider lacks goes, under its own server ID as well */
	SIM_FACT_SEVERAL, /* a refresh brings back what another provider had deleted */
	SIM_FACT_LOWEST,  /* of the lowest server ID nothing is taken that contextCSN covers */
	SIM_FACT_OWN_LOG, /* without a log of its own it carries out an older change */
	SIM_FACT_BEGUN,   /* a log begins with the contextCSN on disk */
	SIM_FACT_NEWEST, /* where nothing changed but what a refresh brings, only what is newer than
			    all of the cookie is sent */
	SIM_FACT_REFRESH, /* what a refresh brings comes into the log in the order of the refresh */
	SIM_FACT_SESSION, /* what a refresh brings and deletes comes into the session log, or
			     empties it */
	SIM_RULE_COUNT
} SimRule;

extern const char *const sim_rule_names[];

bool sim_knows(SimRule fact);

/* From now on logs can be shut, or none can. */
void sim_logs_shut(bool can_be_shut);

bool sim_rule_is_off(SimRule rule);

/* For what the program as it is does; and back. Facts stay as they are. */
void sim_rules_switch_on(void);
void sim_rules_switch_back(void);

/* From now on; SIM_ALL_RULES: none is off. */
void sim_rule_switch_off(SimRule rule);

#endif
