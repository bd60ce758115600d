/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays the daemon against a real slapd under a clock of its own: daemon_tool PEERS LDAP_URI NODE
 * STATE_DIR RUN_DIR [AGENT_CONFIG]. Reads lines from standard input, answers each with one on
 * standard output: play N       makes N passes, each at the time it is due; "N SHORTEST LONGEST
 * SUM", in msec trigger N    makes N passes at the present time, as the watch of slapd.d would step
 * SEC     moves the clock of the day (not the one for waiting) by that much advance MSEC moves both
 * clocks on, without a pass size         "KIB DESCRIPTORS": resident memory and open files of this
 * process probes         waits for the round of probes that runs, and makes the pass behind it due
 * for how many msec the next pass is not due
 */
#include <dirent.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/daemon/daemon.h"
#include "agent/system/say.h"

typedef struct Played {
	uint64_t monotonic_usec;
	int64_t realtime_usec;
} Played;

static uint64_t played_monotonic_usec(void *userdata)
{
	const Played *played = userdata;

	return played->monotonic_usec;
}

static int64_t played_realtime_sec(void *userdata)
{
	const Played *played = userdata;

	return played->realtime_usec / 1000000;
}

static void advance(Played *played, uint64_t usec)
{
	played->monotonic_usec += usec;
	played->realtime_usec += (int64_t)usec;
}

static uint64_t wait_usec(Daemon *daemon, const Played *played)
{
	const uint64_t due = daemon_next_usec(daemon);

	return due > played->monotonic_usec ? due - played->monotonic_usec : 0;
}

static void play(Daemon *daemon, Played *played, unsigned long n_passes)
{
	uint64_t shortest = UINT64_MAX, longest = 0, sum = 0;

	for (unsigned long i = 0; i < n_passes; i++) {
		const uint64_t wait = wait_usec(daemon, played);

		shortest = wait < shortest ? wait : shortest;
		longest = wait > longest ? wait : longest;
		sum += wait;
		advance(played, wait);
		daemon_pass(daemon, TRIGGER_BIT(TRIGGER_TIMER));
	}
	printf("%lu %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", n_passes, shortest / 1000,
	       longest / 1000, sum / 1000);
}

static unsigned descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		(void)closedir(folder);
	return n;
}

static unsigned long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long all = 0, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	(void)fclose(file);
	return resident * (unsigned long)(sysconf(_SC_PAGESIZE) / 1024);
}

/* No time goes by on its clocks; false: no round runs. */
static bool probes_end(Daemon *daemon)
{
	struct pollfd wait = {.fd = daemon_probe_fd(daemon), .events = POLLIN};

	if (wait.fd < 0)
		return false;
	while (!daemon_probe_process(daemon))
		(void)poll(&wait, 1, 1000);
	daemon_pass(daemon, TRIGGER_BIT(TRIGGER_PROBE));
	return true;
}

static int command_run(Daemon *daemon, Played *played, const char *line)
{
	long number = 0;
	const char *space = strchr(line, ' ');

	if (space)
		number = strtol(space + 1, NULL, 10);
	if (strncmp(line, "play ", 5) == 0) {
		play(daemon, played, (unsigned long)number);
	} else if (strncmp(line, "trigger ", 8) == 0) {
		for (long i = 0; i < number; i++)
			daemon_pass(daemon, TRIGGER_BIT(TRIGGER_CONFIG));
		printf("ok\n");
	} else if (strncmp(line, "step ", 5) == 0) {
		played->realtime_usec += number * 1000000;
		printf("ok\n");
	} else if (strncmp(line, "advance ", 8) == 0) {
		advance(played, (uint64_t)number * 1000);
		printf("ok\n");
	} else if (strcmp(line, "probes\n") == 0) {
		printf("%d\n", probes_end(daemon));
	} else if (strcmp(line, "due\n") == 0) {
		printf("%" PRIu64 "\n", wait_usec(daemon, played) / 1000);
	} else if (strcmp(line, "size\n") == 0) {
		(void)malloc_trim(0);
		printf("%lu %u\n", resident_kib(), descriptors());
	} else {
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	AUTO(Daemon) *daemon = NULL;
	Played played = {.monotonic_usec = 1000000, .realtime_usec = 1800000000LL * 1000000};
	const Clock clock = {played_monotonic_usec, played_realtime_sec, &played};
	SettingsOverride options = {0};
	char line[128];
	Error err;

	if (argc != 6 && argc != 7)
		return 64;
	options.peers_file = argv[1];
	options.ldap_uri = argv[2];
	options.node = argv[3];
	options.state_dir = argv[4];
	options.run_dir = argv[5];
	options.agent_config = argc > 6 ? argv[6] : NULL;
	(void)signal(SIGPIPE, SIG_IGN); /* as main.c does */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (daemon_new(&options, &clock, &daemon, &err) < 0)
		return say_error(&err);
	daemon_start(daemon);
	while (fgets(line, sizeof(line), stdin))
		if (command_run(daemon, &played, line) < 0)
			return 64;
	daemon_stop(daemon);
	return 0;
}
