/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays the daemon itself for hours of a time of its own, next to a slapd in memory and simulated
 * peers, with disturbances at random: fortnight FOLDER HOURS SEED < server (memory_json.h). In
 * FOLDER there are peers.json, agent.json and state; files and their watches are real. Prints what
 * came of it, a JSON object of numbers; times are msec.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "agent/daemon/daemon.h"
#include "agent/state/state.h"
#include "agent/system/say.h"
#include "tests/fortnight/played.h"
#include "tests/lib/memory_json.h"

#define HOUR_SEC    3600
#define BEGIN_USEC  (1000 * SECOND_USEC)
#define WINDOW_USEC (10 * SECOND_USEC)
#define WINDOW_MAX  4096

/* --- time, in the place of agent/system/clock.c and of libc's --- */

static uint64_t played_monotonic_usec(void *userdata)
{
	(void)userdata;
	return played.now_usec;
}

static int64_t played_realtime_sec(void *userdata)
{
	(void)userdata;
	return (int64_t)(played.now_usec / SECOND_USEC) + played.day_sec;
}

const Clock clock_system = {
	.monotonic_usec = played_monotonic_usec,
	.realtime_sec = played_realtime_sec,
};

int sigtimedwait(const sigset_t *signals, siginfo_t *info, const struct timespec *wanted)
{
	(void)signals;
	(void)info;
	played.now_usec +=
		(uint64_t)wanted->tv_sec * SECOND_USEC + (uint64_t)wanted->tv_nsec / 1000;
	errno = EAGAIN;
	return -1;
}

/* --- what is counted --- */

/* Passes of the last ten seconds. */
typedef struct Window {
	uint64_t at_usec[WINDOW_MAX];
	size_t first, n;
	size_t most; /* that there ever were */
} Window;

static struct {
	unsigned long n_passes, n_writing;
	Window all, idle; /* idle: those that wrote nothing, since one did */
	uint64_t longest_pass_usec;
	uint64_t longest_gap_usec;   /* between two passes */
	uint64_t longest_round_usec; /* between two rounds of probes, where slapd answers */
	uint64_t longest_repair_usec[HINDRANCE_COUNT]; /* from when nothing was in its way any more
							*/
	unsigned n_repaired_behind[HINDRANCE_COUNT];
	uint64_t longest_file_usec; /* until another peers.json was in force */
	unsigned n_files;
} counted;

static void window_add(Window *window, uint64_t at_usec)
{
	while (window->n > 0 && window->at_usec[window->first] + WINDOW_USEC <= at_usec) {
		window->first = (window->first + 1) % WINDOW_MAX;
		window->n--;
	}
	if (window->n < WINDOW_MAX)
		window->at_usec[(window->first + window->n++) % WINDOW_MAX] = at_usec;
	if (window->n > window->most)
		window->most = window->n;
}

static void longest(uint64_t *most, uint64_t usec)
{
	if (usec > *most)
		*most = usec;
}

/* What somebody changed and is now right again. */
static void repairs_count(void)
{
	for (size_t i = 0; i < FORTNIGHT_EDITS; i++) {
		Damage *damage = &played.damages[i];

		if (damage->at_usec == 0 || !damage_is_mended(i))
			continue;
		counted.n_repaired_behind[damage->hindrance]++;
		longest(&counted.longest_repair_usec[damage->hindrance],
			played.now_usec - (damage->hindrance == HINDERED_NOT ||
							   damage->at_usec > played.clear_usec
						   ? damage->at_usec
						   : played.clear_usec));
		*damage = (Damage){0};
	}
}

static void file_count(void)
{
	if (played.file_usec == 0 || !fortnight_file_is_in_force())
		return;
	counted.n_files++;
	if (!played.file_was_hindered)
		longest(&counted.longest_file_usec, played.now_usec - played.file_usec);
	played.file_usec = 0;
}

/* --- the loop, as agent/daemon/loop.c has it --- */

static void pass_make(Daemon *daemon, unsigned triggers)
{
	static uint64_t ended_usec;
	const uint64_t began_usec = played.now_usec;
	const size_t n_writes = played.n_writes;

	if (ended_usec > 0)
		longest(&counted.longest_gap_usec, began_usec - ended_usec);
	daemon_pass(daemon, triggers);
	ended_usec = played.now_usec += 1000;
	counted.n_passes++;
	counted.n_writing += played.n_writes > n_writes;
	window_add(&counted.all, began_usec);
	if (played.n_writes == n_writes)
		window_add(&counted.idle, began_usec);
	else
		counted.idle.n = 0;
	longest(&counted.longest_pass_usec, played.now_usec - began_usec);
	repairs_count();
	file_count();
}

static unsigned triggers_take(Daemon *daemon)
{
	const unsigned triggers = played.triggers | daemon_drain(daemon);

	played.triggers = 0;
	if (daemon_probe_fd(daemon) >= 0 && daemon_probe_process(daemon))
		return triggers | TRIGGER_BIT(TRIGGER_PROBE);
	return triggers;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static void turn(Daemon *daemon, uint64_t end_usec)
{
	const uint64_t next_usec =
		earlier(earlier(daemon_next_usec(daemon), fortnight_next_usec()), end_usec);
	unsigned triggers;

	if (next_usec > played.now_usec)
		played.now_usec = next_usec;
	fortnight_disturb();
	triggers = triggers_take(daemon);
	if (triggers && !daemon_postpones(daemon, triggers))
		pass_make(daemon, triggers);
	else if (!triggers && played.now_usec >= daemon_next_usec(daemon))
		pass_make(daemon, TRIGGER_BIT(TRIGGER_TIMER));
	if (played.hindrance == HINDERED_NOT && played.now_usec > played.round_usec)
		longest(&counted.longest_round_usec, played.now_usec - played.round_usec);
	else
		played.round_usec = played.now_usec;
}

static void play(Daemon *daemon, uint64_t seconds)
{
	const uint64_t end_usec = played.now_usec + seconds * SECOND_USEC;

	while (played.now_usec < end_usec)
		turn(daemon, end_usec);
}

static void tell(void)
{
	unsigned n_open = 0;

	for (size_t i = 0; i < FORTNIGHT_EDITS; i++)
		n_open += played.damages[i].at_usec > 0;
	printf("{\"passes\": %lu, \"writing\": %lu, \"open\": %u, \"files\": %u, \"rounds\": %lu, \"most\": %zu, "
	       "\"most_idle\": %zu, \"repaired\": [",
	       counted.n_passes, counted.n_writing, n_open, counted.n_files, played.n_rounds,
	       counted.all.most, counted.idle.most);
	for (size_t i = 0; i < HINDRANCE_COUNT; i++)
		printf("%s%u", i ? ", " : "", counted.n_repaired_behind[i]);
	printf("], \"repair_msec\": [");
	for (size_t i = 0; i < HINDRANCE_COUNT; i++)
		printf("%s%" PRIu64, i ? ", " : "", counted.longest_repair_usec[i] / 1000);
	printf("], \"pass_msec\": %" PRIu64 ", \"gap_msec\": %" PRIu64 ", \"round_msec\": %" PRIu64
	       ", \"file_msec\": %" PRIu64 ", \"disturbances\": [",
	       counted.longest_pass_usec / 1000, counted.longest_gap_usec / 1000,
	       counted.longest_round_usec / 1000, counted.longest_file_usec / 1000);
	for (size_t i = 0; i < DISTURBANCE_COUNT; i++)
		printf("%s%u", i ? ", " : "", played.n_disturbances[i]);
	printf("]}\n");
}

static int server_read(void)
{
	AUTO(Pool) *pool = pool_new();
	const JsonNode *server;
	char *line = NULL;
	size_t size = 0;
	Error err = {0};

	if (getline(&line, &size, stdin) <= 0 ||
	    json_parse(pool, "server", line, strlen(line), &server, &err) < 0)
		return -1;
	played.memory = memory_directory_from_json(server);
	free(line);
	return 0;
}

int main(int argc, char **argv)
{
	AUTO(Pool) *pool = pool_new();
	AUTO(Daemon) *daemon = NULL;
	const KnownDatabase in_step = {.suffix = "dc=example,dc=org", .is_complete = true};
	SettingsOverride options = {.node = "1", .ldap_uri = "ldapi://played"};
	Error err = {0};

	if (argc != 4 || server_read() < 0)
		return 64;
	(void)signal(SIGPIPE, SIG_IGN);
	played.now_usec = BEGIN_USEC;
	played.round_end_usec = UINT64_MAX;
	played.day_sec = 1800000000;
	played.folder = argv[1];
	played.random = strtoull(argv[3], NULL, 10);
	options.peers_file = pool_printf(pool, "%s/peers.json", played.folder);
	options.agent_config = pool_printf(pool, "%s/agent.json", played.folder);
	options.state_dir = pool_printf(pool, "%s/state", played.folder);
	options.run_dir = pool_printf(pool, "%s/run", played.folder);
	if (state_write_databases(options.state_dir, &in_step, 1, &err) < 0 ||
	    daemon_new(&options, &clock_system, &daemon, &err) < 0)
		return say_error(&err);
	daemon_start(daemon);
	pass_make(daemon, TRIGGER_BIT(TRIGGER_START));
	/* An hour to set everything up, the days, and two quiet hours in which all comes right. */
	play(daemon, HOUR_SEC);
	fortnight_begin();
	play(daemon, strtoull(argv[2], NULL, 10) * HOUR_SEC);
	fortnight_calm();
	play(daemon, 2 * HOUR_SEC);
	daemon_stop(daemon);
	tell();
	return 0;
}
