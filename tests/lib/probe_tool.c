/* SPDX-License-Identifier: Apache-2.0 */
/* Probes links: probe_tool [OPTION=VALUE...] < FILE, whose lines are "PEER_ID SECRET SUFFIX
 * SYNCREPL" with tabs between; prints each result as a line of JSON in that order, then the
 * refusals as lines "refused PROVIDER|BINDDN|SECRET", and first "longest MSEC", for which a loop
 * had to wait. Options: our=ID, depth=content|id|whole, concurrency=N, deadline=MSEC,
 * schema=DIGEST, refused=PROVIDER|BINDDN|SECRET, cancel=MSEC (end it after that time and print
 * "cancelled"). */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/peer/probe_round.h"

typedef struct Tool {
	Pool *pool;
	ProbeTarget *targets;
	size_t n_targets;
	ProbeOptions options;
	ProbeRefusals refusals;
	unsigned cancel_msec;
} Tool;

static int option_set(Tool *tool, char *word)
{
	char *value = strchr(word, '=');
	char *rest = value ? value + 1 : NULL;

	if (!value)
		return -1;
	*value++ = '\0';
	if (strcmp(word, "our") == 0)
		tool->options.expectation.our_id = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(word, "depth") == 0)
		tool->options.depth = *value == 'c'   ? PROBE_DEPTH_CONTENT
				      : *value == 'i' ? PROBE_DEPTH_ID
						      : PROBE_DEPTH_WHOLE;
	else if (strcmp(word, "concurrency") == 0)
		tool->options.concurrency = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(word, "deadline") == 0)
		tool->options.deadline_msec = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(word, "schema") == 0)
		tool->options.expectation.schema_digest = value;
	else if (strcmp(word, "cancel") == 0)
		tool->cancel_msec = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(word, "refused") == 0)
		POOL_PUSH(tool->pool, tool->refusals.items, tool->refusals.n_items,
			  {.provider = strsep(&rest, "|"),
			   .binddn = strsep(&rest, "|"),
			   .secret = strsep(&rest, "|")});
	else
		return -1;
	return 0;
}

static int targets_read(Tool *tool, Error *err)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		char *rest = line;
		Syncrepl *syncrepl = pool_alloc(tool->pool, sizeof(*syncrepl));
		ProbeTarget target = {.syncrepl = syncrepl};

		line[strcspn(line, "\n")] = '\0';
		target.peer_id = (unsigned)strtoul(strsep(&rest, "\t"), NULL, 10);
		target.secret = pool_strdup(tool->pool, strsep(&rest, "\t"));
		target.suffix = pool_strdup(tool->pool, strsep(&rest, "\t"));
		if (strcmp(target.secret, "-") == 0)
			target.secret = NULL;
		if (syncrepl_parse(tool->pool, rest ? rest : "", syncrepl, err) < 0)
			return -1;
		POOL_PUSH(tool->pool, tool->targets, tool->n_targets, target);
	}
	free(line);
	return 0;
}

static int run_cancelled(Tool *tool, Error *err)
{
	AUTO(ProbeRound) *round = NULL;

	if (probe_round_start(tool->pool, tool->targets, tool->n_targets, &tool->options, &round,
			      err) < 0)
		return -1;
	(void)probe_round_process(round);
	(void)poll(NULL, 0, (int)tool->cancel_msec);
	(void)probe_round_process(round);
	probe_round_free(STEAL(round));
	printf("cancelled\n");
	fflush(stdout);
	(void)poll(NULL, 0, 500);
	return 0;
}

static int64_t now_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As an event loop does it; tells how long it was kept from other work. */
static int64_t round_run(ProbeRound *round)
{
	int64_t longest_msec = 0, start_msec;
	bool is_over;

	do {
		struct pollfd polled = {.fd = probe_round_fd(round), .events = POLLIN};

		(void)poll(&polled, 1, -1);
		start_msec = now_msec();
		is_over = probe_round_process(round);
		if (now_msec() - start_msec > longest_msec)
			longest_msec = now_msec() - start_msec;
	} while (!is_over);
	return longest_msec;
}

static int run(Tool *tool, Error *err)
{
	AUTO(ProbeRound) *round = NULL;
	ProbeRefusals refusals;
	const Probe *probes;

	if (probe_round_start(tool->pool, tool->targets, tool->n_targets, &tool->options, &round,
			      err) < 0)
		return -1;
	printf("longest %d\n", (int)round_run(round));
	probes = probe_round_results(round);
	for (size_t i = 0; i < tool->n_targets; i++)
		printf("%s\n", probe_print(tool->pool, &probes[i]));
	refusals = probe_round_refusals(tool->pool, round);
	for (size_t i = 0; i < refusals.n_items; i++)
		printf("refused %s|%s|%s\n", refusals.items[i].provider, refusals.items[i].binddn,
		       refusals.items[i].secret);
	return 0;
}

int main(int argc, char **argv)
{
	AUTO(Pool) *pool = pool_new();
	Tool tool = {.pool = pool, .options = {.depth = PROBE_DEPTH_WHOLE}};
	Error err = {0};

	tool.options.refusals = &tool.refusals;
	for (int i = 1; i < argc; i++) {
		if (option_set(&tool, argv[i]) < 0) {
			fprintf(stderr, "probe_tool: wrong usage\n");
			return 64;
		}
	}
	if (targets_read(&tool, &err) < 0 ||
	    (tool.cancel_msec > 0 ? run_cancelled(&tool, &err) : run(&tool, &err)) < 0) {
		printf("error %d %s\n", (int)err.class, err.text);
		return 1;
	}
	return 0;
}
