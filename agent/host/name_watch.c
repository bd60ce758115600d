/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/host/name_watch.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/pool.h"

/* IN_ATTRIB: a file that was refused for its owner or mode is repaired with chmod(1). */
#define WATCH_MASK                                                                          \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
/* A folder or a link on the way there is looked at for itself, not for what else is in it: /etc and
 * /var would wake us all day. A link that another took the place of has one name less: IN_ATTRIB.
 */
#define FOLDER_MASK (IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)
#define LINK_MASK   (IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_DONT_FOLLOW)
/* Only as long as something on the way is missing. */
#define MISSING_MASK (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

#define MAX_LINKS 40

typedef struct Name {
	const char *path;
	const char *base; /* within path */
	unsigned tag;
	int descriptor; /* of its folder; -1: not watched */
} Name;

/* What the way to a name leads over. */
typedef struct Way {
	int descriptor;
	size_t name;         /* whose way it is */
	bool is_link;        /* a symbolic link, else a folder */
	const char *awaited; /* this one is missing in it; NULL: it has what is needed */
} Way;

/* One watch of the kernel's, which several names and ways may share. */
typedef struct Place {
	int descriptor;
	const char *path;
	uint32_t mask; /* all that is asked of it */
} Place;

/* What is watched; what is to be watched next is built next to it. */
typedef struct Names {
	Pool *pool;
	Name *names;
	size_t n_names;
	Way *ways;
	size_t n_ways;
	Place *places;
	size_t n_places;
	int fd;
} Names;

struct NameWatch {
	Pool *pool; /* the watch itself */
	int fd;
	Names now;
};

NameWatch *name_watch_open(void)
{
	Pool *pool = pool_new();
	NameWatch *watch = pool_alloc(pool, sizeof(*watch));

	*watch = (NameWatch){
		.pool = pool,
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.now = {.pool = pool_new()},
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
	pool_free(watch->now.pool);
	pool_free(watch->pool);
}

int name_watch_fd(const NameWatch *watch)
{
	return watch->fd;
}

static bool is_watched(const NameWatch *watch, const char *const *paths, const unsigned *tags,
		       size_t n_paths)
{
	const Names *now = &watch->now;

	if (now->n_names != n_paths)
		return false;
	for (size_t i = 0; i < n_paths; i++)
		if (now->names[i].descriptor < 0 || now->names[i].tag != tags[i] ||
		    strcmp(now->names[i].path, paths[i]) != 0)
			return false;
	return true;
}

/* --- places --- */

static Place *place_find(const Names *names, int descriptor)
{
	for (size_t i = 0; i < names->n_places; i++)
		if (names->places[i].descriptor == descriptor)
			return &names->places[i];
	return NULL;
}

/* Adds to what is asked of it. Returns the descriptor, or -1. */
static int place_add(Names *names, const char *path, uint32_t mask)
{
	const int descriptor = inotify_add_watch(names->fd, path, mask | IN_MASK_ADD);
	Place *place = descriptor >= 0 ? place_find(names, descriptor) : NULL;

	if (place)
		place->mask |= mask;
	else if (descriptor >= 0)
		POOL_PUSH(names->pool, names->places, names->n_places,
			  {.descriptor = descriptor,
			   .path = pool_strdup(names->pool, path),
			   .mask = mask});
	return descriptor;
}

/* What is no longer asked of a place is taken back: a folder in which nothing is missing any more
 * would wake us for each file that comes. */
static void place_narrow(const Names *names, const Place *was)
{
	const Place *is = place_find(names, was->descriptor);
	int descriptor = was->descriptor;

	if (is && (was->mask & ~is->mask) == 0)
		return;
	if (is)
		descriptor = inotify_add_watch(names->fd, is->path, is->mask);
	/* Not on the list: nothing asks for it, or another took its place just now, which an event
	 * of the former one shows. */
	if (descriptor >= 0 && !place_find(names, descriptor))
		(void)inotify_rm_watch(names->fd, descriptor);
}

/* --- the way to a name --- */

static void way_add(Names *names, int descriptor, bool is_link, const char *awaited)
{
	if (descriptor >= 0)
		POOL_PUSH(names->pool, names->ways, names->n_ways,
			  {.descriptor = descriptor,
			   .name = names->n_names,
			   .is_link = is_link,
			   .awaited = awaited});
}

/* Where a walk stands: the folder that it reached, without links, and what is left to walk. */
typedef struct Walk {
	const char *folder;
	const char *rest;
	unsigned n_links;
} Walk;

/* One link: the way goes on where it leads. False when it cannot. */
static bool link_follow(Names *names, Walk *walk, const char *full, const char *behind)
{
	char target[PATH_MAX];
	const ssize_t len = readlink(full, target, sizeof(target) - 1);

	if (len <= 0 || ++walk->n_links > MAX_LINKS)
		return false;
	target[len] = '\0';
	way_add(names, place_add(names, full, LINK_MASK), true, NULL);
	if (*target == '/')
		walk->folder = "/";
	walk->rest = pool_printf(names->pool, "%s/%s", target, behind);
	return true;
}

/* One part of the way; false when it ends here. */
static bool part_walk(Names *names, Walk *walk, const char *part, const char *behind)
{
	const char *full = pool_printf(names->pool, "%s/%s", walk->folder, part);
	struct stat status;

	if (lstat(full, &status) < 0) {
		way_add(names, place_add(names, walk->folder, MISSING_MASK), false, part);
		if (lstat(full, &status) < 0) /* it may have come before it was awaited */
			return false;
	}
	if (S_ISLNK(status.st_mode))
		return link_follow(names, walk, full, behind);
	way_add(names, place_add(names, full, FOLDER_MASK), false, NULL);
	walk->folder = full;
	walk->rest = behind;
	return S_ISDIR(status.st_mode);
}

/* Watches what leads to the last part of the path, and the folder that has it; returns the watch of
 * that, or -1. */
static int name_walk(Names *names, const char *path)
{
	Walk walk = {.folder = *path == '/' ? "/" : ".", .rest = path};

	for (;;) {
		size_t len;

		walk.rest += strspn(walk.rest, "/");
		len = strcspn(walk.rest, "/");
		if (walk.rest[len] == '\0')
			return place_add(names, walk.folder, WATCH_MASK);
		if (!part_walk(names, &walk, pool_copy(names->pool, walk.rest, len),
			       walk.rest + len + 1))
			return -1;
	}
}

/* --- the list --- */

static bool has_path(const Names *names, const char *path)
{
	for (size_t i = 0; i < names->n_names; i++)
		if (names->names[i].descriptor >= 0 && strcmp(names->names[i].path, path) == 0)
			return true;
	return false;
}

bool name_watch_set(NameWatch *watch, const char *const *paths, const unsigned *tags,
		    size_t n_paths)
{
	Names names = {.fd = watch->fd};
	bool has_new = false;

	if (is_watched(watch, paths, tags, n_paths))
		return false;
	names.pool = pool_new();
	for (size_t i = 0; i < n_paths; i++) {
		const char *path = pool_strdup(names.pool, paths[i]), *slash = strrchr(path, '/');
		const int descriptor = name_walk(&names, path);

		has_new |= descriptor >= 0 && !has_path(&watch->now, path);
		POOL_PUSH(names.pool, names.names, names.n_names,
			  {.path = path,
			   .base = slash ? slash + 1 : path,
			   .tag = tags[i],
			   .descriptor = descriptor});
	}
	for (size_t i = 0; i < watch->now.n_places; i++)
		place_narrow(&names, &watch->now.places[i]);
	pool_free(watch->now.pool);
	watch->now = names;
	return has_new;
}

/* --- events --- */

/* What leads to a name has changed, or has come into being: what lies beyond it may differ, and is
 * looked for anew. */
static bool way_changed(const Way *way, const struct inotify_event *event)
{
	if (way->descriptor != event->wd)
		return false;
	if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
		return true;
	if (way->awaited)
		return event->len > 0 && strcmp(event->name, way->awaited) == 0;
	return way->is_link && event->len == 0 && (event->mask & IN_ATTRIB);
}

static unsigned way_tags(NameWatch *watch, const struct inotify_event *event)
{
	unsigned tags = 0;

	for (size_t i = 0; i < watch->now.n_ways; i++) {
		Name *name = &watch->now.names[watch->now.ways[i].name];

		if (!way_changed(&watch->now.ways[i], event))
			continue;
		tags |= name->tag;
		name->descriptor = -1;
	}
	return tags;
}

static unsigned event_tags(NameWatch *watch, const struct inotify_event *event)
{
	unsigned tags = way_tags(watch, event);

	for (size_t i = 0; i < watch->now.n_names; i++) {
		Name *name = &watch->now.names[i];
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
