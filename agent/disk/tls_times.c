/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/tls_times.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/syncrepl/syncrepl_inherit.h"

#define SETTLED_SEC 3 /* a certificate and its key are written one after the other */

static int64_t written_sec(const char *path)
{
	struct stat file, name;

	if (stat(path, &file) < 0 || lstat(path, &name) < 0)
		return -1;
	return name.st_mtime > file.st_mtime ? name.st_mtime : file.st_mtime;
}

static void path_add(Pool *pool, MachineTls *tls, const char *path)
{
	int64_t written;

	for (size_t i = 0; i < tls->n_files; i++)
		if (strcmp(tls->files[i].path, path) == 0)
			return;
	written = written_sec(path);
	POOL_PUSH(pool, tls->files, tls->n_files,
		  {.path = path,
		   .written_sec = written,
		   .is_settled = written + SETTLED_SEC <= (int64_t)time(NULL)});
}

void tls_times_read(Pool *pool, const Live *live, MachineTls *ret)
{
	const char *last[LINK_TLS_FILES] = {0}; /* links of a database share their strings */

	for (size_t i = 0; i < live->n_databases; i++)
		for (size_t k = 0; k < live->databases[i].n_consumers; k++) {
			const LiveConsumer *consumer = &live->databases[i].consumers[k];
			const Syncrepl link = link_inherit_tls(&consumer->syncrepl, live->global);

			if (!consumer->parses || !link_uses_tls(&consumer->syncrepl))
				continue;
			for (size_t w = 0; w < LINK_TLS_FILES; w++) {
				const char *path = link.value[link_tls_files[w]];

				if (path && path != last[w])
					path_add(pool, ret, path);
				last[w] = path;
			}
		}
}
