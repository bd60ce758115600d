/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/found/watches.h"

#include <string.h>

#include "agent/files/tree_watch.h"
#include "agent/host/name_watch.h"

typedef struct Drain {
	Pool *pool;
	TouchedFiles *touched;
	bool has_found;
} Drain;

struct Watch {
	Pool *pool;
	NameWatch *names;
	TreeWatch *config;
	const char *config_dir; /* that config watches */
	Drain witnessed;        /* by the witness that was lent */
};

Watch *watch_new(void)
{
	Pool *pool = pool_new();
	Watch *watch = pool_alloc(pool, sizeof(*watch));

	*watch = (Watch){.pool = pool, .names = name_watch_open()};
	return watch;
}

void watch_free(Watch *watch)
{
	if (!watch)
		return;
	name_watch_close(watch->names);
	tree_watch_close(watch->config);
	pool_free(watch->pool);
}

typedef struct Names {
	Pool *pool;
	const char **paths;
	size_t n_paths;
	unsigned *tags;
	size_t n_tags;
} Names;

static void name_add(Names *names, const char *path, Trigger trigger)
{
	if (!path)
		return;
	POOL_PUSH(names->pool, names->paths, names->n_paths, path);
	POOL_PUSH(names->pool, names->tags, names->n_tags, TRIGGER_BIT(trigger));
}

static bool names_set(Watch *watch, const WatchPaths *paths)
{
	AUTO(Pool) *pool = pool_new();
	Names names = {.pool = pool};

	name_add(&names, paths->peers_file, TRIGGER_DESIRED);
	name_add(&names, paths->agent_config, TRIGGER_DESIRED);
	name_add(&names, paths->pause_file, TRIGGER_STATE);
	name_add(&names, paths->socket, TRIGGER_SOCKET);
	for (size_t i = 0; i < paths->n_secrets; i++)
		name_add(&names, paths->secrets[i], TRIGGER_DESIRED);
	return watch->names && name_watch_set(watch->names, names.paths, names.tags, names.n_paths);
}

static bool config_set(Watch *watch, const char *config_dir)
{
	if (watch->config && config_dir && strcmp(watch->config_dir, config_dir) == 0)
		return false;
	tree_watch_close(watch->config);
	watch->config = config_dir ? tree_watch_open(config_dir) : NULL;
	if (watch->config && (!watch->config_dir || strcmp(watch->config_dir, config_dir) != 0))
		watch->config_dir = pool_strdup(watch->pool, config_dir);
	return watch->config;
}

bool watch_set(Watch *watch, const WatchPaths *paths)
{
	const bool has_new_names = names_set(watch, paths);

	return config_set(watch, paths->config_dir) || has_new_names;
}

bool watch_sees_config(const Watch *watch)
{
	return watch->config;
}

int watch_names_fd(const Watch *watch)
{
	return watch->names ? name_watch_fd(watch->names) : -1;
}

int watch_config_fd(const Watch *watch)
{
	return watch->config ? tree_watch_fd(watch->config) : -1;
}

/* slapd writes "olcDatabase={2}mdb.XXXXXX" first and renames it to "olcDatabase={2}mdb.ldif": only
 * the second is a file of its own. */
static bool is_entry_file(const char *file)
{
	const size_t len = strlen(file);

	return len > 5 && strcmp(file + len - 5, ".ldif") == 0;
}

static void file_found(void *userdata, const char *file, TreeEvent event)
{
	Drain *drain = userdata;
	TouchedFiles *touched = drain->touched;

	(void)event;
	if (!is_entry_file(file))
		return;
	drain->has_found = true;
	for (size_t i = 0; i < touched->n_items; i++)
		if (strcmp(touched->items[i], file) == 0)
			return;
	POOL_PUSH(drain->pool, touched->items, touched->n_items, pool_strdup(drain->pool, file));
}

DiskWitness *watch_witness(Watch *watch, const char *config_dir, Pool *pool, TouchedFiles *touched)
{
	if (!watch->config || strcmp(watch->config_dir, config_dir) != 0)
		return NULL;
	watch->witnessed = (Drain){.pool = pool, .touched = touched};
	return witness_borrow(watch->config, file_found, &watch->witnessed);
}

bool watch_has_witnessed(const Watch *watch)
{
	return watch->witnessed.has_found;
}

unsigned watch_drain_names(Watch *watch)
{
	return watch->names ? name_watch_drain(watch->names) : 0;
}

bool watch_drain_config(Watch *watch, Pool *pool, TouchedFiles *touched)
{
	Drain drain = {.pool = pool, .touched = touched};

	if (watch->config && !tree_watch_drain(watch->config, file_found, &drain)) {
		tree_watch_close(watch->config);
		watch->config = NULL;
		return true;
	}
	return drain.has_found;
}
