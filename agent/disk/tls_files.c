/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/tls_files.h"

#include <string.h>
#include <unistd.h>

#include "agent/disk/file_try.h"
#include "common/syncrepl/syncrepl_inherit.h"

typedef struct TlsFiles {
	const char **paths;
	size_t n_paths;
} TlsFiles;

static void add_link(Pool *pool, TlsFiles *files, const Syncrepl *link)
{
	for (size_t i = 0; i < LINK_TLS_PATHS; i++) {
		const char *path = link->value[link_tls_paths[i]];
		size_t k = 0;

		while (path && k < files->n_paths && strcmp(files->paths[k], path) != 0)
			k++;
		if (path && k == files->n_paths)
			POOL_PUSH(pool, files->paths, files->n_paths, path);
	}
}

static TlsFiles files_wanted(Pool *pool, const Wanted *wanted)
{
	TlsFiles files = {0};

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++)
			add_link(pool, &files, &wanted->databases[i].consumers[k].syncrepl);
	return files;
}

void tls_files_read(Pool *pool, const Live *live, const Wanted *wanted, MachineTls *ret)
{
	const TlsFiles files = wanted ? files_wanted(pool, wanted) : (TlsFiles){0};
	FileTry *tries = pool_alloc(pool, (files.n_paths + 1) * sizeof(*tries));
	SlapdUser user;

	if (files.n_paths == 0 ||
	    !slapd_user_find(pool, entry_first(live->global, "olcPidFile"), &user))
		return;
	for (size_t i = 0; i < files.n_paths; i++)
		tries[i] = (FileTry){.path = files.paths[i], .mode = R_OK};
	ret->tried_uid = (unsigned)user.uid;
	if (!file_try_as_user(&user, tries, files.n_paths))
		return;
	for (size_t i = 0; i < files.n_paths; i++)
		if (tries[i].error != 0)
			POOL_PUSH(pool, ret->refusals, ret->n_refusals,
				  {.path = files.paths[i],
				   .problem = pool_strdup(pool, strerror(tries[i].error))});
}
