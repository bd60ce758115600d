/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/password_ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "agent/system/fd.h"

#define PASSWORD_MAX 1024

typedef enum Read {
	READ_LINE,
	READ_NOTHING,
	READ_TOO_LONG,
	READ_SIGNAL, /* it is still waiting */
} Read;

static void signals_of_people(sigset_t *ret)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

	(void)sigemptyset(ret);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		(void)sigaddset(ret, numbers[i]);
}

/* True when there is something to read, or its end; false: a signal came. */
static bool input_await(int signals)
{
	struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = signals, .events = POLLIN}};

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		if (errno != EINTR)
			return true; /* read() says what is wrong */
	return fds[1].revents == 0;
}

static Read line_read(int signals, char line[PASSWORD_MAX])
{
	for (size_t n = 0; n < PASSWORD_MAX; n++) {
		if (!input_await(signals))
			return READ_SIGNAL;
		if (read(STDIN_FILENO, line + n, 1) != 1 || line[n] == '\n') {
			line[n] = '\0';
			line[strcspn(line, "\r")] = '\0';
			return *line ? READ_LINE : READ_NOTHING;
		}
	}
	return READ_TOO_LONG;
}

static Read line_ask(const char *question, int signals, char line[PASSWORD_MAX])
{
	struct termios shown, hidden;
	Read result;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return line_read(signals, line);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	(void)fputs(question, stderr);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	result = line_read(signals, line);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	(void)fputs("\n", stderr);
	return result;
}

int password_ask(Pool *pool, const char *question, const char **ret, Error *err)
{
	static const char *const problems[] = {
		[READ_NOTHING] = "standard input has no password",
		[READ_TOO_LONG] = "standard input has a line that is too long for a password",
		[READ_SIGNAL] = "a signal came while the password was asked for",
	};
	char line[PASSWORD_MAX];
	sigset_t held, before;
	Read result;
	AUTO_FD signals = -1;

	signals_of_people(&held);
	(void)sigprocmask(SIG_BLOCK, &held, &before);
	signals = signalfd(-1, &held, SFD_CLOEXEC);
	result = line_ask(question, signals, line);
	if (result == READ_LINE)
		*ret = pool_strdup(pool, line);
	explicit_bzero(line, sizeof(line));
	(void)sigprocmask(SIG_SETMASK, &before, NULL); /* signals that came meanwhile act here */
	return result == READ_LINE ? 0 : error_set(err, ERROR_USAGE, 0, "%s", problems[result]);
}
