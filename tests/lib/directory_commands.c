/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/directory_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int command_read(Directory *directory, char **fields, Error *err)
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

/* "add|delete|replace ATTRIBUTE COUNT VALUE..." one after another, as one operation. */
static int modify_run(Directory *directory, char **fields, size_t n_fields, Error *err)
{
	static const char *const names[] = {
		[MOD_ADD] = "add", [MOD_DELETE] = "delete", [MOD_REPLACE] = "replace"};
	Mod mods[COMMAND_MAX_FIELDS];
	const char *values[COMMAND_MAX_FIELDS];
	Step step = {.dn = fields[1], .mods = mods};

	for (size_t i = 2; i + 2 < n_fields; i += 3 + mods[step.n_mods - 1].n_values) {
		Mod *mod = &mods[step.n_mods++];

		*mod = (Mod){.attribute = fields[i + 1],
			     .values = values + i + 3,
			     .n_values = strtoul(fields[i + 2], NULL, 10)};
		while (strcmp(names[mod->kind], fields[i]) != 0)
			if (++mod->kind == MOD_KIND_COUNT)
				return error_set(err, ERROR_USAGE, 0, "unknown mod %s", fields[i]);
		for (size_t k = 0; k < mod->n_values; k++)
			values[i + 3 + k] = fields[i + 3 + k];
	}
	return directory_apply(directory, &step, err);
}

/* "ATTRIBUTE VALUE" one after another; an attribute with several values is named before each. */
static size_t entry_mods(char **fields, size_t n_fields, const char **values, Mod *ret)
{
	size_t n_mods = 0, n_values = 0;

	for (size_t k = 2; k + 1 < n_fields; k += 2) {
		if (n_mods == 0 || strcmp(ret[n_mods - 1].attribute, fields[k]) != 0)
			ret[n_mods++] = (Mod){.kind = MOD_ADD,
					      .attribute = fields[k],
					      .values = values + n_values};
		values[n_values++] = fields[k + 1];
		ret[n_mods - 1].n_values++;
	}
	return n_mods;
}

int command_step(Directory *directory, char **fields, size_t n_fields, Error *err)
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
	Mod mods[COMMAND_MAX_FIELDS];
	Step step = {.dn = fields[1], .mods = mods};
	const char *values[COMMAND_MAX_FIELDS];

	if (strcmp(fields[0], "modify") == 0)
		return modify_run(directory, fields, n_fields, err);
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
		if (step.kind == STEP_ADD_ENTRY)
			step.n_mods = entry_mods(fields, n_fields, values, mods);
		return directory_apply(directory, &step, err);
	}
	return error_set(err, ERROR_USAGE, 0, "unknown verb %s", fields[0]);
}

size_t command_split(char *line, char **ret_fields)
{
	size_t n_fields = 0;

	for (char *field; n_fields < COMMAND_MAX_FIELDS && (field = strsep(&line, "\t\n"));)
		ret_fields[n_fields++] = field;
	n_fields--; /* the empty one behind the newline */
	ret_fields[n_fields] = NULL;
	return n_fields;
}

void command_answer(int result, const Error *err)
{
	if (result < 0)
		printf("error %d %d %s\n", (int)err->class, err->code, err->text);
	else
		printf("ok\n");
	fflush(stdout);
}
