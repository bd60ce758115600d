/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/child.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/base/macros.h"

static void close_others(int fd)
{
	DIR *folder = opendir("/proc/self/fd");
	const int null_fd = open("/dev/null", O_RDWR);
	const struct dirent *entry;

	for (int i = 0; i <= STDERR_FILENO && null_fd >= 0; i++)
		(void)dup2(null_fd, i);
	while (folder && (entry = readdir(folder))) {
		const int other = atoi(entry->d_name);

		if (other > STDERR_FILENO && other != fd && other != dirfd(folder))
			(void)close(other);
	}
	if (folder)
		(void)closedir(folder);
}

static void reset_signals(void)
{
	static const int ours[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2};
	sigset_t none;

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		(void)signal(ours[i], SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void child_begin(int keep_fd, pid_t parent)
{
	reset_signals();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_DUMPABLE, 0); /* a core dump would hold passwords */
	if (getppid() != parent)
		_exit(1);
	close_others(keep_fd);
}
