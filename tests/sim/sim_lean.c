/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_draw.h"

/* What a rule concerns is seldom drawn: a search for what happens without it draws more of it, one
 * after the other. */

#define PARTS 4
#define NODES 3 /* of them */

/* Whose turn it is: anybody's, or that of one of three who stay the same from the first choice of a
 * leaning to its last; and of which entry. */
typedef enum Part {
	ANYBODY,
	JOINER,
	SOURCE, /* from which it reads first */
	KEEPER, /* of what the source lacks */
	ENTRY,
} Part;

typedef struct Leaning {
	SimVerb verb;
	Part parts[2];
} Leaning;

static const struct {
	SimRule rule;
	size_t n;
	Leaning leanings[14];
} rules[] = {
	{SIM_COVERAGE,
	 12,
	 {{.verb = SIM_CUT, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_CUT, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_WRITE, .parts = {JOINER}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_REPLACE, .parts = {JOINER}},
	  {.verb = SIM_MEND, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_WRITE, .parts = {JOINER}},
	  {.verb = SIM_FLOW}}},
	{SIM_SHOWN,
	 5,
	 {{.verb = SIM_DELTA},
	  {.verb = SIM_ROUND},
	  {.verb = SIM_WRITE},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_ROUND}}},
	{SIM_LAGS,
	 9,
	 {{.verb = SIM_CUT, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_WRITE, .parts = {SOURCE}},
	  {.verb = SIM_DELTA},
	  {.verb = SIM_PASS, .parts = {SOURCE}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_WRITE, .parts = {SOURCE}},
	  {.verb = SIM_MEND, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_FLOW}}},
	{SIM_OWN_LOG,
	 11,
	 {{.verb = SIM_FOLDER, .parts = {JOINER}},
	  {.verb = SIM_DELTA},
	  {.verb = SIM_ROUND},
	  {.verb = SIM_WRITE, .parts = {SOURCE}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_ROUND},
	  {.verb = SIM_CUT, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_MODIFY, .parts = {SOURCE, ENTRY}},
	  {.verb = SIM_MODIFY, .parts = {JOINER, ENTRY}},
	  {.verb = SIM_MEND, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_FLOW}}},
	{SIM_CLOCKS,
	 4,
	 {{.verb = SIM_LATE}, {.verb = SIM_REPLACE}, {.verb = SIM_WRITE}, {.verb = SIM_FLOW}}},
	{SIM_IDENTITY,
	 4,
	 {{.verb = SIM_FOREIGN}, {.verb = SIM_SEED}, {.verb = SIM_FIRST}, {.verb = SIM_ROUND}}},
	{SIM_FIRST_NODE,
	 4,
	 {{.verb = SIM_FIRST}, {.verb = SIM_REPLACE}, {.verb = SIM_SEED}, {.verb = SIM_FLOW}}},
	{SIM_SESSION_LOG,
	 4,
	 {{.verb = SIM_KEEP_LOG}, {.verb = SIM_STOP}, {.verb = SIM_DELETE}, {.verb = SIM_START}}},
	{SIM_WORD,
	 14,
	 {{.verb = SIM_CUT, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_CUT, .parts = {JOINER, KEEPER}},
	  {.verb = SIM_REPLACE, .parts = {JOINER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_MODIFY, .parts = {KEEPER}},
	  {.verb = SIM_MODIFY, .parts = {KEEPER}},
	  {.verb = SIM_MEND, .parts = {JOINER, KEEPER}},
	  {.verb = SIM_DELIVER, .parts = {JOINER, KEEPER}},
	  {.verb = SIM_DELIVER, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_MEND, .parts = {SOURCE, KEEPER}}}},
	{SIM_LEFT,
	 14,
	 {{.verb = SIM_MODIFY, .parts = {KEEPER}},
	  {.verb = SIM_MODIFY, .parts = {KEEPER}},
	  {.verb = SIM_WRITE, .parts = {JOINER}},
	  {.verb = SIM_DELIVER, .parts = {KEEPER, JOINER}},
	  {.verb = SIM_CUT, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_CRASH, .parts = {KEEPER}},
	  {.verb = SIM_START, .parts = {KEEPER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_MEND, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_WRITE, .parts = {JOINER}},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_WRITE, .parts = {SOURCE}},
	  {.verb = SIM_WRITE, .parts = {KEEPER}}}},
	{SIM_SHUT,
	 12,
	 {{.verb = SIM_CUT, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_CUT, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_WRITE, .parts = {KEEPER, ENTRY}},
	  {.verb = SIM_WRITE, .parts = {KEEPER}},
	  {.verb = SIM_WRITE, .parts = {JOINER}},
	  {.verb = SIM_PASS, .parts = {SOURCE}},
	  {.verb = SIM_MEND, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_CONNECT, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_DELIVER, .parts = {SOURCE, KEEPER}},
	  {.verb = SIM_MEND, .parts = {SOURCE, JOINER}},
	  {.verb = SIM_CONNECT, .parts = {JOINER, SOURCE}},
	  {.verb = SIM_FLOW}}},
	{SIM_REFUSED,
	 6,
	 {{.verb = SIM_FOREIGN, .parts = {JOINER}},
	  {.verb = SIM_PASSWORD, .parts = {JOINER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_PASS, .parts = {JOINER}},
	  {.verb = SIM_CORRECT, .parts = {JOINER}},
	  {.verb = SIM_FLOW}}},
	{SIM_ROLES,
	 4,
	 {{.verb = SIM_ROLE}, {.verb = SIM_ROUND}, {.verb = SIM_WRITE}, {.verb = SIM_FLOW}}},
	{SIM_HEIRS,
	 4,
	 {{.verb = SIM_REPLACE, .parts = {SOURCE}},
	  {.verb = SIM_PASS, .parts = {SOURCE}},
	  {.verb = SIM_SEED, .parts = {SOURCE}},
	  {.verb = SIM_FLOW}}},
	{SIM_THERE,
	 6,
	 {{.verb = SIM_BACKUP},
	  {.verb = SIM_WRITE},
	  {.verb = SIM_FLOW},
	  {.verb = SIM_RESTORE},
	  {.verb = SIM_PASS},
	  {.verb = SIM_WAIT}}},
};

/* Nodes, each another one, and an entry. */
static void parts_draw(uint64_t *state, size_t n_nodes, unsigned parts[PARTS])
{
	parts[ENTRY - 1] = sim_draw(state, SIM_NAMES);
	for (size_t i = 0; i < NODES; i++) {
		bool is_new;

		do {
			is_new = true;
			parts[i] = 1 + sim_draw(state, (uint32_t)n_nodes);
			for (size_t k = 0; k < i; k++)
				is_new &= parts[k] != parts[i];
		} while (!is_new);
	}
}

static SimChoice leaning_draw(uint64_t *state, const Leaning *leaning, const unsigned parts[PARTS],
			      size_t n_nodes)
{
	SimChoice choice = sim_choice_draw(state, leaning->verb, n_nodes);

	for (size_t k = 0; k < ARRAY_SIZE(leaning->parts); k++)
		if (leaning->parts[k] != ANYBODY)
			choice.of[k] = parts[leaning->parts[k] - 1];
	return choice;
}

static void leanings_draw(uint64_t *state, const Leaning *leanings, size_t n, SimHistory *history,
			  size_t begin)
{
	unsigned parts[PARTS] = {0};
	size_t at = 0;

	for (size_t k = begin; k < history->n_choices; k++) {
		if (at % n == 0 && leanings[0].parts[0] != ANYBODY)
			parts_draw(state, history->n_nodes, parts);
		if (sim_draw(state, 2) == 0)
			history->choices[k] =
				leaning_draw(state, &leanings[at++ % n], parts, history->n_nodes);
	}
}

static bool has_parts(SimRule rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].rule == rule)
			return rules[i].leanings[0].parts[0] != ANYBODY;
	return false;
}

/* Links read logs before anything else happens. */
static bool begins_by_log(SimRule rule)
{
	return rule == SIM_WORD || rule == SIM_LEFT;
}

void sim_history_lean(SimHistory *history, uint64_t seed, SimRule asked)
{
	const SimRule rule = asked == SIM_LOG_SHUT ? SIM_LEFT : asked; /* where logs are left */
	uint64_t state = seed;
	size_t begin;

	if (rule == SIM_THERE && history->n_nodes > 2) {
		history->has_beats = true;
		history->consumers |= 1U << (history->n_nodes - 1);
	}
	if (history->n_nodes < NODES && has_parts(rule))
		history->n_nodes = NODES;
	begin = begins_by_log(rule) ? sim_history_read_logs(history) : 0;
	history->rights.is_root |= asked == SIM_LEFT;
	if (rule == SIM_SHUT)
		history->consumers = history->hubs = history->polled = 0;
	if (rule == SIM_SHUT && history->shape == SIM_MESH)
		history->shape = SIM_CHAIN;
	/* One provider, and consumers that have what it had. */
	if (rule == SIM_HEIRS)
		history->consumers = ((1U << history->n_nodes) - 1) & ~1U;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].rule == rule)
			leanings_draw(&state, rules[i].leanings, rules[i].n, history, begin);
}
