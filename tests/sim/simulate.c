/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate [--without RULE] run FIRST COUNT: plays the histories of these seeds. One that is a
 * violation is told, shortened and printed, and ends the run with 1.
 * simulate [--without RULE] search FIRST COUNT: the first of these seeds that is one, as it is.
 * simulate [--without RULE] replay FILE: plays the history of that file: what goes wrong, or
 * nothing. simulate [--without RULE] tell FILE: the same, with what syncward does and holds.
 * simulate [--without FACT] alone FILE: what becomes of it without syncward, copy by copy.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/sim_history.h"
#include "tests/sim/sim_rules.h"

static const char *const faults[] = {
	[SIM_NO_FAULT] = "nothing", [SIM_LOST] = "lost",     [SIM_BACK] = "back",
	[SIM_SILENT] = "silent",    [SIM_BREACH] = "breach",
};

/* The first violation of these seeds, which is told; false: there is none. */
static bool violation_find(uint64_t first, uint64_t count, SimHistory *ret, SimFault *ret_fault)
{
	for (uint64_t seed = first; seed < first + count; seed++) {
		SimVerdict verdict;

		*ret = sim_history_random(seed);
		verdict = sim_history_judge(ret, false);
		*ret_fault = verdict.fault;
		if (verdict.fault == SIM_NO_FAULT)
			continue;
		printf("# seed %llu: %s: %s\n", (unsigned long long)seed, faults[verdict.fault],
		       verdict.text);
		return true;
	}
	return false;
}

static int search(uint64_t first, uint64_t count)
{
	SimHistory history;
	SimFault fault;

	return violation_find(first, count, &history, &fault) ? 0 : 1;
}

static int run(uint64_t first, uint64_t count)
{
	struct timespec began, ended;
	double seconds;
	SimHistory history;
	SimFault fault;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	if (violation_find(first, count, &history, &fault)) {
		sim_history_shrink(&history, fault);
		sim_history_print(&history, stdout);
		return 1;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	seconds = (double)(ended.tv_sec - began.tv_sec) +
		  (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
	printf("%llu histories without a loss, %.0f a second of processor: %lu passes with %lu steps, "
	       "%lu nodes opened to clients, %lu hubs to readers, %lu changes of clients; %lu heartbeats, %lu revisions rolled out; %lu compared with slapd alone\n",
	       (unsigned long long)count, (double)count / seconds, sim_tally.passes,
	       sim_tally.steps, sim_tally.opened, sim_tally.hubs, sim_tally.changes,
	       sim_tally.beats, sim_tally.rolled_out, sim_tally.alone);
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

static int rule_take(const char *name)
{
	for (int rule = SIM_ALL_RULES; rule < SIM_RULE_COUNT; rule++)
		if (strcmp(sim_rule_names[rule], name) == 0) {
			sim_rule_switch_off((SimRule)rule);
			return 0;
		}
	fprintf(stderr, "%s: no such rule\n", name);
	return -1;
}

static int command(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[0], "run") == 0)
		return run(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[0], "search") == 0)
		return search(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	if (argc == 2 && (strcmp(argv[0], "replay") == 0 || strcmp(argv[0], "tell") == 0))
		return replay(argv[1], argv[0][0] == 't');
	if (argc == 2 && strcmp(argv[0], "alone") == 0)
		return tell_alone(argv[1]);
	fprintf(stderr, "usage: simulate [--without RULE] run FIRST COUNT | search FIRST COUNT "
			"| replay FILE | tell FILE | alone FILE\n");
	return 64;
}

int main(int argc, char **argv)
{
	argc--;
	argv++;
	if (argc > 2 && strcmp(argv[0], "--without") == 0) {
		if (rule_take(argv[1]) < 0)
			return 64;
		argc -= 2;
		argv += 2;
	}
	return command(argc, argv);
}
