/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/command/commands.h"
#include "agent/system/progress.h"
#include "agent/system/say.h"
#include "common/base/buf.h"
#include "common/base/suggest.h"
#include "common/remedies/remedies.h"

static const Command *const commands[] = {
	&command_run,      &command_status, &command_check, &command_init,    &command_validate,
	&command_topology, &command_plan,   &command_apply, &command_adopt,   &command_verify,
	&command_compare,  &command_leave,  &command_heal,  &command_history, &command_pause,
	&command_resume,   &command_doctor, &command_fence,
};

static void usage_print(FILE *out)
{
	(void)fputs("Usage: syncward COMMAND [OPTION]...\n"
		    "Keeps the multi-provider replication of this machine's slapd as one file "
		    "says.\n\nCommands:\n",
		    out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		(void)fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	(void)fputs("\n`syncward COMMAND --help` lists the options. See syncward(8).\n", out);
}

static const Command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	AUTO(Pool) *pool = pool_new();
	const char *names[ARRAY_SIZE(commands)];
	Error err = {0};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i]->name;
	error_set(&err, ERROR_USAGE, 0, "there is no command '%s'%s; see `%s`", name,
		  suggest_question(pool, name, names, ARRAY_SIZE(names)),
		  remedy_text(REMEDY_HELP_OF_ALL));
	return say_error(&err);
}

static int version_print(void)
{
	(void)puts("syncward " SYNCWARD_VERSION);
	return 0;
}

/* The daemon's status says what it waits for. */
static int command_run_shown(const Command *command, const Options *options)
{
	AUTO_PROGRESS waiting;

	if (command != &command_run)
		progress_show();
	progress_begin(&waiting, "Waiting for slapd and its peers ...");
	return command->run(options);
}

static int command_execute(const Command *command, int n_words, char **words)
{
	AUTO(Pool) *pool = pool_new();
	Options options = {.pool = pool};
	Error err = {0};

	if (options_parse(command, n_words, words, &options, &err) < 0)
		return say_error(&err);
	if (options.wants_version)
		return version_print();
	if (options.wants_help) {
		(void)fputs(options_help(pool, command), stdout);
		return 0;
	}
	return command_run_shown(command, &options);
}

static int words_run(int argc, char **argv)
{
	const Command *command;

	if (argc < 2) {
		usage_print(stderr);
		return error_exit_status(&(Error){.class = ERROR_USAGE});
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage_print(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0)
		return version_print();
	command = command_find(argv[1]);
	return command ? command_execute(command, argc - 2, argv + 2) : unknown_command(argv[1]);
}

/* The memory holds passwords: no core file, no core for a handler, no ptrace by other users. */
static void memory_keep_private(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* A descriptor that was closed when we were started would be the next file that is opened: the
 * lock, or the connection to slapd. What stands in its place fails as a closed one does. */
static void standard_streams_keep(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(71); /* EX_OSERR */
}

int main(int argc, char **argv)
{
	int status;

	standard_streams_keep();
	memory_keep_private();
	/* A reader that goes away shows as an error of write(2), seen below; slapd going away, as
	 * one of libldap. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* A file beyond the limit of its size (ulimit -f) shows as an error of write(2), too. */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)umask(022);
	status = words_run(argc, argv);
	if (fflush(stdout) == EOF || ferror(stdout)) {
		say("standard output could not be written");
		return status ? status : 1;
	}
	return status;
}
