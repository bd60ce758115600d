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
	SIM_ONE_PROVIDER, /* it reads one provider first; and nobody looks for what is too much */
	SIM_IDENTITY,     /* G10: entryUUID of the suffix entry */
	SIM_COVERAGE,     /* every provider that can be asked must be covered */
	/* Facts of slapd, which the model then does not know. */
	SIM_FACT_COVERED, /* a refresh deletes only what the cookie covers */
	SIM_FACT_PRESENT, /* a refresh with a cookie tells what is there still */
	SIM_RULE_COUNT
} SimRule;

extern const char *const sim_rule_names[];

bool sim_knows(SimRule fact);

/* From now on; SIM_ALL_RULES: none is off. */
void sim_rule_switch_off(SimRule rule);

#endif
