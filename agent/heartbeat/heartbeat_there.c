/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/heartbeat_there.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/heartbeat/heartbeat_link.h"
#include "agent/session/session_content.h"
#include "agent/system/child.h"

#define PATIENCE_SEC 20U

/* --- the process --- */

static _Noreturn void end(int fd, HeartbeatThereEnd end, const char *text)
{
	char line[512];
	const int len = snprintf(line, sizeof(line), "%c%s", (char)('0' + end), text ? text : "");
	const size_t n = (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;

	/* It fits into the socket's buffer. */
	_exit(send(fd, line, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : 1);
}

static Content other_read(Pool *pool, const Syncrepl *syncrepl, const char *suffix)
{
	PeerLink link;
	Content content;

	if (peer_link_open(pool, syncrepl, &link))
		content = content_read_over(&link, suffix);
	else
		content = peer_link_failure(&link);
	peer_link_close(&link);
	return content;
}

/* Stays not asked where it cannot be told. */
static void coverage_read(Pool *pool, const HeartbeatThereJob *job, Content *there)
{
	PeerLink link;

	if (peer_link_open(pool, job->reader, &link))
		content_coverage_over(&link, job->suffix, job->sid, there);
	peer_link_close(&link);
}

static HeartbeatGate gate_of(Pool *pool, const HeartbeatThereJob *job, PeerLink *link)
{
	Content there = content_read_over(link, job->suffix);
	Content *others = pool_alloc(pool, (job->n_others + 1) * sizeof(*others));

	for (size_t i = 0; i < job->n_others; i++)
		others[i] = other_read(pool, &job->others[i], job->suffix);
	coverage_read(pool, job, &there);
	return heartbeat_gate_there(&(HeartbeatThere){
		.sid = job->sid,
		.there = &there,
		.here = job->here,
		.others = others,
		.n_others = job->n_others,
	});
}

static _Noreturn void work(const HeartbeatThereJob *job, int fd, pid_t parent)
{
	Pool *pool = pool_new();
	PeerLink link;
	Content failure;
	HeartbeatGate gate;
	LinkAnswer answer;

	child_begin(fd, parent);
	(void)alarm(PATIENCE_SEC);
	if (!peer_link_open(pool, job->provider, &link)) {
		failure = peer_link_failure(&link);
		end(fd,
		    failure.state == CONTENT_DENIED ? HEARTBEAT_THERE_REFUSED
						    : HEARTBEAT_THERE_FAILED,
		    failure.problem);
	}
	gate = gate_of(pool, job, &link);
	if (gate != HEARTBEAT_MAY_WRITE)
		end(fd, HEARTBEAT_THERE_HELD, heartbeat_gate_text(gate));
	answer = heartbeat_entry_write(&link, job->container, job->beat, job->is_made_anew);
	if (answer.code == LDAP_SUCCESS)
		end(fd, HEARTBEAT_THERE_WRITTEN, NULL);
	end(fd,
	    answer.code == LDAP_NO_SUCH_OBJECT ? HEARTBEAT_THERE_NO_CONTAINER
					       : HEARTBEAT_THERE_FAILED,
	    link_write_refusal(&link, "write the heartbeat", &answer));
}

/* --- what waits for it --- */

static void text_take(HeartbeatWriting *writing, const char *text)
{
	(void)snprintf(writing->text, sizeof(writing->text), "%s", text);
}

bool heartbeat_there_start(HeartbeatWriting *writing, const HeartbeatThereJob *job,
			   uint64_t now_usec)
{
	const pid_t parent = getpid();
	int fds[2];

	*writing = (HeartbeatWriting){0};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		text_take(writing, strerror(errno));
		return false;
	}
	writing->pid = fork();
	if (writing->pid == 0)
		work(job, fds[1], parent);
	(void)close(fds[1]);
	writing->fd = fds[0];
	writing->began_usec = now_usec;
	if (writing->pid > 0 && fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0)
		return true;
	text_take(writing, strerror(errno));
	(void)close(fds[0]);
	if (writing->pid > 0)
		heartbeat_there_stop(writing);
	writing->pid = 0;
	return false;
}

void heartbeat_there_stop(HeartbeatWriting *writing)
{
	if (writing->pid <= 0)
		return;
	(void)kill(writing->pid, SIGKILL);
	while (waitpid(writing->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)close(writing->fd);
	writing->pid = 0;
}

/* True when all of it was heard. */
static bool hear(HeartbeatWriting *writing)
{
	ssize_t n;

	do {
		n = recv(writing->fd, writing->text + writing->n_text,
			 sizeof(writing->text) - 1 - writing->n_text, 0);
		writing->n_text += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	writing->text[writing->n_text] = '\0';
	return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

HeartbeatThereEnd heartbeat_there_look(HeartbeatWriting *writing, uint64_t now_usec)
{
	HeartbeatThereEnd end;

	if (!hear(writing)) {
		if (now_usec < writing->began_usec + (PATIENCE_SEC + 1) * 1000000ULL)
			return HEARTBEAT_THERE_RUNS;
		writing->n_text = 0;
	}
	heartbeat_there_stop(writing);
	if (writing->n_text == 0 || writing->text[0] <= '0' + HEARTBEAT_THERE_RUNS ||
	    writing->text[0] > '0' + HEARTBEAT_THERE_FAILED) {
		text_take(writing, "the provider did not answer in time");
		return HEARTBEAT_THERE_FAILED;
	}
	end = (HeartbeatThereEnd)(writing->text[0] - '0');
	(void)memmove(writing->text, writing->text + 1, writing->n_text);
	return end;
}
