/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/name_watch.h"

#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "common/base/pool.h"

/* IN_ATTRIB: a file that was refused for its owner or mode is mended by chmod(1). */
#define WATCH_MASK                                                                          \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

typedef struct Name {
	const char *path;
	const char *base; /* within path */
	unsigned tag;
	int descriptor; /* of its folder; -1: not watched */
} Name;

struct NameWatch {
	Pool *pool; /* the watch itself */
	int fd;
	Pool *names_pool;
	Name *names;
	size_t n_names;
};

NameWatch *name_watch_open(void)
{
	Pool *pool = pool_new();
	NameWatch *watch = pool_alloc(pool, sizeof(*watch));

	*watch = (NameWatch){
		.pool = pool,
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.names_pool = pool_new(),
	};
	if (watch->fd >= 0)
		return watch;
	name_watch_close(watch);
	return NULL;
}

void name_watch_close(NameWatch *watch)
{
	if (!watch)
		return;
	if (watch->fd >= 0)
		(void)close(watch->fd);
	pool_free(watch->names_pool);
	pool_free(watch->pool);
}

int name_watch_fd(const NameWatch *watch)
{
	return watch->fd;
}

static bool is_watched(const NameWatch *watch, const char *const *paths, const unsigned *tags,
		       size_t n_paths)
{
	if (watch->n_names != n_paths)
		return false;
	for (size_t i = 0; i < n_paths; i++)
		if (watch->names[i].descriptor < 0 || watch->names[i].tag != tags[i] ||
		    strcmp(watch->names[i].path, paths[i]) != 0)
			return false;
	return true;
}

/* The folder that holds the name: "/" for "/name", "." for "name". */
static const char *folder_of(Pool *pool, const char *path, const char *base)
{
	const size_t len = (size_t)(base - path);

	if (len == 0)
		return ".";
	return pool_copy(pool, path, len > 1 ? len - 1 : 1);
}

static bool has_descriptor(const Name *names, size_t n_names, int descriptor)
{
	for (size_t i = 0; i < n_names; i++)
		if (names[i].descriptor == descriptor)
			return true;
	return false;
}

static bool has_path(const NameWatch *watch, const char *path)
{
	for (size_t i = 0; i < watch->n_names; i++)
		if (watch->names[i].descriptor >= 0 && strcmp(watch->names[i].path, path) == 0)
			return true;
	return false;
}

bool name_watch_set(NameWatch *watch, const char *const *paths, const unsigned *tags,
		    size_t n_paths)
{
	bool has_new = false;
	Pool *pool;
	Name *names = NULL;
	size_t n_names = 0;

	if (is_watched(watch, paths, tags, n_paths))
		return false;
	pool = pool_new();
	for (size_t i = 0; i < n_paths; i++) {
		const char *path = pool_strdup(pool, paths[i]), *slash = strrchr(path, '/');
		const char *base = slash ? slash + 1 : path;
		const int descriptor =
			inotify_add_watch(watch->fd, folder_of(pool, path, base), WATCH_MASK);

		has_new |= descriptor >= 0 && !has_path(watch, path);
		POOL_PUSH(pool, names, n_names,
			  {.path = path, .base = base, .tag = tags[i], .descriptor = descriptor});
	}
	for (size_t i = 0; i < watch->n_names; i++)
		if (watch->names[i].descriptor >= 0 &&
		    !has_descriptor(names, n_names, watch->names[i].descriptor))
			(void)inotify_rm_watch(watch->fd, watch->names[i].descriptor);
	pool_free(watch->names_pool);
	watch->names_pool = pool;
	watch->names = names;
	watch->n_names = n_names;
	return has_new;
}

static unsigned event_tags(NameWatch *watch, const struct inotify_event *event)
{
	unsigned tags = 0;

	for (size_t i = 0; i < watch->n_names; i++) {
		Name *name = &watch->names[i];
		/* The folder itself went, or the kernel lost count: everything in it may differ. */
		const bool is_whole = event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED);

		if (event->mask & IN_Q_OVERFLOW)
			tags |= name->tag;
		if (name->descriptor != event->wd)
			continue;
		if (is_whole || (event->len > 0 && strcmp(event->name, name->base) == 0))
			tags |= name->tag;
		if (is_whole)
			name->descriptor = -1;
	}
	return tags;
}

unsigned name_watch_drain(NameWatch *watch)
{
	_Alignas(struct inotify_event) char bytes[16384];
	unsigned tags = 0;
	ssize_t len;

	while ((len = read(watch->fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(bytes + at);

			tags |= event_tags(watch, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	return tags;
}
