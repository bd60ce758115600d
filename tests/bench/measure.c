/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure ROUNDS COMMAND... -- COMMAND...: runs the two commands in turn and prints for each run
 * its wall time in microseconds and its peak memory in KiB: "A WALL RSS" or "B WALL RSS". A small
 * program does that and not the script: the kernel counts the memory of whoever calls exec as the
 * command's own.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int64_t now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int run(char name, char **command, const posix_spawn_file_actions_t *actions)
{
	const int64_t started = now_usec();
	struct rusage usage;
	int status;
	pid_t pid;

	if (posix_spawn(&pid, command[0], actions, NULL, command, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) != pid)
		return -1;
	(void)printf("%c %lld %ld\n", name, (long long)(now_usec() - started), usage.ru_maxrss);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "measure: %s ended with %d\n", command[0], status);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	char **second = argv;
	long rounds;

	while (second < argv + argc && strcmp(*second, "--") != 0)
		second++;
	if (argc < 5 || second >= argv + argc - 1)
		return 64;
	rounds = strtol(argv[1], NULL, 10);
	*second++ = NULL;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	for (long i = 0; i < rounds; i++)
		if (run('A', argv + 2, &actions) < 0 || run('B', second, &actions) < 0)
			return 1;
	return 0;
}
