/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

/* Nothing here is due to the microsecond: the kernel may wake us together with others. */
#define TIMER_ACCURACY_USEC 1000

/* A descriptor that comes and goes with what the daemon watches. */
typedef struct Source {
	sd_event_source *source;
	int fd;
} Source;

typedef struct Loop {
	Daemon *daemon;
	sd_event *event;
	sd_event_source *timer;
	sd_event_source *terminate;
	sd_event_source *interrupt;
	Source names;
	Source config;
	Source answer;
	Source probe;
	Source host;
	bool is_reloading; /* something waits for the end of a pass */
	int failure;       /* negative errno: why it ends early */
} Loop;

/* --- telling systemd; all of it does nothing without $NOTIFY_SOCKET --- */

static void notify_ready(const Daemon *daemon)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", daemon_sentence(daemon));
}

static void notify_status(const Daemon *daemon)
{
	(void)sd_notifyf(0, "STATUS=%s", daemon_sentence(daemon));
}

static void notify_reloading(void)
{
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reading the files again",
			 (unsigned long long)clock_system.monotonic_usec(NULL));
}

/* --- sources --- */

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata);
static int on_watch(sd_event_source *source, int fd, uint32_t events, void *userdata);
static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata);
static int on_probe(sd_event_source *source, int fd, uint32_t events, void *userdata);
static int on_host(sd_event_source *source, int fd, uint32_t events, void *userdata);

/* Waits for fd from now on; -1: for nothing. Another file may have the number of the one before. */
static int source_set(Loop *loop, Source *source, int fd, sd_event_io_handler_t handler)
{
	source->source = sd_event_source_unref(source->source);
	source->fd = fd;
	if (fd < 0)
		return 0;
	return sd_event_add_io(loop->event, &source->source, fd, EPOLLIN, handler, loop);
}

/* Before anything closes a descriptor: a process that was just forked has a copy of it, and as long
 * as it has, the kernel reports events of a source that no longer exists. */
static void sources_drop(Loop *loop)
{
	Source *const sources[] = {&loop->names, &loop->config, &loop->answer, &loop->probe,
				   &loop->host};

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		(void)source_set(loop, sources[i], -1, NULL);
}

static int timer_set(Loop *loop)
{
	const int r = sd_event_source_set_time(loop->timer, daemon_next_usec(loop->daemon));

	return r < 0 ? r : sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT);
}

/* Without them the timer serves, and the next pass tries again. */
static void watches_set(Loop *loop)
{
	const Watch *watch = daemon_watch(loop->daemon);
	const int names = source_set(loop, &loop->names, watch_names_fd(watch), on_watch);
	const int config = source_set(loop, &loop->config, watch_config_fd(watch), on_watch);

	daemon_is_blind(loop->daemon, names < 0 ? -names : config < 0 ? -config : 0);
}

static int sources_set(Loop *loop)
{
	Daemon *daemon = loop->daemon;
	int r;

	watches_set(loop);
	r = source_set(loop, &loop->answer, daemon_directory_fd(daemon), on_answer);
	if (r >= 0)
		r = source_set(loop, &loop->probe, daemon_probe_fd(daemon), on_probe);
	if (r >= 0)
		r = source_set(loop, &loop->host, daemon_host_fd(daemon), on_host);
	return r < 0 ? r : timer_set(loop);
}

/* sd-event drops a source whose handler fails, and goes on: the watchdog would be fed for ever by a
 * daemon that nothing wakes any more. It ends instead, and systemd starts another. */
static int goes_on(Loop *loop, int result)
{
	if (result >= 0)
		return 0;
	loop->failure = result;
	return sd_event_exit(loop->event, 0);
}

/* The loop turned: the watchdog is fed before a pass, which may take its time. */
static int pass(Loop *loop, unsigned triggers)
{
	(void)sd_notify(0, "WATCHDOG=1");
	sources_drop(loop);
	daemon_pass(loop->daemon, triggers);
	notify_status(loop->daemon);
	if (loop->is_reloading)
		notify_ready(loop->daemon);
	loop->is_reloading = false;
	if (daemon_has_successor(loop->daemon))
		return sd_event_exit(loop->event, 0);
	return goes_on(loop, sources_set(loop));
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	return pass(userdata, TRIGGER_BIT(TRIGGER_TIMER));
}

/* For events that may come very often. What slapd sent stays unread until then. */
static int pass_when_due(Loop *loop, unsigned triggers)
{
	int r;

	if (!daemon_postpones(loop->daemon, triggers))
		return pass(loop, triggers);
	r = source_set(loop, &loop->answer, -1, on_answer);
	return goes_on(loop, r < 0 ? r : timer_set(loop));
}

/* Other files of the same folders change, too, and slapd writes temporary ones. */
static int on_watch(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	Loop *loop = userdata;
	unsigned triggers;

	(void)source;
	(void)fd;
	(void)events;
	(void)source_set(loop, &loop->config, -1, NULL);
	triggers = daemon_drain(loop->daemon);
	watches_set(loop);
	return triggers ? pass_when_due(loop, triggers) : 0;
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	return pass_when_due(userdata, TRIGGER_BIT(TRIGGER_ANSWER));
}

static int on_probe(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	Loop *loop = userdata;

	(void)source;
	(void)fd;
	(void)events;
	(void)source_set(loop, &loop->probe, -1, NULL);
	if (daemon_probe_process(loop->daemon))
		return pass_when_due(loop, TRIGGER_BIT(TRIGGER_PROBE));
	return goes_on(loop,
		       source_set(loop, &loop->probe, daemon_probe_fd(loop->daemon), on_probe));
}

static int on_host(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	Loop *loop = userdata;

	(void)source;
	(void)fd;
	(void)events;
	(void)source_set(loop, &loop->host, -1, NULL);
	if (daemon_host_process(loop->daemon))
		return pass_when_due(loop, TRIGGER_BIT(TRIGGER_HOST));
	return goes_on(loop, source_set(loop, &loop->host, daemon_host_fd(loop->daemon), on_host));
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	Loop *loop = userdata;

	(void)source;
	(void)info;
	notify_reloading();
	loop->is_reloading = true;
	return pass_when_due(loop, TRIGGER_BIT(TRIGGER_RELOAD));
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	Loop *loop = userdata;

	(void)source;
	(void)info;
	return sd_event_exit(loop->event, 0);
}

/* --- the loop --- */

/* Before anything else that is due: a pass that began first would not know of it. */
static int stop_signal_add(Loop *loop, int number, sd_event_source **ret)
{
	const int r = sd_event_add_signal(loop->event, ret, number, on_stop, loop);

	return r < 0 ? r : sd_event_source_set_priority(*ret, SD_EVENT_PRIORITY_IMPORTANT);
}

static int signals_add(Loop *loop)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	r = sd_event_add_signal(loop->event, NULL, SIGHUP, on_reload, loop);
	if (r >= 0)
		r = stop_signal_add(loop, SIGTERM, &loop->terminate);
	if (r >= 0)
		r = stop_signal_add(loop, SIGINT, &loop->interrupt);
	return r;
}

static int loop_set_up(Loop *loop)
{
	int r = sd_event_new(&loop->event);

	if (r >= 0)
		r = signals_add(loop);
	if (r >= 0)
		r = sd_event_set_watchdog(loop->event, 1);
	if (r >= 0)
		r = sd_event_add_time(loop->event, &loop->timer, CLOCK_MONOTONIC,
				      daemon_next_usec(loop->daemon), TIMER_ACCURACY_USEC, on_timer,
				      loop);
	return r;
}

static void loop_tear_down(Loop *loop)
{
	sd_event_source_unref(loop->names.source);
	sd_event_source_unref(loop->config.source);
	sd_event_source_unref(loop->answer.source);
	sd_event_source_unref(loop->probe.source);
	sd_event_source_unref(loop->host.source);
	sd_event_source_unref(loop->timer);
	sd_event_source_unref(loop->terminate);
	sd_event_source_unref(loop->interrupt);
	sd_event_unref(loop->event);
}

int loop_run(Daemon *daemon, Error *err)
{
	Loop loop = {.daemon = daemon};
	int r = loop_set_up(&loop);

	if (r >= 0) {
		daemon_start(daemon);
		r = pass(&loop, TRIGGER_BIT(TRIGGER_START));
		notify_ready(daemon);
	}
	if (r >= 0)
		r = sd_event_loop(loop.event);
	if (r >= 0)
		r = loop.failure;
	(void)sd_notify(0, "STOPPING=1");
	daemon_stop(daemon);
	loop_tear_down(&loop);
	if (r < 0)
		return error_set(err, ERROR_SYSTEM, -r, "the event loop broke: %s", strerror(-r));
	if (daemon_has_successor(daemon))
		return error_set(err, ERROR_BUSY, 0,
				 "somebody removed the lock file of this daemon, and another one "
				 "runs by now: this one ended");
	return 0;
}
