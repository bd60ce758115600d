/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_NAME_WATCH_H
#define SYNCWARD_NAME_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/macros.h"

/* Watches names in folders by inotify(7): a file that is replaced by a rename, written in place,
 * removed, or not there yet is seen under its name; so is a folder or a symbolic link on the way to
 * it that another takes the place of. */
typedef struct NameWatch NameWatch;

/* NULL only when the kernel gives no inotify instance. */
NameWatch *name_watch_open(void);

/* Readable when there is something to drain. */
int name_watch_fd(const NameWatch *watch);

/*
 * Watches exactly these paths from now on; tags[i] is what a drain reports for paths[i]. A path
 * whose folder does not exist yet is reported when what is missing appears: then set it again.
 * Asking for the same paths again costs no system call. True when a path is watched that was not
 * before.
 */
bool name_watch_set(NameWatch *watch, const char *const *paths, const unsigned *tags,
		    size_t n_paths);

/* The tags, or-ed, of all paths that something happened to since the last call; never waits. */
unsigned name_watch_drain(NameWatch *watch);

/* NULL is allowed. */
void name_watch_close(NameWatch *watch);
DEFINE_CLEANUP(NameWatch, name_watch_close)

#endif
