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

static const SyncreplKeyword keywords[] = {
	SYNCREPL_TLS_CERT,
	SYNCREPL_TLS_KEY,
	SYNCREPL_TLS_CACERT,
	SYNCREPL_TLS_CACERTDIR,
};

typedef struct TlsFile {
	const char *path;
	const char *suffix; /* of the first link that names it */
	SyncreplKeyword keyword;
} TlsFile;

typedef struct TlsFiles {
	TlsFile *items;
	size_t n_items;
} TlsFiles;

static void add_link(Pool *pool, TlsFiles *files, const char *suffix, const Syncrepl *link)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		const char *path = link->value[keywords[i]];
		size_t k = 0;

		while (path && k < files->n_items && strcmp(files->items[k].path, path) != 0)
			k++;
		if (path && k == files->n_items)
			POOL_PUSH(pool, files->items, files->n_items, {path, suffix, keywords[i]});
	}
}

static TlsFiles files_wanted(Pool *pool, const Wanted *wanted)
{
	TlsFiles files = {0};

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++)
			add_link(pool, &files, wanted->databases[i].desired->suffix,
				 &wanted->databases[i].consumers[k].syncrepl);
	return files;
}

/* In the child: writes the errno of each file, 0 where slapd may read it. */
static void try_files(const SlapdUser *user, const TlsFiles *files, int *ret_errors)
{
	if (setgroups(user->n_groups, user->groups) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		_exit(1);
	for (size_t i = 0; i < files->n_items; i++)
		ret_errors[i] = open(files->items[i].path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0
					? errno
					: 0;
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

static void tell(Pool *pool, const TlsFile *file, int error, unsigned uid, Plan *plan)
{
	if (error == 0)
		return;
	plan_add_finding(pool, plan, SEVERITY_WARNING, "tls-file", file->suffix,
			 "%s=%s: slapd, which runs as user %u, cannot read it (%s): its consumers "
			 "will not connect; see `namei -l %s`",
			 syncrepl_keyword_name(file->keyword), file->path, uid, strerror(error),
			 file->path);
}

void tls_files_judge(Pool *pool, const Live *live, const Wanted *wanted, Plan *plan)
{
	const TlsFiles files = wanted ? files_wanted(pool, wanted) : (TlsFiles){0};
	const size_t size = files.n_items * sizeof(int);
	SlapdUser user;
	int *errors;

	if (files.n_items == 0 ||
	    !slapd_user_find(pool, entry_first(live->global, "olcPidFile"), &user))
		return;
	errors = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (errors == MAP_FAILED)
		return;
	if (child_tried(&user, &files, errors))
		for (size_t i = 0; i < files.n_items; i++)
			tell(pool, &files.items[i], errors[i], (unsigned)user.uid, plan);
	(void)munmap(errors, size);
}
