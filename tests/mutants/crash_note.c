/* SPDX-License-Identifier: Apache-2.0 */
/* Linked into mutants: who dies by its own fault leaves an empty file NAME.crashed beside its
 * program. No test need look at the exit status for it, and a child that a daemon has forked is
 * seen as well. */

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char ENDING[] = ".crashed";
static const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static char note[PATH_MAX + sizeof(ENDING)];
static char stack[64 * 1024]; /* for who has no room left on its own */

/* What another process sends is no fault of this one: a manager's SIGABRT to a daemon that hangs.
 */
static void on_crash(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code > 0 || info->si_pid == getpid())
		(void)open(note, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	(void)raise(number); /* its usual action, once this returns */
}

__attribute__((constructor)) static void watch_crashes(void)
{
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
	const struct sigaction action = {.sa_sigaction = on_crash,
					 .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
	ssize_t len = readlink("/proc/self/exe", note, PATH_MAX);
	size_t i;

	if (len < 0 || sigaltstack(&own, NULL) < 0)
		return;
	memcpy(note + len, ENDING, sizeof(ENDING));
	for (i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++)
		(void)sigaction(SIGNALS[i], &action, NULL);
}
