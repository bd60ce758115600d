/* SPDX-License-Identifier: Apache-2.0 */
/* Calls parts of the shell that no command shows alone: agent_tool VERB ARGUMENT... Prints what it
 * got, or "error CLASS TEXT" and ends with 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/files/lock.h"
#include "agent/slapd/slapd_process.h"
#include "agent/state/state.h"
#include "agent/state/state_keep.h"
#include "agent/system/fd.h"

/* lock DIR TIMEOUT_MSEC: holds the lock until standard input ends. */
static int lock_run(char **arguments, Error *err)
{
	AUTO_FD lock = lock_take(arguments[0], (unsigned)strtoul(arguments[1], NULL, 10), err);
	char byte;

	if (lock < 0)
		return -1;
	printf("locked %d\n", (int)getpid());
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

/* state-write DIR: one of each. */
static int state_write_run(char **arguments, Error *err)
{
	const char *const dir = arguments[0];
	const char *foreign[] = {"ldap://old.example.com"};
	unsigned met[] = {3, 4};
	const KnownDatabase databases[] = {
		{.suffix = "dc=example,dc=com",
		 .foreign = foreign,
		 .n_foreign = 1,
		 .met = {.items = met, .n_items = 2}},
		{.suffix = "o=\"b\\\""},
	};
	const UnsavedEntry unsaved[] = {
		{.dn = "olcDatabase={1}mdb,cn=config", .attribute = "olcSyncrepl"},
		{.dn = "olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config"},
	};

	HidingPeer hiding[] = {
		{.suffix = "dc=example,dc=com", .peer_id = 2, .account = "a", .text = "mail"}};

	return state_write_revision(dir,
				    &(Known){.latest.revision = 12, .latest.sha256 = "abc"}.latest,
				    err) < 0 ||
			       state_write_databases(dir, databases, 2, err) < 0 ||
			       state_write_unsaved(dir, unsaved, 2, err) < 0 ||
			       state_write_hiding(dir, &(HidingPeers){hiding, 1}, err) < 0 ||
			       state_write_restarted(dir, "20261122200000Z", err) < 0 ||
			       state_write_intent(dir, "{\"steps\": []}", err) < 0
		       ? -1
		       : 0;
}

/* state-read DIR 0|1: all that is known; 1: may put files aside. */
static int state_read_run(char **arguments, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	StateRead read;

	if (state_read(pool, arguments[0], arguments[1][0] == '1', &read, err) < 0)
		return -1;
	if (read.known.latest.has_revision)
		printf("revision %lu %s\n", read.known.latest.revision, read.known.latest.sha256);
	for (size_t i = 0; i < read.known.n_databases; i++) {
		printf("database %s", read.known.databases[i].suffix);
		for (size_t k = 0; k < read.known.databases[i].n_foreign; k++)
			printf(" %s", read.known.databases[i].foreign[k]);
		for (size_t k = 0; k < read.known.databases[i].met.n_items; k++)
			printf(" met %u", read.known.databases[i].met.items[k]);
		printf("\n");
	}
	for (size_t i = 0; i < read.known.server.n_unsaved; i++)
		printf("unsaved %s %s\n", read.known.server.unsaved[i].dn,
		       read.known.server.unsaved[i].attribute
			       ? read.known.server.unsaved[i].attribute
			       : "-");
	for (size_t i = 0; i < read.known.peers.hiding.n_items; i++)
		printf("hiding %s %u %s %s\n", read.known.peers.hiding.items[i].suffix,
		       read.known.peers.hiding.items[i].peer_id,
		       read.known.peers.hiding.items[i].account,
		       read.known.peers.hiding.items[i].text);
	if (read.known.server.restarted_consumers)
		printf("restarted %s\n", read.known.server.restarted_consumers);
	if (read.intent)
		printf("intent %s\n", read.intent);
	for (size_t i = 0; i < read.n_notices; i++)
		printf("notice %s\n", read.notices[i]);
	return 0;
}

static void keep_tell(const char *dir, Known *kept, const Known *next)
{
	Error err;

	if (state_keep(dir, kept, next, &err) == 0)
		printf("kept\n");
	else
		printf("not kept: %s\n", err.text);
}

/* state-keep DIR: a few parts, to be kept twice. In between the files of some go, and the revision
 * becomes another: a file that is back was written without need. */
static int state_keep_run(char **arguments, Error *err)
{
	const char *const gone[] = {"databases.json", "machine.json"};
	KnownDatabase databases[] = {{.suffix = "dc=example,dc=com", .is_joining = true}};
	HidingPeer hiding[] = {
		{.suffix = "dc=example,dc=com", .peer_id = 2, .account = "a", .text = "mail"}};
	LastSeen seen[] = {{.suffix = "dc=example,dc=com"}};
	FenceRecord fence[] = {{.suffix = "dc=example,dc=com", .text = "why"}};
	Known kept = {0}, next = {.latest.has_revision = true,
				  .latest.revision = 12,
				  .latest.sha256 = "abc",
				  .databases = databases,
				  .n_databases = 1,
				  .self.machine = "m",
				  .peers.hiding = {hiding, 1},
				  .self.node = 1,
				  .seen = {.node = 1, .items = seen, .n_items = 1},
				  .fence = {fence, 1, 1795861000}};

	(void)err;
	keep_tell(arguments[0], &kept, &next);
	next.latest.revision = 13;
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", arguments[0], gone[i]);
		(void)unlink(path);
	}
	keep_tell(arguments[0], &kept, &next);
	return 0;
}

/* state-remove-intent DIR */
static int state_remove_run(char **arguments, Error *err)
{
	return state_remove_intent(arguments[0], err);
}

/* listeners PID_FILE ARGS_FILE, "-" for none */
static int listeners_run(char **arguments, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char *pid_file = strcmp(arguments[0], "-") != 0 ? arguments[0] : NULL;
	const char *args_file = strcmp(arguments[1], "-") != 0 ? arguments[1] : NULL;
	const SlapdArguments listeners = slapd_arguments_find(pool, pid_file, args_file);

	(void)err;
	for (size_t i = 0; i < listeners.n_urls; i++)
		printf("%s\n", listeners.urls[i]);
	return 0;
}

static const struct {
	const char *name;
	int n_arguments;
	int (*run)(char **arguments, Error *err);
} verbs[] = {
	{"lock", 2, lock_run},
	{"state-write", 1, state_write_run},
	{"state-read", 2, state_read_run},
	{"state-keep", 1, state_keep_run},
	{"state-remove-intent", 1, state_remove_run},
	{"listeners", 2, listeners_run},
};

int main(int argc, char **argv)
{
	Error err = {0};

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (argc != verbs[i].n_arguments + 2 || strcmp(argv[1], verbs[i].name) != 0)
			continue;
		if (verbs[i].run(argv + 2, &err) == 0)
			return 0;
		printf("error %d %s\n", (int)err.class, err.text);
		return 1;
	}
	fprintf(stderr, "agent_tool: wrong usage\n");
	return 64;
}
