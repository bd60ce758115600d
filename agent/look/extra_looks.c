/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/extra_looks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/system/child.h"
#include "agent/system/fd.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/slapd/dn.h"

#define STOP_LOOK_MSEC 100 /* between two looks whether this process is to end */

/* Of one suffix. */
typedef struct Look {
	const char *suffix;
	unsigned peer_id;
	pid_t pid; /* 0: none is at work */
	int fd;    /* from which the result comes */
	int64_t began_msec;
	CopyExtra found; /* the last; was_asked: there is one */
	int64_t found_msec;
	Pool *pool; /* of found */
} Look;

struct ExtraLooks {
	Pool *pool;
	Look *items;
	size_t n_items;
};

ExtraLooks *extra_looks_new(void)
{
	Pool *pool = pool_new();
	ExtraLooks *looks = pool_alloc(pool, sizeof(*looks));

	*looks = (ExtraLooks){.pool = pool};
	return looks;
}

static void worker_reap(Look *look)
{
	while (waitpid(look->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(look->fd);
	look->pid = 0;
}

void extra_looks_free(ExtraLooks *looks)
{
	if (!looks)
		return;
	for (size_t i = 0; i < looks->n_items; i++) {
		Look *look = &looks->items[i];

		if (look->pid > 0) {
			(void)kill(look->pid, SIGKILL);
			worker_reap(look);
		}
		pool_free(look->pool);
	}
	pool_free(looks->pool);
}

static Look *look_of(ExtraLooks *looks, const char *suffix)
{
	for (size_t i = 0; i < looks->n_items; i++)
		if (dn_equal(looks->items[i].suffix, suffix))
			return &looks->items[i];
	POOL_PUSH(looks->pool, looks->items, looks->n_items,
		  {.suffix = pool_strdup(looks->pool, suffix), .pool = pool_new()});
	return &looks->items[looks->n_items - 1];
}

/* --- the process --- */

static _Noreturn void work_do(const ExtraWork *work, int fd, pid_t parent)
{
	ExtraFound found;

	child_begin(fd, parent);
	found = work->find(work->data);
	/* At once: it is smaller than what a socket takes without waiting. */
	(void)send(fd, &found, sizeof(found), MSG_NOSIGNAL);
	_exit(0);
}

static bool work_start(Look *look, const ExtraWork *work)
{
	const pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return false;
	look->pid = fork();
	if (look->pid == 0)
		work_do(work, fds[1], parent);
	(void)close(fds[1]);
	if (look->pid < 0) {
		(void)close(fds[0]);
		look->pid = 0;
		return false;
	}
	look->fd = fds[0];
	look->peer_id = work->peer_id;
	look->began_msec = monotonic_msec();
	return true;
}

static void found_take(Look *look, bool *ret_was_refused)
{
	ExtraFound found = {.problem = "the process that compared them ended without a result"};
	ExtraFound heard;

	if (recv(look->fd, &heard, sizeof(heard), 0) == (ssize_t)sizeof(heard))
		found = heard;
	worker_reap(look);
	pool_free(look->pool);
	look->pool = pool_new();
	look->found_msec = monotonic_msec();
	look->found = (CopyExtra){
		.was_asked = true,
		.peer_id = look->peer_id,
		.problem = *found.problem ? pool_strdup(look->pool, found.problem) : NULL,
		.n_entries = found.n_entries,
		.n_doubtful = found.n_doubtful,
		.n_missing = found.n_missing,
		.took_msec = (unsigned)(look->found_msec - look->began_msec),
	};
	*ret_was_refused = found.was_refused;
}

/* True when the result is there, or the process is gone. */
static bool is_through(const Look *look, const ExtraWork *work, unsigned patience_msec)
{
	const int64_t end_msec = monotonic_msec() + patience_msec;
	struct pollfd wait = {.fd = look->fd, .events = POLLIN};
	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Waiting for both copies of %s to be read ...", look->suffix);
	for (;;) {
		const int64_t left_msec = end_msec - monotonic_msec();

		if (poll(&wait, 1,
			 progress_piece(left_msec <= 0               ? 0
					: left_msec < STOP_LOOK_MSEC ? left_msec
								     : STOP_LOOK_MSEC)) > 0)
			return true;
		if (left_msec <= 0 || (work->must_stop && work->must_stop()))
			return false;
	}
}

/* --- asking --- */

static CopyExtra not_yet(Pool *pool, const Look *look)
{
	return (CopyExtra){
		.was_asked = true,
		.peer_id = look->peer_id,
		.problem = pool_printf(pool,
				       "both copies have been read for %lld s, and not yet to "
				       "the end",
				       (long long)(monotonic_msec() - look->began_msec) / 1000),
	};
}

static CopyExtra copy_of(Pool *pool, const Look *look, bool is_kept)
{
	CopyExtra copy = look->found;

	copy.problem = copy.problem ? pool_strdup(pool, copy.problem) : NULL;
	copy.is_kept = is_kept;
	copy.age_msec = (unsigned)(monotonic_msec() - look->began_msec);
	return copy;
}

CopyExtra extra_looks_ask(ExtraLooks *looks, Pool *pool, const ExtraWork *work,
			  bool *ret_was_refused)
{
	Look *look = look_of(looks, work->suffix);
	unsigned patience_msec = 0;

	*ret_was_refused = false;
	if (look->pid == 0) {
		if (!work->wants_fresh &&
		    copy_extra_lasts(&look->found, monotonic_msec() - look->found_msec))
			return copy_of(pool, look, true);
		if (!work_start(look, work))
			return (CopyExtra){.was_asked = true,
					   .peer_id = work->peer_id,
					   .problem = "no process could be started for it"};
		patience_msec = work->patience_msec;
	}
	if (!is_through(look, work, patience_msec))
		return not_yet(pool, look);
	found_take(look, ret_was_refused);
	return copy_of(pool, look, false);
}
