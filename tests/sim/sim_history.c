/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_history.h"

#include <string.h>

#include "tests/sim/sim_draw.h"
#include "tests/sim/sim_wanted.h"

/* Histories: at random, as text, and shorter. */

typedef enum Argument {
	NOTHING,
	NODE,
	NAME,
	SMALL,
	ACTIONS,
	SECONDS,
	RULES,
	NODES,
	MISTAKE,
} Argument;

static const struct {
	const char *name;
	unsigned weight;
	Argument arguments[3];
} verbs[] = {
	[SIM_WRITE] = {"write", 30, {NODE, NAME}},
	[SIM_DELETE] = {"delete", 16, {NODE, NAME}},
	[SIM_PASS] = {"pass", 14, {NODE}},
	[SIM_KILLED] = {"killed", 4, {NODE, ACTIONS}},
	[SIM_FIRST] = {"first", 1, {NODE}},
	[SIM_CONNECT] = {"connect", 14, {NODE, NODE}},
	[SIM_DELIVER] = {"deliver", 20, {NODE, NODE, SMALL}},
	[SIM_FLOW] = {"flow", 8, {NOTHING}},
	[SIM_ROUND] = {"round", 5, {NOTHING}},
	[SIM_CUT] = {"cut", 5, {NODE, NODE}},
	[SIM_MEND] = {"mend", 4, {NODE, NODE}},
	[SIM_STOP] = {"stop", 2, {NODE}},
	[SIM_CRASH] = {"crash", 1, {NODE}},
	[SIM_START] = {"start", 4, {NODE}},
	[SIM_WIPE] = {"wipe", 1, {NODE}},
	[SIM_REPLACE] = {"replace", 4, {NODE}},
	[SIM_FOREIGN] = {"foreign", 1, {NODE}},
	[SIM_BACKUP] = {"backup", 1, {NODE}},
	[SIM_RESTORE] = {"restore", 1, {NODE}},
	[SIM_UNLINK] = {"unlink", 0, {NODE}},
	[SIM_OBEY] = {"obey", 3, {NODE}},
	[SIM_SEED] = {"seed", 1, {NODE}},
	[SIM_FORGET] = {"forget", 1, {NODE}},
	[SIM_TYPED] = {"typed", 1, {NODE}},
	[SIM_FILTER] = {"filter", 1, {NODE}},
	[SIM_CORRECT] = {"correct", 3, {NODE}},
	[SIM_LATE] = {"late", 1, {NODE, SECONDS}},
	[SIM_KEEP_LOG] = {"log", 1, {NODE}},
	[SIM_SET_ACL] = {"rules", 1, {NODE, RULES}},
	[SIM_REVOKE] = {"revoke", 1, {NODE}},
	[SIM_REVISE] = {"revise", 0, {MISTAKE, NODES}},
	[SIM_ROLE] = {"role", 0, {NODE, NODES}},
	[SIM_RELAY] = {"relay", 0, {NODE, NODES}},
	[SIM_MODIFY] = {"modify", 0, {NODE, NAME}},
	[SIM_MAKE_LOG] = {"changes", 0, {NODE}},
	[SIM_READ_LOG] = {"told", 0, {NODE, NODE}},
	[SIM_DELTA] = {"delta", 0, {NODES}},
	[SIM_FOLDER] = {"folder", 0, {NODE}},
	[SIM_PURGE] = {"purge", 0, {NODE}},
	[SIM_HIDE_LOG] = {"hide", 0, {NODE}},
	[SIM_MUTE] = {"mute", 0, {NODE}},
	[SIM_PASSWORD] = {"password", 0, {NODE}},
	[SIM_REPASS] = {"repass", 0, {NODE}},
	[SIM_ACCOUNT] = {"account", 0, {NODE}},
	[SIM_WAIT] = {"wait", 3, {SECONDS}},
};

static const char *const starts[] = {
	[SIM_STOCK] = "stock", [SIM_FORMED] = "formed", [SIM_HAND] = "hand",
	[SIM_OLD] = "old",     [SIM_FRESH] = "fresh",   [SIM_EMPTY] = "empty"};

/* --- at random --- */

/* splitmix64: each seed gives another history, even one next to another. */
uint32_t sim_draw(uint64_t *state, uint32_t below)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	z ^= z >> 31;
	return (uint32_t)((z >> 32) % below);
}

static SimVerb verb_draw(uint64_t *state)
{
	unsigned sum = 0, at;
	size_t verb = 0;

	for (size_t i = 0; i < SIM_VERB_COUNT; i++)
		sum += verbs[i].weight;
	for (at = sim_draw(state, sum); at >= verbs[verb].weight; verb++)
		at -= verbs[verb].weight;
	return (SimVerb)verb;
}

static const unsigned mistakes_drawn[] = {SIM_NO_MISTAKE, SIM_NO_MISTAKE, SIM_TYPO, SIM_SECRET};

static unsigned argument_draw(uint64_t *state, Argument argument, size_t n_nodes)
{
	switch (argument) {
	case NODE:
		return 1 + sim_draw(state, (uint32_t)n_nodes);
	case NAME:
		return sim_draw(state, 8) == 0 ? 0 : 1 + sim_draw(state, SIM_NAMES - 1);
	case SMALL:
		return 1 + sim_draw(state, 5);
	case ACTIONS:
		return 1 + sim_draw(state, 24);
	case SECONDS:
		return 1 + sim_draw(state, 120);
	case RULES:
		return 1 + sim_draw(state, SIM_ACCESS_END - 1);
	case MISTAKE:
		return mistakes_drawn[sim_draw(state, ARRAY_SIZE(mistakes_drawn))];
	case NODES:
		return sim_draw(state, 1U << n_nodes);
	default:
		return 0;
	}
}

SimChoice sim_choice_draw(uint64_t *state, SimVerb verb, size_t n_nodes)
{
	SimChoice choice = {.verb = verb};

	for (size_t k = 0; k < ARRAY_SIZE(choice.of); k++)
		choice.of[k] = argument_draw(state, verbs[verb].arguments[k], n_nodes);
	return choice;
}

/* In some histories only: all others stay as they were. */
static void roles_draw(uint64_t *state, SimHistory *history)
{
	history->consumers = sim_draw(state, 1U << history->n_nodes) & ~1U;
	for (size_t i = 0; i < history->n_choices; i++) {
		if (sim_draw(state, 12) == 0)
			history->choices[i] = sim_choice_draw(state, SIM_ROLE, history->n_nodes);
		else if (sim_draw(state, 12) == 0)
			history->choices[i] = sim_choice_draw(state, SIM_OBEY, history->n_nodes);
	}
}

static void hubs_draw(uint64_t *state, SimHistory *history)
{
	history->hubs = sim_draw(state, 1U << history->n_nodes);
	for (size_t i = 0; i < history->n_choices; i++)
		if (sim_draw(state, 16) == 0)
			history->choices[i] = sim_choice_draw(state, SIM_RELAY, history->n_nodes);
}

static void beats_draw(uint64_t *state, SimHistory *history)
{
	history->has_beats = true;
	history->is_staged = sim_draw(state, 3) > 0;
	for (size_t i = 0; history->is_staged && i < history->n_choices; i++)
		if (sim_draw(state, 10) == 0)
			history->choices[i] = sim_choice_draw(state, SIM_REVISE, history->n_nodes);
		else if (sim_draw(state, 5) == 0)
			history->choices[i].verb = sim_draw(state, 2) ? SIM_ROUND : SIM_FLOW;
}

/* Logs are read only after some passes, and changes of each node (a log lacks what came before its
 * beginning and after the last contextCSN on disk): a node that has one made sees those of others,
 * says so, and hears that they do. */
static size_t reads_draw(SimHistory *history)
{
	static const SimVerb way[] = {SIM_FLOW, SIM_ROUND, SIM_ROUND, SIM_ROUND};
	size_t n = 1;

	history->choices[n++] = (SimChoice){.verb = SIM_ROUND};
	for (unsigned node = 1; node <= history->n_nodes; node++)
		history->choices[n++] = (SimChoice){.verb = SIM_WRITE, .of = {node, 1}};
	for (size_t i = 0; i < ARRAY_SIZE(way); i++)
		history->choices[n++] = (SimChoice){.verb = way[i]};
	history->n_choices = n > history->n_choices ? n : history->n_choices;
	return n;
}

size_t sim_history_read_logs(SimHistory *history)
{
	size_t n;

	history->shape = SIM_MESH;
	history->polled = history->consumers = history->hubs = 0;
	history->has_beats = history->is_staged = false;
	history->choices[0] = (SimChoice){.verb = SIM_DELTA, .of = {(1U << history->n_nodes) - 1}};
	n = reads_draw(history);
	history->choices[n - 2] = (SimChoice){.verb = SIM_FLOW};
	return n;
}

static void delta_draw(uint64_t *state, SimHistory *history)
{
	static const SimVerb verbs_drawn[] = {SIM_DELTA,  SIM_FLOW,     SIM_ROUND,  SIM_FLOW,
					      SIM_ROUND,  SIM_PURGE,    SIM_FOLDER, SIM_MODIFY,
					      SIM_MODIFY, SIM_HIDE_LOG, SIM_MUTE,   SIM_CUT};

	for (size_t i = 0; i < history->n_choices; i++)
		if (sim_draw(state, 4) == 0)
			history->choices[i] = sim_choice_draw(
				state,
				verbs_drawn[sim_draw(state, (uint32_t)ARRAY_SIZE(verbs_drawn))],
				history->n_nodes);
	history->choices[0] = (SimChoice){
		.verb = SIM_DELTA, .of = {(1U << history->n_nodes) - 1 - sim_draw(state, 2)}};
	if (sim_draw(state, 2))
		(void)reads_draw(history);
}

/* Somebody writes a wrong password, and it is mended at one end or the other. */
static void secrets_draw(uint64_t *state, SimHistory *history)
{
	static const SimVerb verbs_drawn[] = {SIM_PASSWORD, SIM_REPASS, SIM_ACCOUNT,
					      SIM_CORRECT,  SIM_OBEY,   SIM_PASS};

	for (size_t i = 0; i < history->n_choices; i++)
		if (sim_draw(state, 6) == 0)
			history->choices[i] = sim_choice_draw(
				state,
				verbs_drawn[sim_draw(state, (uint32_t)ARRAY_SIZE(verbs_drawn))],
				history->n_nodes);
}

static const SimStart starts_drawn[] = {SIM_STOCK, SIM_FORMED, SIM_EMPTY};

SimHistory sim_history_random(uint64_t seed)
{
	uint64_t state = seed * 0x2545f4914f6cdd1d + 1;
	SimHistory history = {.n_nodes = 2 + sim_draw(&state, SIM_NODES - 1)};

	if (history.n_nodes > 4) /* seldom: they take long */
		history.n_nodes = sim_draw(&state, 4) == 0 ? history.n_nodes : 3;
	history.start = starts_drawn[sim_draw(&state, ARRAY_SIZE(starts_drawn))];
	history.n_choices = 15 + sim_draw(&state, 46);
	for (size_t i = 0; i < history.n_choices; i++)
		history.choices[i] = sim_choice_draw(&state, verb_draw(&state), history.n_nodes);
	if (history.n_nodes > 2 && sim_draw(&state, 2) == 0)
		history.shape = (SimShape)sim_draw(&state, SIM_SHAPE_COUNT);
	if (sim_draw(&state, 4) == 0)
		history.polled = sim_draw(&state, 1U << history.n_nodes);
	history.rights.is_debian = sim_draw(&state, 4) == 0;
	/* A node whose readers may not read all opens for no client, and nothing happens. */
	history.rights.has_access = sim_draw(&state, history.rights.is_debian ? 4 : 2) > 0;
	if (sim_draw(&state, 4) == 0)
		roles_draw(&state, &history);
	if (sim_draw(&state, 6) == 0)
		beats_draw(&state, &history);
	/* Last, so that all others stay as they were. */
	if (history.consumers && sim_draw(&state, 2) == 0)
		hubs_draw(&state, &history);
	if (history.consumers && !history.has_beats && sim_draw(&state, 3) == 0)
		beats_draw(&state, &history);
	if (history.shape == SIM_MESH && sim_draw(&state, 6) == 0)
		delta_draw(&state, &history);
	history.rights.is_inside = sim_draw(&state, 3) == 0;
	if (sim_draw(&state, 5) == 0) {
		history.rights.is_hidden = sim_draw(&state, 3) == 0;
		secrets_draw(&state, &history);
	}
	/* A relay is seldom cut off while somebody waits to read it. */
	if (history.shape != SIM_MESH && !history.consumers && sim_draw(&state, 4) == 0)
		sim_history_lean(&history, state, SIM_SHUT);
	return history;
}

/* --- as text --- */

bool sim_choice_is_change(const SimChoice *choice)
{
	return choice->verb == SIM_WRITE || choice->verb == SIM_DELETE ||
	       choice->verb == SIM_MODIFY || choice->verb == SIM_REPASS;
}

void sim_choice_print(const SimChoice *choice, FILE *file)
{
	fprintf(file, "%s", verbs[choice->verb].name);
	for (size_t k = 0; k < ARRAY_SIZE(choice->of); k++)
		if (verbs[choice->verb].arguments[k] != NOTHING)
			fprintf(file, " %u", choice->of[k]);
	fprintf(file, "\n");
}

void sim_history_print(const SimHistory *history, FILE *file)
{
	fprintf(file, "nodes %zu\n%s\n%s\n", history->n_nodes, sim_shape_names[history->shape],
		starts[history->start]);
	for (size_t i = 0; i < history->n_nodes; i++)
		if (history->polled >> i & 1)
			fprintf(file, "polled %zu\n", i + 1);
	for (size_t i = 0; i < history->n_nodes; i++)
		if (history->consumers >> i & 1)
			fprintf(file, "consumer %zu\n", i + 1);
	for (size_t i = 0; i < history->n_nodes; i++)
		if (history->hubs >> i & 1)
			fprintf(file, "hub %zu\n", i + 1);
	fprintf(file, "%s", history->is_staged ? "staged\n" : history->has_beats ? "beats\n" : "");
	fprintf(file, "%s%s%s%s%s", history->rights.is_debian ? "debian\n" : "",
		history->rights.has_access ? "access\n" : "",
		history->rights.is_inside ? "inside\n" : "",
		history->rights.is_hidden ? "hidden\n" : "",
		history->rights.is_root ? "root\n" : "");
	for (size_t i = 0; i < history->n_choices; i++)
		sim_choice_print(&history->choices[i], file);
}

static bool arguments_fit(const SimChoice *choice, size_t n_nodes)
{
	for (size_t k = 0; k < ARRAY_SIZE(choice->of); k++) {
		const Argument argument = verbs[choice->verb].arguments[k];

		if ((argument == NODE && (choice->of[k] < 1 || choice->of[k] > n_nodes)) ||
		    (argument == MISTAKE && choice->of[k] > SIM_SECRET) ||
		    (argument == NODES && choice->of[k] >= 1U << n_nodes) ||
		    (argument == NAME && choice->of[k] >= SIM_NAMES) ||
		    (argument == RULES && (choice->of[k] < 1 || choice->of[k] >= SIM_ACCESS_END)))
			return false;
	}
	return true;
}

static int choice_read(const char *line, SimHistory *history)
{
	SimChoice choice = {.verb = SIM_VERB_COUNT};
	char name[16];

	if (sscanf(line, "%15s %u %u %u", name, &choice.of[0], &choice.of[1], &choice.of[2]) < 1)
		return 0;
	for (size_t i = 0; i < SIM_VERB_COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			choice.verb = (SimVerb)i;
	if (choice.verb == SIM_VERB_COUNT || history->n_choices == SIM_CHOICES ||
	    !arguments_fit(&choice, history->n_nodes))
		return -1;
	history->choices[history->n_choices++] = choice;
	return 0;
}

static bool start_read(const char *line, SimStart *ret)
{
	for (size_t i = 0; i < SIM_START_COUNT; i++)
		if (strcmp(starts[i], line) == 0) {
			*ret = (SimStart)i;
			return true;
		}
	return false;
}

static bool rights_read(const char *line, SimRights *ret)
{
	const struct {
		const char *word;
		bool *ret;
	} rights[] = {{"debian", &ret->is_debian},
		      {"access", &ret->has_access},
		      {"inside", &ret->is_inside},
		      {"hidden", &ret->is_hidden},
		      {"root", &ret->is_root}};

	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		if (strcmp(line, rights[i].word) == 0) {
			*rights[i].ret = true;
			return true;
		}
	return false;
}

static bool beats_read(const char *line, SimHistory *ret)
{
	const bool is_staged = strcmp(line, "staged") == 0, is_any = strcmp(line, "beats") == 0;

	ret->is_staged |= is_staged;
	ret->has_beats |= is_staged || is_any;
	return is_staged || is_any;
}

static bool shape_read(const char *line, SimShape *ret)
{
	for (size_t i = 0; i < SIM_SHAPE_COUNT; i++)
		if (strcmp(sim_shape_names[i], line) == 0) {
			*ret = (SimShape)i;
			return true;
		}
	return false;
}

/* "polled 2": a bit is set in *ret. */
static bool node_read(const char *line, const char *word, unsigned *ret)
{
	char name[16];
	unsigned node;

	if (sscanf(line, "%15s %u", name, &node) != 2 || strcmp(name, word) != 0)
		return false;
	*ret |= node >= 1 && node <= SIM_NODES ? 1U << (node - 1) : 0;
	return true;
}

int sim_history_read(FILE *file, SimHistory *ret)
{
	char line[128];

	*ret = (SimHistory){.n_nodes = 2};
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "#\n")] = '\0';
		if (sscanf(line, "nodes %zu", &ret->n_nodes) == 1) {
			if (ret->n_nodes < 2 || ret->n_nodes > SIM_NODES)
				return -1;
		} else if (beats_read(line, ret) || node_read(line, "polled", &ret->polled) ||
			   node_read(line, "consumer", &ret->consumers) ||
			   node_read(line, "hub", &ret->hubs) || rights_read(line, &ret->rights) ||
			   start_read(line, &ret->start) || shape_read(line, &ret->shape)) {
			continue;
		} else if (choice_read(line, ret) < 0) {
			return -1;
		}
	}
	return 0;
}

/* --- shorter --- */

static SimHistory without(const SimHistory *history, size_t from, size_t n)
{
	SimHistory shorter = *history;

	shorter.n_choices -= n;
	memmove(shorter.choices + from, shorter.choices + from + n,
		(shorter.n_choices - from) * sizeof(*shorter.choices));
	return shorter;
}

static bool shrink_by(SimHistory *history, size_t n, SimFault fault)
{
	bool is_shorter = false;

	for (size_t from = 0; from + n <= history->n_choices;) {
		const SimHistory shorter = without(history, from, n);

		if (sim_history_judge(&shorter, false).fault == fault) {
			*history = shorter;
			is_shorter = true;
		} else {
			from++;
		}
	}
	return is_shorter;
}

void sim_history_shrink(SimHistory *history, SimFault fault)
{
	size_t n = history->n_choices / 2;

	while (n > 0)
		if (!shrink_by(history, n, fault) || n > 1)
			n /= 2;
}
