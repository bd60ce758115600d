/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives agent/ldap/directory_ldap.c from a test: directory_tool URI TIMEOUT_MSEC [CONFIG_DIR] <
 * commands: those of directory_commands.h, "content SUFFIX", "space", "budget MSEC". With
 * CONFIG_DIR "on-disk 0|1" is printed before the answer to each step; the trace goes to standard
 * error.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/disk/disk_witness.h"
#include "agent/ldap/content_here.h"
#include "agent/ldap/directory_ldap.h"
#include "tests/lib/directory_commands.h"

static void trace_print(void *userdata, const char *line)
{
	(void)userdata;
	fprintf(stderr, "%s\n", line);
}

static void content_print(Directory *directory, const char *suffix)
{
	AUTO(Pool) *pool = pool_new();
	const Content content = content_read_here(pool, directory, suffix);

	printf("state %d suffix %d uuid %d csns %zu %s\n", (int)content.state, content.entry.exists,
	       content.entry.uuid != NULL, content.n_context_csns,
	       content.problem ? content.problem : "");
}

static int fields_run(Directory *directory, DiskWitness *witness, char **fields, size_t n_fields,
		      const char *config_dir, Error *err)
{
	int result;

	if (strcmp(fields[0], "read") == 0)
		return command_read(directory, fields, err);
	if (strcmp(fields[0], "space") == 0)
		return config_dir_has_space(config_dir, err);
	if (strcmp(fields[0], "content") == 0) {
		content_print(directory, fields[1]);
		return 0;
	}
	if (strcmp(fields[0], "budget") == 0) {
		directory->budget = budget_of((unsigned)strtoul(fields[1], NULL, 10), NULL);
		return 0;
	}
	witness_forget(witness);
	result = command_step(directory, fields, n_fields, err);
	if (witness)
		printf("on-disk %d\n", witness_saw(witness, fields[1]));
	return result;
}

static void line_run(Directory *directory, DiskWitness *witness, char *line, const char *config_dir)
{
	char *fields[COMMAND_MAX_FIELDS] = {0};
	const size_t n_fields = command_split(line, fields);
	Error err = {0};

	command_answer(fields_run(directory, witness, fields, n_fields, config_dir, &err), &err);
}

int main(int argc, char **argv)
{
	AUTO(Directory) *directory = NULL;
	AUTO(DiskWitness) *witness = NULL;
	char *line = NULL;
	size_t size = 0;
	Error err = {0};

	if (argc < 3)
		return 64;
	(void)signal(SIGPIPE, SIG_IGN); /* as main.c does */
	if (argc > 3 && !(witness = witness_open(argv[3])))
		printf("no witness\n");
	if (directory_ldap_open(
		    &(DirectoryLdapOptions){.uri = argv[1],
					    .timeout_msec = (unsigned)strtoul(argv[2], NULL, 10),
					    .trace = trace_print},
		    &directory, &err) < 0) {
		printf("error %d %d %s\n", (int)err.class, err.code, err.text);
		return 1;
	}
	while (getline(&line, &size, stdin) > 0)
		line_run(directory, witness, line, argv[3]);
	free(line);
	return 0;
}
