/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate [--without RULE] run FIRST COUNT: plays the histories of these seeds. One that is a
 * violation is reported, shortened and printed, and ends the run with 1.
 * simulate --lean RULE run FIRST COUNT: the same, with more of what the rule is about.
 * simulate --without RULE search FIRST COUNT: the first of these seeds, with more of what the rule
 * is about, that is one without the rule only.
 * simulate excuses FIRST COUNT: how often each excuse of sim_excuse.h held, how often nothing else
 * would have hidden the loss, and the first seed where that is so.
 * simulate --strict EXCUSE COMMAND: that one excuses nothing.
 * simulate [--without RULE] replay FILE: plays the history of that file: what goes wrong, or
 * nothing.
 * simulate [--without RULE] tell FILE: the same, with what syncward does and holds.
 * simulate [--without FACT] alone FILE: what becomes of it without syncward, copy by copy.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/sim_excuse.h"
#include "tests/sim/sim_history.h"
#include "tests/sim/sim_rules.h"

static const char *const faults[] = {
	[SIM_NO_FAULT] = "nothing", [SIM_LOST] = "lost",     [SIM_BACK] = "back",
	[SIM_SILENT] = "silent",    [SIM_BREACH] = "breach",
};

static double processor_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static SimRule rule_off; /* SIM_ALL_RULES: none */
static SimRule leaning;

/* That of the program with all rules, or without the one that is off. */
static SimVerdict judge(const SimHistory *history, bool has_all_rules)
{
	SimVerdict verdict;

	sim_rule_switch_off(has_all_rules ? SIM_ALL_RULES : rule_off);
	verdict = sim_history_judge(history, false);
	sim_rule_switch_off(rule_off);
	return verdict;
}

static void fault_tell(SimHistory *history, uint64_t seed, SimVerdict verdict)
{
	printf("# seed %llu: %s: %s\n", (unsigned long long)seed, faults[verdict.fault],
	       verdict.text);
	sim_history_shrink(history, verdict.fault);
	sim_history_print(history, stdout);
}

/* With all rules. */
static void violation_tell(SimHistory *history, uint64_t seed, SimVerdict verdict)
{
	sim_rule_switch_off(SIM_ALL_RULES);
	fault_tell(history, seed, verdict);
	sim_rule_switch_off(rule_off);
}

/* The first of these seeds that comes to a violation without the rule, and to none with it: 1 when
 * there is none, or one that comes to one with all rules, too. */
static int search(uint64_t first, uint64_t count)
{
	for (uint64_t seed = first; seed < first + count; seed++) {
		SimHistory history = sim_history_random(seed);
		SimVerdict verdict;

		sim_history_lean(&history, seed, rule_off);
		verdict = judge(&history, false);
		if (verdict.fault == SIM_NO_FAULT)
			continue;
		if (judge(&history, true).fault != SIM_NO_FAULT) {
			violation_tell(&history, seed, judge(&history, true));
			return 1;
		}
		printf("%s: seed %llu, %.1f s of processor: %s: %s\n", sim_rule_names[rule_off],
		       (unsigned long long)seed, processor_seconds(), faults[verdict.fault],
		       verdict.text);
		return 0;
	}
	printf("%s: no violation in %llu histories, %.1f s of processor\n",
	       sim_rule_names[rule_off], (unsigned long long)count, processor_seconds());
	return 1;
}

static int run(uint64_t first, uint64_t count)
{
	for (uint64_t seed = first; seed < first + count; seed++) {
		SimHistory history = sim_history_random(seed);
		SimVerdict verdict;

		sim_history_lean(&history, seed, leaning);
		verdict = sim_history_judge(&history, false);
		if (verdict.fault == SIM_NO_FAULT)
			continue;
		fault_tell(&history, seed, verdict);
		return 1;
	}
	printf("%llu histories without a loss, %.0f a second of processor: %lu passes with %lu steps, "
	       "%lu nodes opened to clients, %lu hubs to readers, %lu changes of clients; "
	       "%lu links to logs of changes, %lu heartbeats (%lu of consumers), %lu revisions rolled out; "
	       "%lu compared with slapd alone\n",
	       (unsigned long long)count, (double)count / processor_seconds(), sim_tally.passes,
	       sim_tally.steps, sim_tally.opened, sim_tally.hubs, sim_tally.changes, sim_tally.logs,
	       sim_tally.beats, sim_tally.beats_there, sim_tally.rolled_out, sim_tally.alone);
	printf("excused histories:");
	for (int excuse = EXCUSE_NONE + 1; excuse < EXCUSE_COUNT; excuse++)
		printf(" %s %lu", sim_excuse_names[excuse], sim_tally.excused[excuse]);
	printf("\n");
	return 0;
}

typedef struct Excused {
	unsigned long held, decided;
	uint64_t first; /* seed of those that it alone decided */
} Excused;

static void excuses_try(const SimHistory *history, uint64_t seed, unsigned held, Excused *excused)
{
	for (int excuse = EXCUSE_NONE + 1; excuse < EXCUSE_COUNT; excuse++) {
		if (!(held >> excuse & 1))
			continue;
		excused[excuse].held++;
		sim_excuse_take_out((SimExcuse)excuse);
		if (sim_history_judge(history, false).fault && excused[excuse].decided++ == 0)
			excused[excuse].first = seed;
		sim_excuse_take_out(EXCUSE_NONE);
	}
}

static int excuses(uint64_t first, uint64_t count)
{
	Excused excused[EXCUSE_COUNT] = {{0}};

	for (uint64_t seed = first; seed < first + count; seed++) {
		SimHistory history = sim_history_random(seed);
		SimVerdict verdict;

		sim_history_lean(&history, seed, leaning);
		verdict = sim_history_judge(&history, false);
		if (verdict.fault) {
			fault_tell(&history, seed, verdict);
			return 1;
		}
		excuses_try(&history, seed, verdict.excuses, excused);
	}
	printf("%llu histories without a loss, %.0f a second of processor\n",
	       (unsigned long long)count, (double)count / processor_seconds());
	for (int excuse = EXCUSE_NONE + 1; excuse < EXCUSE_COUNT; excuse++)
		printf("%s: held in %lu, decided %lu, first %llu\n", sim_excuse_names[excuse],
		       excused[excuse].held, excused[excuse].decided,
		       (unsigned long long)excused[excuse].first);
	return 0;
}

static int history_open(const char *path, SimHistory *ret)
{
	FILE *file = fopen(path, "re");
	const int result = file ? sim_history_read(file, ret) : -1;

	if (result < 0)
		fprintf(stderr, "%s: no history can be read there\n", path);
	if (file)
		(void)fclose(file);
	return result;
}

static int tell_alone(const char *path)
{
	SimHistory history;

	if (history_open(path, &history) < 0)
		return 64;
	sim_history_tell_alone(&history, stdout);
	return 0;
}

static int replay(const char *path, bool is_loud)
{
	SimHistory history;
	SimVerdict verdict;

	if (history_open(path, &history) < 0)
		return 64;
	verdict = sim_history_judge(&history, is_loud);
	printf("%s%s%s\n", faults[verdict.fault], *verdict.text ? ": " : "", verdict.text);
	return verdict.fault != SIM_NO_FAULT;
}

static int rule_take(const char *name, SimRule *ret)
{
	for (int rule = SIM_ALL_RULES; rule < SIM_RULE_COUNT; rule++)
		if (strcmp(sim_rule_names[rule], name) == 0) {
			*ret = (SimRule)rule;
			sim_rule_switch_off(rule_off);
			return 0;
		}
	fprintf(stderr, "%s: no such rule\n", name);
	return -1;
}

static int strict_take(const char *name)
{
	for (int excuse = EXCUSE_NONE + 1; excuse < EXCUSE_COUNT; excuse++)
		if (strcmp(sim_excuse_names[excuse], name) == 0) {
			sim_excuse_take_out((SimExcuse)excuse);
			return 0;
		}
	fprintf(stderr, "%s: no such excuse\n", name);
	return -1;
}

static int command(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[0], "run") == 0)
		return run(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[0], "search") == 0)
		return search(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[0], "excuses") == 0)
		return excuses(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	if (argc == 2 && (strcmp(argv[0], "replay") == 0 || strcmp(argv[0], "tell") == 0))
		return replay(argv[1], argv[0][0] == 't');
	if (argc == 2 && strcmp(argv[0], "alone") == 0)
		return tell_alone(argv[1]);
	fprintf(stderr,
		"usage: simulate [--without RULE | --lean RULE | --strict EXCUSE] run FIRST COUNT "
		"| excuses FIRST COUNT | search FIRST COUNT | replay FILE | tell FILE | alone FILE\n");
	return 64;
}

int main(int argc, char **argv)
{
	argc--;
	argv++;
	if (argc > 2 && (strcmp(argv[0], "--without") == 0 || strcmp(argv[0], "--lean") == 0)) {
		if (rule_take(argv[1], argv[0][2] == 'w' ? &rule_off : &leaning) < 0)
			return 64;
		argc -= 2;
		argv += 2;
	}
	if (argc > 2 && strcmp(argv[0], "--strict") == 0) {
		if (strict_take(argv[1]) < 0)
			return 64;
		argc -= 2;
		argv += 2;
	}
	return command(argc, argv);
}
