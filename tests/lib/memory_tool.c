/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Works on directories in memory (memory_directory.h).
 *
 * memory_tool serve < lines: the first line tells the directory (memory_json.h), the others are
 * commands: those of directory_commands.h, "restart".
 *
 * memory_tool passes STATE_DIR < lines: each line is a case {"server": as above, "peers": the text
 * of peers.json, "node": ID, "in_step": [SUFFIX...]}. The program's own pass plans, applies with G4
 * and G5 released, plans and applies once more, then slapd starts again. One line tells what came
 * of it. Peers do not answer, every password is "secret", and nothing is left in STATE_DIR.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/pass/pass.h"
#include "tests/lib/directory_commands.h"
#include "tests/lib/memory_json.h"

static int line_read(Pool *pool, const char *line, const JsonNode **ret)
{
	Error err = {0};

	if (json_parse(pool, "case", line, strlen(line), ret, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return -1;
}

/* --- serve --- */

static int command_run(Directory *directory, char **fields, size_t n_fields, Error *err)
{
	if (strcmp(fields[0], "read") == 0)
		return command_read(directory, fields, err);
	if (strcmp(fields[0], "restart") == 0)
		return memory_directory_restart(directory, err);
	return command_step(directory, fields, n_fields, err);
}

static int serve(void)
{
	AUTO(Pool) *pool = pool_new();
	AUTO(Directory) *directory = NULL;
	const JsonNode *server;
	char *line = NULL;
	size_t size = 0;

	if (getline(&line, &size, stdin) <= 0 || line_read(pool, line, &server) < 0)
		return 1;
	directory = memory_directory_from_json(server);
	while (getline(&line, &size, stdin) > 0) {
		char *fields[COMMAND_MAX_FIELDS] = {0};
		const size_t n_fields = command_split(line, fields);
		Error err = {0};

		command_answer(command_run(directory, fields, n_fields, &err), &err);
	}
	free(line);
	return 0;
}

/* --- passes --- */

typedef struct Case {
	Pool *pool;
	const JsonNode *json;
	const char *state_dir;
	Directory *directory;
	JsonOut *out;
} Case;

static void folder_empty(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *found;

	while (folder && (found = readdir(folder)))
		if (found->d_name[0] != '.')
			(void)unlinkat(dirfd(folder), found->d_name, 0);
	if (folder)
		(void)closedir(folder);
}

static int databases_remember(const Case *one, Error *err)
{
	const JsonNode *suffixes = json_member(one->json, "in_step");
	KnownDatabase *databases = NULL;
	size_t n_databases = 0;

	for (size_t i = 0; suffixes && i < suffixes->n_children; i++)
		POOL_PUSH(one->pool, databases, n_databases,
			  {.suffix = suffixes->children[i].string, .is_complete = true});
	if (n_databases == 0)
		return 0;
	return state_write_databases(one->state_dir, databases, n_databases, err);
}

/* A pass asks no peers whose answer is known. */
static void peers_tell(Pool *pool, const Inputs *inputs, PassOptions *ret)
{
	DatabaseFacts *contents = NULL;
	size_t n_contents = 0;

	for (size_t i = 0; i < inputs->wanted.n_databases; i++) {
		const WantedDatabase *wanted = &inputs->wanted.databases[i];
		DatabaseFacts facts = {.suffix = wanted->desired->suffix};

		for (size_t k = 0; k < wanted->n_consumers; k++)
			POOL_PUSH(pool, facts.peers, facts.n_peers,
				  {.peer_id = wanted->consumers[k].peer->id,
				   .state = CONTENT_UNREACHABLE,
				   .nobody_listens = true,
				   .problem = "nobody listens there"});
		POOL_PUSH(pool, contents, n_contents, facts);
	}
	ret->contents = contents;
	ret->n_contents = n_contents;
}

static Secrets secrets_make(Pool *pool, const Desired *desired)
{
	Secret *items = NULL;
	size_t n_items = 0;

	for (size_t i = 0; i < desired->n_databases; i++)
		POOL_PUSH(pool, items, n_items,
			  {.kind = desired->databases[i].syncrepl.credentials.kind,
			   .name = desired->databases[i].syncrepl.credentials.name,
			   .text = "secret",
			   .identity = "secret"});
	return (Secrets){.items = items, .n_items = n_items};
}

/* What inputs_read() makes of the files of a machine. */
static int inputs_make(const Case *one, Pool *pool, Inputs *ret, Error *err)
{
	const char *text = memory_text(one->json, "peers");
	Secrets secrets;
	size_t self;

	*ret = (Inputs){.state_dir = one->state_dir, .machine = {.fqdn = "memory"}};
	if (state_read(pool, one->state_dir, true, &ret->state, err) < 0 ||
	    desired_parse(pool, "peers.json", text, strlen(text), &ret->file.desired, err) < 0)
		return -1;
	sha256_hex(text, strlen(text), ret->file.sha256);
	secrets = secrets_make(pool, ret->file.desired);
	if (desired_find_node(
		    ret->file.desired,
		    &(NodeNames){.node = memory_text(one->json, "node"), .fqdn = "memory"}, &self,
		    err) < 0 ||
	    wanted_make(pool, ret->file.desired, self, &secrets, &ret->wanted, err) < 0)
		return -1;
	return 0;
}

static void report_print(const Case *one, const char *key, Pool *pool, const Report *report,
			 bool is_plan)
{
	JsonOut *out = one->out;
	const Plan *plan = &report->last.plan;

	json_out_open(out, key, '{');
	json_out_number(out, "exit", report_exit_status(report, is_plan));
	json_out_text(out, "error", report->end.has_failed ? report->end.error.text : NULL);
	json_out_text(out, "state_error",
		      report->end.has_state_error ? report->end.state_error.text : NULL);
	json_out_number(out, "writes", (int64_t)memory_directory_n_writes(one->directory));
	json_out_number(out, "breaches",
			(int64_t)(report->first.plan.n_breaches + report->last.plan.n_breaches));
	json_out_open(out, "holds", '[');
	for (size_t i = 0; i < plan->held.n_holds; i++)
		json_out_text(out, NULL, guard_code(plan->held.holds[i].guard));
	json_out_close(out, '[');
	json_out_open(out, "reasons", '[');
	for (size_t i = 0; i < plan->held.n_holds; i++)
		json_out_text(out, NULL, plan->held.holds[i].text);
	json_out_close(out, '[');
	json_out_open(out, "findings", '[');
	for (size_t i = 0; i < plan->n_findings; i++)
		json_out_text(out, NULL, plan->findings[i].text);
	json_out_close(out, '[');
	json_out_open(out, "steps", '[');
	for (size_t i = 0; i < plan->order.n_steps; i++)
		json_out_text(out, NULL, step_title(pool, &plan->order.steps[i]));
	json_out_close(out, '[');
	json_out_close(out, '{');
}

/* One run of the program; *released takes the guards of the plan that a person may release. */
static int pass_make(const Case *one, const char *key, bool may_write, unsigned *released,
		     Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const unsigned releasable = GUARD_BIT(GUARD_REMOVAL) | GUARD_BIT(GUARD_SERVER_ID);
	PassOptions options = {.consent.released = may_write ? *released : 0,
			       .may_write = may_write,
			       .probes_later = true};
	Inputs inputs;
	Report report;

	if (inputs_make(one, pool, &inputs, err) < 0)
		return -1;
	peers_tell(pool, &inputs, &options);
	pass_run(pool, &inputs, &options, one->directory, &report);
	report_print(one, key, pool, &report, !may_write);
	*released = 0;
	for (size_t i = 0; !may_write && i < report.first.plan.held.n_holds; i++)
		*released |= GUARD_BIT(report.first.plan.held.holds[i].guard) & releasable;
	return 0;
}

static int case_judge(Case *one, Error *err)
{
	unsigned released = 0;
	Error refusal = {0};

	if (databases_remember(one, err) < 0 ||
	    pass_make(one, "first_plan", false, &released, err) < 0 ||
	    pass_make(one, "apply", true, &released, err) < 0)
		return -1;
	memory_tree_print(one->out, "config", memory_directory_config(one->directory));
	if (pass_make(one, "plan", false, &released, err) < 0)
		return -1;
	released = 0;
	if (pass_make(one, "again", true, &released, err) < 0)
		return -1;
	json_out_text(one->out, "restart",
		      memory_directory_restart(one->directory, &refusal) < 0 ? refusal.text : NULL);
	return pass_make(one, "after_restart", false, &released, err);
}

static int case_run(const char *line, const char *state_dir)
{
	AUTO(Pool) *pool = pool_new();
	AUTO(Directory) *directory = NULL;
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text, .is_one_line = true};
	Case one = {.pool = pool, .state_dir = state_dir, .out = &out};
	Error err = {0};
	int result;

	if (line_read(pool, line, &one.json) < 0)
		return -1;
	directory = one.directory = memory_directory_from_json(json_member(one.json, "server"));
	json_out_open(&out, NULL, '{');
	result = case_judge(&one, &err);
	json_out_text(&out, "problem", result < 0 ? err.text : NULL);
	json_out_close(&out, '{');
	printf("%s", buf_text(&text));
	folder_empty(state_dir);
	return 0;
}

static int passes(const char *state_dir)
{
	char *line = NULL;
	size_t size = 0;
	int result = 0;

	while (result == 0 && getline(&line, &size, stdin) > 0)
		result = case_run(line, state_dir);
	free(line);
	return result < 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "serve") == 0)
		return serve();
	if (argc == 3 && strcmp(argv[1], "passes") == 0)
		return passes(argv[2]);
	return 64;
}
