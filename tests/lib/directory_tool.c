/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives agent/slapd/directory_ldap.c from a test: directory_tool URI TIMEOUT_MSEC [CONFIG_DIR] <
 * commands, one a line, fields separated by tabs: "read BASE base|one|sub FILTER",
 * "add|delete|replace DN ATTRIBUTE VALUE...", "entry DN ATTRIBUTE VALUE", "remove DN", "content
 * SUFFIX", "space". Prints "ok", entries, or "error CLASS CODE TEXT" for each, and with CONFIG_DIR
 * "on-disk 0|1" before it for each step; the trace goes to standard error.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/slapd/content_here.h"
#include "agent/slapd/directory_ldap.h"
#include "agent/slapd/disk_witness.h"

#define MAX_FIELDS 32

static void trace_print(void *userdata, const char *line)
{
	(void)userdata;
	fprintf(stderr, "%s\n", line);
}

static void tree_print(const Tree *tree)
{
	for (size_t i = 0; i < tree->n_entries; i++) {
		const Entry *entry = &tree->entries[i];

		printf("dn: %s\n", entry->dn);
		for (size_t k = 0; k < entry->n_attributes; k++)
			for (size_t m = 0; m < entry->attributes[k].n_values; m++)
				printf("%s: %s\n", entry->attributes[k].name,
				       entry->attributes[k].values[m].bytes);
	}
}

static int read_run(Directory *directory, char **fields, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	const DirectoryQuery query = {
		.base = fields[1],
		.scope = strcmp(fields[2], "base") == 0  ? DIRECTORY_BASE
			 : strcmp(fields[2], "one") == 0 ? DIRECTORY_ONE
							 : DIRECTORY_SUBTREE,
		.filter = fields[3],
	};

	if (directory_read(directory, &query, pool, &tree, err) < 0)
		return -1;
	tree_print(&tree);
	return 0;
}

static int step_run(Directory *directory, char **fields, size_t n_fields, Error *err)
{
	static const struct {
		const char *name;
		StepKind step;
		ModKind mod;
	} verbs[] = {
		{"add", STEP_MODIFY, MOD_ADD},          {"delete", STEP_MODIFY, MOD_DELETE},
		{"replace", STEP_MODIFY, MOD_REPLACE},  {"entry", STEP_ADD_ENTRY, MOD_ADD},
		{"remove", STEP_DELETE_ENTRY, MOD_ADD},
	};
	Mod mods[MAX_FIELDS];
	Step step = {.dn = fields[1], .mods = mods};
	const char *values[MAX_FIELDS];

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, fields[0]) != 0)
			continue;
		step.kind = verbs[i].step;
		for (size_t k = 3; k < n_fields; k++)
			values[k] = fields[k];
		if (step.kind == STEP_MODIFY)
			mods[step.n_mods++] = (Mod){.kind = verbs[i].mod,
						    .attribute = fields[2],
						    .values = values + 3,
						    .n_values = n_fields - 3};
		for (size_t k = 2; step.kind == STEP_ADD_ENTRY && k + 1 < n_fields; k += 2) {
			values[k] = fields[k + 1];
			mods[step.n_mods++] = (Mod){.kind = MOD_ADD,
						    .attribute = fields[k],
						    .values = &values[k],
						    .n_values = 1};
		}
		return directory_apply(directory, &step, err);
	}
	return error_set(err, ERROR_USAGE, 0, "unknown verb %s", fields[0]);
}

static void content_print(Directory *directory, const char *suffix)
{
	AUTO(Pool) *pool = pool_new();
	const Content content = content_read_here(pool, directory, suffix);

	printf("state %d suffix %d uuid %d csns %zu %s\n", (int)content.state, content.has_suffix,
	       content.entry_uuid != NULL, content.n_context_csns,
	       content.problem ? content.problem : "");
}

static int fields_run(Directory *directory, DiskWitness *witness, char **fields, size_t n_fields,
		      const char *config_dir, Error *err)
{
	int result;

	if (strcmp(fields[0], "read") == 0)
		return read_run(directory, fields, err);
	if (strcmp(fields[0], "space") == 0)
		return config_dir_has_space(config_dir, err);
	if (strcmp(fields[0], "content") == 0) {
		content_print(directory, fields[1]);
		return 0;
	}
	witness_forget(witness);
	result = step_run(directory, fields, n_fields, err);
	if (witness)
		printf("on-disk %d\n", witness_saw(witness, fields[1]));
	return result;
}

static void line_run(Directory *directory, DiskWitness *witness, char *line, const char *config_dir)
{
	char *fields[MAX_FIELDS] = {0};
	size_t n_fields = 0;
	Error err = {0};

	for (char *field; n_fields < MAX_FIELDS && (field = strsep(&line, "\t\n"));)
		fields[n_fields++] = field;
	n_fields--; /* the empty one behind the newline */
	fields[n_fields] = NULL;
	if (fields_run(directory, witness, fields, n_fields, config_dir, &err) < 0)
		printf("error %d %d %s\n", (int)err.class, err.code, err.text);
	else
		printf("ok\n");
	fflush(stdout);
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
