/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/tree_watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/pool.h"

#define WATCH_MASK                                                                               \
	(IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_DELETE_SELF | \
	 IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define MAX_DEPTH 8

typedef struct Folder {
	int descriptor;
	const char *path; /* relative to the watched folder; "" for itself */
} Folder;

struct TreeWatch {
	Pool *pool; /* the watch itself and its folders */
	int fd;
	const char *root;
	Folder *folders;
	size_t n_folders;
	bool is_lost;
	TreeFound *found; /* during a drain */
	void *userdata;
};

static const char *path_join(Pool *pool, const char *folder, const char *name)
{
	return *folder ? pool_printf(pool, "%s/%s", folder, name) : pool_strdup(pool, name);
}

static bool item_is_folder(DIR *folder, const struct dirent *item)
{
	struct stat status;

	if (item->d_type != DT_UNKNOWN)
		return item->d_type == DT_DIR;
	return fstatat(dirfd(folder), item->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(status.st_mode);
}

/* Watches the folder and those in it. During a drain its files count as just renamed into place:
 * slapd made them before anybody could watch. */
static int folder_watch(TreeWatch *watch, const char *path, unsigned depth)
{
	AUTO(Pool) *scratch = pool_new();
	const char *full = pool_printf(scratch, "%s/%s", watch->root, path);
	const int descriptor = inotify_add_watch(watch->fd, full, WATCH_MASK);
	DIR *folder = descriptor < 0 ? NULL : opendir(full);
	int result = 0;

	if (!folder)
		return -1;
	POOL_PUSH(watch->pool, watch->folders, watch->n_folders,
		  {.descriptor = descriptor, .path = pool_strdup(watch->pool, path)});
	for (struct dirent *item = readdir(folder); item && result == 0; item = readdir(folder)) {
		const char *file;

		if (item->d_name[0] == '.')
			continue;
		file = path_join(scratch, path, item->d_name);
		if (item_is_folder(folder, item) && depth < MAX_DEPTH)
			result = folder_watch(watch, file, depth + 1);
		else if (watch->found)
			watch->found(watch->userdata, file, TREE_RENAMED);
	}
	(void)closedir(folder);
	return result;
}

TreeWatch *tree_watch_open(const char *folder)
{
	Pool *pool = pool_new();
	TreeWatch *watch = pool_alloc(pool, sizeof(*watch));

	*watch = (TreeWatch){
		.pool = pool,
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.root = pool_strdup(pool, folder),
	};
	if (watch->fd >= 0 && folder_watch(watch, "", 0) == 0)
		return watch;
	tree_watch_close(watch);
	return NULL;
}

void tree_watch_close(TreeWatch *watch)
{
	if (!watch)
		return;
	if (watch->fd >= 0)
		(void)close(watch->fd);
	pool_free(watch->pool);
}

int tree_watch_fd(const TreeWatch *watch)
{
	return watch->fd;
}

static const Folder *folder_find(const TreeWatch *watch, int descriptor)
{
	for (size_t i = watch->n_folders; i-- > 0;)
		if (watch->folders[i].descriptor == descriptor)
			return &watch->folders[i];
	return NULL;
}

static void file_tell(TreeWatch *watch, const char *file, unsigned mask)
{
	if (mask & IN_MOVED_TO)
		watch->found(watch->userdata, file, TREE_RENAMED);
	else if (mask & IN_CLOSE_WRITE)
		watch->found(watch->userdata, file, TREE_WRITTEN);
	else if (mask & (IN_DELETE | IN_MOVED_FROM))
		watch->found(watch->userdata, file, TREE_GONE);
}

static void event_take(TreeWatch *watch, const struct inotify_event *event)
{
	const Folder *folder = folder_find(watch, event->wd);
	AUTO(Pool) *scratch = pool_new();

	if (event->mask & IN_Q_OVERFLOW)
		watch->is_lost = true;
	if (!folder)
		return;
	if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))
		watch->is_lost |= *folder->path == '\0';
	if (event->len == 0)
		return;
	if (!(event->mask & IN_ISDIR))
		file_tell(watch, path_join(scratch, folder->path, event->name), event->mask);
	else if (event->mask & (IN_CREATE | IN_MOVED_TO))
		(void)folder_watch(watch, path_join(scratch, folder->path, event->name), 1);
}

bool tree_watch_drain(TreeWatch *watch, TreeFound *found, void *userdata)
{
	_Alignas(struct inotify_event) char bytes[16384];
	ssize_t len;

	watch->found = found;
	watch->userdata = userdata;
	while ((len = read(watch->fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(bytes + at);

			event_take(watch, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	watch->found = NULL;
	return !watch->is_lost;
}
