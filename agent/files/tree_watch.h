/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TREE_WATCH_H
#define SYNCWARD_TREE_WATCH_H

#include <stdbool.h>

#include "common/base/macros.h"

/* Watches a folder and all folders in it by inotify(7), those that come later too: slapd makes one
 * for the first overlay of a database. */
typedef struct TreeWatch TreeWatch;

/* NULL when the folder cannot be watched (it is missing, or not ours to read). */
TreeWatch *tree_watch_open(const char *folder);

/* Readable when there is something to drain. */
int tree_watch_fd(const TreeWatch *watch);

/* How a file came to be there: slapd renames, people often write in place. */
typedef enum TreeEvent {
	TREE_RENAMED, /* into place; also a file found in a new folder */
	TREE_WRITTEN, /* opened for writing and closed */
	TREE_GONE,    /* deleted or renamed away */
	TREE_EVENT_COUNT
} TreeEvent;

/* file is relative to the folder, and valid during the call only. */
typedef void TreeFound(void *userdata, const char *file, TreeEvent event);

/* Tells everything that happened since the last call; never waits. Returns false when the folder
 * itself went away or events were lost: then open it again, and look at everything. */
bool tree_watch_drain(TreeWatch *watch, TreeFound *found, void *userdata);

/* NULL is allowed. */
void tree_watch_close(TreeWatch *watch);
DEFINE_CLEANUP(TreeWatch, tree_watch_close)

#endif
