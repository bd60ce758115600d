/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/found/triggers.h"
#include "common/base/macros.h"
#include "common/base/tree.h"
#include "tests/fortnight/played.h"
#include "tests/lib/memory_internal.h"

#define MINUTE_USEC (60 * SECOND_USEC)
#define DATABASE    "olcDatabase={2}mdb,cn=config"
#define OVERLAY     "olcOverlay={0}syncprov," DATABASE

Played played;

/* What somebody changes, and to what. */
static const struct {
	const char *dn;
	const char *attribute;
	const char *value; /* NULL: it is removed */
} edits[FORTNIGHT_EDITS] = {
	{DATABASE, "olcLimits", NULL},
	{DATABASE, "olcDbIndex", "objectClass eq"},
	{OVERLAY, "olcSpCheckpoint", "7 7"},
	{"cn=config", "olcServerID", "9"},
};

static char right[FORTNIGHT_EDITS][1024]; /* the values when everything is right */

/* One kind of disturbance, from its beginning to its end; 0: it does not last now. */
static struct {
	uint64_t until_usec[DISTURBANCE_COUNT];
	uint64_t next_usec;                     /* when the next one begins */
	uint64_t again_usec[DISTURBANCE_COUNT]; /* what comes many times: the next time */
	size_t peer;
	unsigned revision;
	int lock;
	bool is_calm;
} running = {.lock = -1, .is_calm = true};

uint64_t played_random(uint64_t n)
{
	uint64_t mixed = played.random += 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
	return (mixed ^ (mixed >> 31)) % n;
}

/* --- what is wrong in cn=config --- */

static void values_print(size_t n, char *ret, size_t size)
{
	const Tree *config = memory_directory_config(played.memory);
	const Attribute *attribute = NULL;
	size_t len = 0;

	*ret = '\0';
	for (size_t i = 0; i < config->n_entries && !attribute; i++)
		if (strcmp(config->entries[i].dn, edits[n].dn) == 0)
			attribute = entry_attribute(&config->entries[i], edits[n].attribute);
	for (size_t i = 0; attribute && i < attribute->n_values && len < size; i++)
		len += (size_t)snprintf(ret + len, size - len, "%s\n", attribute->values[i].bytes);
}

bool damage_is_mended(size_t n)
{
	char now[sizeof(right[0])];

	values_print(n, now, sizeof(now));
	return strcmp(now, right[n]) == 0;
}

static void edit(void)
{
	const size_t n = played_random(FORTNIGHT_EDITS);
	const char *values[] = {edits[n].value};
	Mod mod = {.kind = edits[n].value ? MOD_REPLACE : MOD_DELETE,
		   .attribute = edits[n].attribute,
		   .values = values,
		   .n_values = edits[n].value ? 1 : 0};
	const Step step = {.kind = STEP_MODIFY, .dn = edits[n].dn, .mods = &mod, .n_mods = 1};
	Error err = {0};

	if (!damage_is_mended(n) || directory_apply(played.memory, &step, &err) < 0)
		return;
	played.triggers |= TRIGGER_BIT(TRIGGER_CONFIG);
	played.damages[n] = (Damage){.at_usec = played.now_usec, .hindrance = played.hindrance};
}

static void hinder(Hindrance hindrance)
{
	if (hindrance > played.hindrance)
		played.hindrance = hindrance;
	played.file_was_hindered = true;
	for (size_t i = 0; i < FORTNIGHT_EDITS; i++)
		if (hindrance > played.damages[i].hindrance)
			played.damages[i].hindrance = hindrance;
}

/* --- peers.json --- */

static char *path_of(const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", played.folder, name);
	return path;
}

static void file_put(const char *name, const char *text)
{
	char made[4096];
	FILE *file;

	(void)snprintf(made, sizeof(made), "%s/%s.new", played.folder, name);
	file = fopen(made, "we");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0 || chmod(made, 0644) < 0 ||
	    rename(made, path_of(name)) < 0)
		abort();
}

static void desired_put(void)
{
	char text[8192], whole[sizeof(text) + sizeof("4294967295")];
	FILE *file = fopen(path_of("peers.template"), "re");
	const size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	char *mark;

	text[n] = '\0';
	mark = strstr(text, "REVISION");
	if (!file || !mark)
		abort();
	(void)fclose(file);
	*mark = '\0';
	(void)snprintf(whole, sizeof(whole), "%s%u%s", text, running.revision,
		       mark + strlen("REVISION"));
	file_put("peers.json", whole);
}

bool fortnight_file_is_in_force(void)
{
	char text[1 << 16], wanted[64];
	FILE *file = fopen(path_of("run/status.json"), "re");
	const size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[n] = '\0';
	if (file)
		(void)fclose(file);
	(void)snprintf(wanted, sizeof(wanted), "\"revision\": %u", running.revision);
	return strstr(text, wanted);
}

static void file_begins(void)
{
	running.revision++;
	desired_put();
	if (played.file_usec == 0)
		played.file_was_hindered = played.hindrance != HINDERED_NOT;
	played.file_usec = played.now_usec;
}

/* --- one that lasts begins, and ends --- */

static void links_set(void)
{
	bool all_good = played.slapd != SLAPD_AWAY;

	for (size_t i = 0; i < PLAYED_PEERS; i++)
		all_good = all_good && played.peers[i] == PEER_GOOD;
	((MemoryDirectory *)played.memory)->links_work = all_good;
}

static void slapd_set(SlapdState state)
{
	Error err = {0};

	if (state == SLAPD_AWAY) {
		(void)memory_directory_restart(played.memory, &err);
		played.n_starts++;
	}
	if (played.slapd == SLAPD_HUNG)
		played.triggers |= TRIGGER_BIT(TRIGGER_ANSWER);
	played.slapd = state;
	links_set();
}

static void lock_set(bool is_held)
{
	if (is_held) {
		running.lock = open(path_of("run/lock"), O_RDWR | O_CLOEXEC);
		played.is_locked = running.lock >= 0 && flock(running.lock, LOCK_EX | LOCK_NB) == 0;
	} else if (running.lock >= 0) {
		(void)close(running.lock);
		running.lock = -1;
		played.is_locked = false;
	}
}

static void peer_set(PeerState state)
{
	played.peers[running.peer] = state;
	links_set();
}

static void begin(Disturbance kind)
{
	switch (kind) {
	case DISTURB_PEER:
		running.peer = played_random(PLAYED_PEERS);
		peer_set((PeerState)(1 + played_random(PEER_STATE_COUNT - 1)));
		break;
	case DISTURB_SLAPD_AWAY:
	case DISTURB_SLAPD_HANGS:
	case DISTURB_SLAPD_DENIES:
		slapd_set((SlapdState)(kind - DISTURB_SLAPD_AWAY + SLAPD_AWAY));
		played.n_starts += kind == DISTURB_SLAPD_DENIES;
		break;
	case DISTURB_WRITES_REFUSED:
		played.refuses_writes = true;
		break;
	case DISTURB_LOCK:
		lock_set(true);
		break;
	case DISTURB_STATE:
		if (chmod(path_of("state"), 0777) < 0)
			abort();
		break;
	case DISTURB_BAD_FILE:
		file_put("peers.json", "{\"format\": 1, ");
		break;
	default:
		break;
	}
}

static void end(Disturbance kind)
{
	switch (kind) {
	case DISTURB_PEER:
		peer_set(PEER_GOOD);
		break;
	case DISTURB_SLAPD_AWAY:
	case DISTURB_SLAPD_HANGS:
	case DISTURB_SLAPD_DENIES:
		slapd_set(SLAPD_UP);
		break;
	case DISTURB_WRITES_REFUSED:
		played.refuses_writes = false;
		break;
	case DISTURB_LOCK:
		lock_set(false);
		break;
	case DISTURB_STATE:
		if (chmod(path_of("state"), 0700) < 0)
			abort();
		break;
	case DISTURB_BAD_FILE:
		file_begins();
		break;
	default:
		break;
	}
}

/* What comes many times while it lasts. */
static void repeat(Disturbance kind)
{
	if (kind == DISTURB_EDITS)
		edit();
	else if (kind == DISTURB_TOUCHES)
		desired_put();
	else
		played.triggers |= TRIGGER_BIT(TRIGGER_RELOAD);
}

/* Longest time, and the longest in msec between two; 0: it is no series. */
static const struct {
	uint64_t longest_usec;
	unsigned apart_msec;
	Hindrance hinders; /* repairs, or that a file comes into force */
} kinds[] = {
	[DISTURB_EDITS] = {MINUTE_USEC, 800, HINDERED_NOT},
	[DISTURB_PEER] = {30 * MINUTE_USEC, 0, HINDERED_NOT},
	[DISTURB_SLAPD_AWAY] = {2 * MINUTE_USEC, 0, HINDERED},
	[DISTURB_SLAPD_HANGS] = {2 * MINUTE_USEC, 0, HINDERED},
	[DISTURB_SLAPD_DENIES] = {10 * MINUTE_USEC, 0, HINDERED},
	[DISTURB_WRITES_REFUSED] = {20 * MINUTE_USEC, 0, HINDERED_BY_REFUSAL},
	[DISTURB_LOCK] = {MINUTE_USEC, 0, HINDERED},
	[DISTURB_STATE] = {10 * MINUTE_USEC, 0, HINDERED},
	[DISTURB_BAD_FILE] = {5 * MINUTE_USEC, 0, HINDERED_NOT},
	[DISTURB_TOUCHES] = {MINUTE_USEC, 400, HINDERED_NOT},
	[DISTURB_RELOADS] = {MINUTE_USEC, 400, HINDERED_NOT},
	[DISTURBANCE_COUNT] = {0},
};

static void disturbance_begin(Disturbance kind)
{
	played.n_disturbances[kind]++;
	if (kind == DISTURB_EDIT) {
		edit();
	} else if (kind == DISTURB_FILE) {
		if (running.until_usec[DISTURB_BAD_FILE] == 0)
			file_begins();
	} else if (kind == DISTURB_CLOCK) {
		played.day_sec += (int64_t)played_random(7200) - 3600;
	} else {
		running.until_usec[kind] =
			played.now_usec + 1000 + played_random(kinds[kind].longest_usec);
		running.again_usec[kind] = kinds[kind].apart_msec ? played.now_usec : UINT64_MAX;
		begin(kind);
	}
	if (kinds[kind].hinders != HINDERED_NOT)
		hinder(kinds[kind].hinders);
}

static void disturbance_end(Disturbance kind)
{
	bool still = false;

	running.until_usec[kind] = 0;
	end(kind);
	for (int other = 0; other < DISTURBANCE_COUNT; other++)
		still |= running.until_usec[other] > 0 && kinds[other].hinders != HINDERED_NOT;
	if (!still && played.hindrance != HINDERED_NOT) {
		played.hindrance = HINDERED_NOT;
		played.clear_usec = played.now_usec;
	}
}

/* Two that would get in each other's way. */
static bool may_begin(Disturbance kind)
{
	const bool is_slapd = kind >= DISTURB_SLAPD_AWAY && kind <= DISTURB_SLAPD_DENIES;

	return running.until_usec[kind] == 0 && !(is_slapd && played.slapd != SLAPD_UP) &&
	       !(kind == DISTURB_TOUCHES && running.until_usec[DISTURB_BAD_FILE] > 0) &&
	       !(kind == DISTURB_BAD_FILE && running.until_usec[DISTURB_TOUCHES] > 0);
}

void fortnight_begin(void)
{
	for (size_t i = 0; i < FORTNIGHT_EDITS; i++)
		values_print(i, right[i], sizeof(right[i]));
	running.revision = 1;
	running.is_calm = false;
	running.next_usec = played.now_usec + MINUTE_USEC;
}

uint64_t fortnight_next_usec(void)
{
	uint64_t next_usec = running.is_calm ? UINT64_MAX : running.next_usec;

	if (played.round_end_usec < next_usec)
		next_usec = played.round_end_usec;
	for (int kind = 0; kind < DISTURBANCE_COUNT; kind++) {
		if (running.until_usec[kind] == 0)
			continue;
		if (running.until_usec[kind] < next_usec)
			next_usec = running.until_usec[kind];
		if (running.again_usec[kind] < next_usec)
			next_usec = running.again_usec[kind];
	}
	return next_usec;
}

void fortnight_disturb(void)
{
	for (int kind = 0; kind < DISTURBANCE_COUNT; kind++) {
		if (running.until_usec[kind] == 0)
			continue;
		if (running.again_usec[kind] <= played.now_usec) {
			running.again_usec[kind] = played.now_usec + 1000 +
						   played_random(kinds[kind].apart_msec) * 1000;
			repeat((Disturbance)kind);
		}
		if (running.until_usec[kind] <= played.now_usec)
			disturbance_end((Disturbance)kind);
	}
	if (!running.is_calm && running.next_usec <= played.now_usec) {
		const Disturbance kind = (Disturbance)played_random(DISTURBANCE_COUNT);

		running.next_usec = played.now_usec + played_random(20 * MINUTE_USEC);
		if (may_begin(kind))
			disturbance_begin(kind);
	}
}

void fortnight_calm(void)
{
	running.is_calm = true;
	for (int kind = 0; kind < DISTURBANCE_COUNT; kind++)
		if (running.until_usec[kind] > 0)
			disturbance_end((Disturbance)kind);
}
