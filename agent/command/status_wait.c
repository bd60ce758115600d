/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command/status_wait.h"

#include <string.h>

#include "agent/system/clock.h"
#include "agent/system/say.h"
#include "agent/system/wait.h"
#include "agent/tell/status_file.h"
#include "common/base/timestamp.h"
#include "common/report/status_gate.h"

#define WAIT_SEC_DEFAULT 120
#define WAIT_SEC_MAX     (7 * 86400)
#define LOOK_EVERY_MSEC  200
#define SAID_MAX         512

static int wait_parse(const char *text, int64_t *ret, Error *err)
{
	*ret = *text ? duration_parse(text) : WAIT_SEC_DEFAULT;
	if (*ret < 0 || *ret > WAIT_SEC_MAX)
		return error_set(err, ERROR_USAGE, 0,
				 "--wait=%s is no time up to 7d, like 90s, 30m or 2h", text);
	return 0;
}

/* peers.json is read at each look: the file that counts is the one that stands there. */
static int gate_look(Pool *pool, const Context *context, Gate *ret, Error *err)
{
	StatusLife life = {.now_sec = clock_system.realtime_sec(NULL)};
	PeersFile file;
	Status status;
	Error unread;

	if (peers_file_read(pool, context->paths.peers_file, &file, err) < 0)
		return -1;
	if (status_file_read(pool, context->paths.run_dir, NULL, &status, &unread) < 0) {
		*ret = (Gate){GATE_WAITING, pool_strdup(pool, unread.text)};
		return 0;
	}
	life.is_running = status_writer_runs(&status);
	*ret = status_gate(pool, &status, &life,
			   &(GateAsked){.sha256 = pool_strdup(pool, file.sha256),
					.mtime_sec = file.identity.mtime_nsec / 1000000000});
	return 0;
}

/* What is waited for, once each time it changes. */
static void reason_say(char said[SAID_MAX], const Gate *gate)
{
	if (!gate->waits_for || strncmp(said, gate->waits_for, SAID_MAX - 1) == 0)
		return;
	(void)strncpy(said, gate->waits_for, SAID_MAX - 1);
	say("waiting: %s", gate->waits_for);
}

int status_wait(const Options *options, const Context *context, int *ret, Error *err)
{
	const int64_t began_msec = monotonic_msec();
	char said[SAID_MAX] = "";
	int64_t wait_sec;

	if (wait_parse(options->wait, &wait_sec, err) < 0)
		return -1;
	for (;;) {
		AUTO(Pool) *pool = pool_new();
		Gate gate;

		if (gate_look(pool, context, &gate, err) < 0)
			return -1;
		if (gate.state == GATE_OPEN)
			return *ret = 0;
		reason_say(said, &gate);
		if (monotonic_msec() - began_msec >= wait_sec * 1000) {
			say("all was not well after %s: %s", duration_print(pool, wait_sec),
			    gate.waits_for);
			*ret = gate.state == GATE_HELD ? 3 : 1;
			return 0;
		}
		pause_msec(LOOK_EVERY_MSEC);
	}
}
