/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/adopt/adopt_files.h"
#include "agent/adopt/adopt_node.h"
#include "agent/command/commands.h"
#include "agent/files/folder.h"
#include "agent/host/host.h"
#include "agent/input/secret_write.h"
#include "agent/look/pass_look.h"
#include "agent/pass/site.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "agent/system/fd.h"
#include "agent/system/say.h"
#include "common/adopt/adopt.h"
#include "common/base/buf.h"
#include "common/remedies/remedies.h"

#define SECRETS_DIR_DEFAULT "/etc/syncward/secrets"
#define SID_MAX             4095

/* One run of the command. */
typedef struct Run {
	const Options *options;
	const char *node; /* what agent.json or --node calls it; NULL: its names decide */
	Pool *pool;
	Directory *directory;
	Machine machine;
	World world;
	Adoption adoption;
} Run;

/* --- the peers' ids --- */

static int id_given(Run *run, const char *word, Error *err)
{
	const char *equals = strrchr(word, '=');
	const char *uri = equals ? pool_copy(run->pool, word, (size_t)(equals - word)) : word;
	char *end = NULL;
	unsigned long id = equals ? strtoul(equals + 1, &end, 10) : 0;
	int peer = adopt_find_peer(&run->adoption, uri);
	const unsigned max = peer == 0 && run->adoption.is_consumer ? ID_MAX : SID_MAX;
	Buf known = BUF_IN(run->pool);

	if (!equals || *end || equals[1] < '0' || equals[1] > '9' || id < 1 || id > max)
		return error_set(err, ERROR_USAGE, 0,
				 "--peer-id '%s' is not URI=N with N from 1 to %u", word, max);
	if (peer >= 0)
		return adopt_set_id(&run->adoption, (size_t)peer, (unsigned)id, "--peer-id", err);
	for (size_t i = 0; i < run->adoption.n_peers; i++)
		buf_printf(&known, "%s%s", i > 0 ? ", " : "", run->adoption.peers[i].uri);
	return error_set(err, ERROR_USAGE, 0,
			 "--peer-id %s: no olcSyncrepl value reads from there; the peers are %s",
			 word, buf_text(&known));
}

/* Over all links, because one may be denied what another is allowed; those whose ids others have
 * reported as well: what a server says of itself is what its changes carry. */
static int peers_ask(const Run *run, Probe **ret, size_t *ret_n, Error *err)
{
	const Adoption *adoption = &run->adoption;
	const ProbeOptions options = {.depth = PROBE_DEPTH_ID};
	ProbeTarget *targets = NULL;

	*ret_n = 0;
	for (size_t d = 0; d < adoption->n_databases; d++) {
		const AdoptDatabase *database = &adoption->databases[d];

		for (size_t i = 0; i < database->n_links; i++)
			if (database->links[i].peer > 0)
				POOL_PUSH(run->pool, targets, *ret_n,
					  probe_target_numbered(database->links[i].syncrepl,
								database->suffix,
								(unsigned)database->links[i].peer));
	}
	return probe_run(run->pool, targets, *ret_n, &options, ret, NULL, err);
}

/* The server ID that the peer reported over one of its links; 0, with the reason in ret_problem,
 * when there is none. */
static unsigned peer_told_id(const Probe *probes, size_t n_probes, size_t peer,
			     const char **ret_problem)
{
	*ret_problem = "no link reads from there";
	for (size_t i = 0; i < n_probes; i++) {
		if (probes[i].peer_id != peer)
			continue;
		if (probes[i].server_id > 0)
			return (unsigned)probes[i].server_id;
		if (probes[i].n_faults > 0)
			*ret_problem = probes[i].faults[0].text;
	}
	return 0;
}

/* A consumer may be called by its id alone, before it has one. */
static int node_id_take(Run *run, Error *err)
{
	char *end;
	unsigned long id = run->node ? strtoul(run->node, &end, 10) : 0;

	if (!run->adoption.is_consumer || run->adoption.peers[0].id != 0 || id < 1 || id > ID_MAX ||
	    *end || *run->node < '0' || *run->node > '9')
		return 0;
	return adopt_set_id(&run->adoption, 0, (unsigned)id, "what names this node (--node)", err);
}

static int ids_find(Run *run, Error *err)
{
	const TextList *given = &run->options->peer_ids;
	Adoption *adoption = &run->adoption;
	Buf unknown = BUF_IN(run->pool);
	Probe *probes;
	size_t n_probes;

	for (size_t i = 0; i < given->n_items; i++)
		if (id_given(run, given->items[i], err) < 0)
			return -1;
	if (node_id_take(run, err) < 0)
		return -1;
	if (peers_ask(run, &probes, &n_probes, err) < 0)
		return -1;
	for (size_t i = 1; i < adoption->n_peers; i++) {
		const char *problem;
		unsigned id;

		id = peer_told_id(probes, n_probes, i, &problem);
		if (id != 0) {
			if (adopt_set_id(adoption, i, id, "the server itself", err) < 0)
				return -1;
		} else if (adoption->peers[i].id == 0) {
			say("%s", problem);
			buf_printf(&unknown, " --peer-id %s=N", adoption->peers[i].uri);
		}
	}
	adopt_note_unread(adoption);
	if (unknown.len == 0) {
		adopt_settle_id(adoption);
		return 0;
	}
	return error_set(err, ERROR_REFUSED, 0,
			 "olcServerID does not name these peers, and they did not tell their "
			 "server IDs: add the options, N being each one's server ID, or for a "
			 "hub, which has none, the id that adopt gave it there:%s",
			 buf_text(&unknown));
}

/* --- passwords --- */

static int secrets_write(Run *run, const AdoptDocument *document, Error *err)
{
	AUTO_FD folder = -1;

	if (!run->options->secrets_dir) {
		for (size_t i = 0; i < document->n_secrets; i++)
			say("write the password with which %s is read into %s (mode 0600, owner "
			    "root); or let `%s` do it",
			    document->secrets[i].used_for, document->secrets[i].path,
			    remedy_fill(run->pool, REMEDY_ADOPT_SECRETS, SECRETS_DIR_DEFAULT));
		return 0;
	}
	folder = folder_open(run->options->secrets_dir, 0700, err);
	if (folder < 0)
		return -1;
	for (size_t i = 0; i < document->n_secrets; i++) {
		const AdoptSecret *secret = &document->secrets[i];

		if (secret_write(folder, run->options->secrets_dir, secret->name, secret->text,
				 err) < 0)
			return -1;
		say("%s holds the password with which %s is read", secret->path, secret->used_for);
	}
	return 0;
}

/* The folder as the document names it: peers.json takes absolute paths only. */
static int secrets_dir_find(const Run *run, const char **ret, Error *err)
{
	const char *given = run->options->secrets_dir;
	char current[PATH_MAX];

	if (!given || *given == '/') {
		*ret = given ? given : SECRETS_DIR_DEFAULT;
		return 0;
	}
	if (!getcwd(current, sizeof(current)))
		return error_set(err, ERROR_SYSTEM, 0,
				 "the working folder has no path: name the folder of --secrets "
				 "with an absolute one");
	*ret = pool_printf(run->pool, "%s/%s", current, given);
	return 0;
}

/* --- the document --- */

static Secrets secrets_of(Pool *pool, const AdoptDocument *document)
{
	Secret *items = NULL;
	size_t n_items = 0;

	for (size_t i = 0; i < document->n_secrets; i++)
		POOL_PUSH(pool, items, n_items,
			  {.kind = CREDENTIALS_FILE,
			   .name = document->secrets[i].path,
			   .text = document->secrets[i].text});
	return (Secrets){.items = items, .n_items = n_items};
}

static size_t peer_index(const Desired *desired, unsigned id)
{
	size_t index = 0;

	while (desired->peers[index].id != id)
		index++;
	return index;
}

/* Reads the text back as plan would, and plans: that plan must be empty. */
static int document_check(Run *run, const char *text, const AdoptDocument *document, Plan *ret,
			  Error *err)
{
	const Secrets secrets = secrets_of(run->pool, document);
	const Known known = {0};
	const Desired *desired;
	Wanted wanted, *kept = pool_alloc(run->pool, sizeof(*kept));
	World world;
	PlannerInput input = {.plan = {.known = &known, .options.sha256 = ""},
			      .machine = &run->machine};

	if (desired_parse(run->pool, "peers.json", text, strlen(text), &desired, err) < 0)
		return error_prefix(err, "peers.json cannot say how this node replicates");
	if (wanted_make(run->pool, desired, peer_index(desired, run->adoption.peers[0].id),
			&secrets, &wanted, err) < 0)
		return -1;
	*kept = wanted;
	input.plan.desired = desired;
	input.plan.wanted = kept;
	return planner_run(run->directory, run->pool, &input, &world, ret, err);
}

static void notes_say(const Run *run)
{
	for (size_t i = 0; i < run->adoption.n_notes; i++)
		say("%s", run->adoption.notes[i]);
}

static int document_make(Run *run, Error *err)
{
	AdoptDocument document;
	const char *dir = NULL, *text;
	Plan plan;

	if (secrets_dir_find(run, &dir, err) < 0)
		return -1;
	adopt_document(&run->adoption, dir, &document);
	if (adopt_name_node(&run->adoption, &document.desired, run->node, run->machine.fqdn, err) <
	    0)
		return -1;
	notes_say(run);
	text = desired_print(run->pool, &document.desired);
	if (document_check(run, text, &document, &plan, err) < 0 ||
	    secrets_write(run, &document, err) < 0)
		return -1;
	(void)fputs(text, stdout);
	if (plan_is_empty(&plan) && plan.held.n_holds == 0)
		return 0;
	say("this document does not describe the node wholly: `%s` shows %zu %s; while "
	    "policy.mode is \"audit\", nothing is changed",
	    remedy_text(REMEDY_PLAN), plan.n_changes + plan.held.n_holds,
	    plan.n_changes + plan.held.n_holds == 1 ? "difference" : "differences");
	return 1;
}

static int run_adopt(Run *run, Error *err)
{
	run->machine.fqdn = host_fqdn(run->pool);
	if (world_read(run->directory, run->pool, &run->machine, &run->world, err) < 0)
		return -1;
	if (adopt_survey(run->pool, &run->world.live, run->machine.fqdn, &run->adoption, err) < 0 ||
	    ids_find(run, err) < 0) {
		notes_say(run);
		return -1;
	}
	return document_make(run, err);
}

static int cmd_adopt(const Options *options)
{
	AUTO(Directory) *directory = NULL;
	Run run = {.options = options, .pool = options->pool};
	Context context;
	Error err = {0};
	int status;

	if (options->merge.n_items > 0)
		return adopt_merge_files(options);
	if (context_read(options->pool, &options->override, &context, &err) < 0 ||
	    context_connect(&context, &directory, &err) < 0)
		return say_error(&err);
	run.directory = directory;
	run.node = context.node;
	status = run_adopt(&run, &err);
	return status < 0 ? say_error(&err) : status;
}

static const OptionRule adopt_options[] = {
	OPTION_NAMED("--secrets", OPTION_TEXT, secrets_dir, "DIR",
		     "write each password into a file of DIR (mode 0600), and refer to it"),
	OPTION_NAMED("--peer-id", OPTION_LIST, peer_ids, "URI=N",
		     "the server ID of a peer that olcServerID does not name and that does not "
		     "answer, or the id of this consumer; may be repeated"),
	OPTION_NAMED("--merge", OPTION_WORDS, merge, "FILE...",
		     "combine the files that adopt wrote on several nodes; needs no server"),
};

const Command command_adopt = {
	.name = "adopt",
	.run = cmd_adopt,
	.summary = "print a peers.json that describes this running node; changes nothing in slapd",
	.arguments = "",
	.exits = "0 the plan of the document is empty, 1 it is not, or nothing could be printed; "
		 "with --merge: 0 one file was made, 1 the files disagree, 78 one is not good",
	.options = adopt_options,
	.n_options = ARRAY_SIZE(adopt_options),
};
