/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/tls_files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/slapd/slapd_process.h"
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

/* In the child: writes the errno of each file, 0 where slapd may read it. */
static void try_files(const SlapdUser *user, const TlsFiles *files, int *ret_errors)
{
	if (setgroups(user->n_groups, user->groups) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		_exit(1);
	for (size_t i = 0; i < files->n_paths; i++)
		ret_errors[i] =
			open(files->paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0 ? errno : 0;
	_exit(0);
}

static bool child_tried(const SlapdUser *user, const TlsFiles *files, int *ret_errors)
{
	const pid_t child = fork();
	int status = 1;

	if (child == 0)
		try_files(user, files, ret_errors);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && status == 0;
}

void tls_files_read(Pool *pool, const Live *live, const Wanted *wanted, Machine *ret)
{
	const TlsFiles files = wanted ? files_wanted(pool, wanted) : (TlsFiles){0};
	const size_t size = files.n_paths * sizeof(int);
	SlapdUser user;
	int *errors;

	if (files.n_paths == 0 ||
	    !slapd_user_find(pool, entry_first(live->global, "olcPidFile"), &user))
		return;
	errors = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (errors == MAP_FAILED)
		return;
	ret->slapd_uid = (unsigned)user.uid;
	if (child_tried(&user, &files, errors))
		for (size_t i = 0; i < files.n_paths; i++)
			if (errors[i] != 0)
				POOL_PUSH(pool, ret->tls_refusals, ret->n_tls_refusals,
					  {.path = files.paths[i],
					   .problem = pool_strdup(pool, strerror(errors[i]))});
	(void)munmap(errors, size);
}
