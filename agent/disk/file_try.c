/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/file_try.h"

#include <errno.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/files/owner.h"

/* True when the process is the other one for good. */
typedef bool Become(const void *who);

/* In the child: writes the errno of each, 0 where they may. */
static void try_all(Become *become, const void *who, const FileTry *tries, size_t n_tries,
		    int *ret_errors)
{
	if (!become(who))
		_exit(1);
	for (size_t i = 0; i < n_tries; i++)
		ret_errors[i] = access(tries[i].path, tries[i].mode) < 0 ? errno : 0;
	_exit(0);
}

static bool child_tried(Become *become, const void *who, FileTry *tries, size_t n_tries)
{
	const size_t size = (n_tries + 1) * sizeof(int);
	int *errors = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 1;
	pid_t child;

	if (errors == MAP_FAILED)
		return false;
	child = fork();
	if (child == 0)
		try_all(become, who, tries, n_tries, errors);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < n_tries; i++)
		tries[i].error = errors[i];
	(void)munmap(errors, size);
	return child > 0 && status == 0;
}

static bool become_user(const void *who)
{
	const SlapdUser *user = who;

	return setgroups(user->n_groups, user->groups) == 0 &&
	       setresgid(user->gid, user->gid, user->gid) == 0 &&
	       setresuid(user->uid, user->uid, user->uid) == 0;
}

bool file_try_as_user(const SlapdUser *user, FileTry *tries, size_t n_tries)
{
	return child_tried(become_user, user, tries, n_tries);
}

static bool become_owner(const void *who)
{
	return owner_drop_to(who);
}

bool file_try_as_owner(const char *config_dir, FileTry *tries, size_t n_tries)
{
	AUTO(Pool) *pool = pool_new();
	Owner owner;

	if (owner_find(pool, config_dir, &owner) < 0 || (geteuid() != 0 && geteuid() != owner.uid))
		return false;
	return child_tried(become_owner, &owner, tries, n_tries);
}
