/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/daemon/daemon_internal.h"
#include "agent/input/settings_file.h"
#include "agent/state/state_names.h"

/* Where slapd's ldapi socket is: "ldapi:///" leaves that to libldap, so the connection is asked. */
static const char *socket_path(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	struct sockaddr_un address = {0};
	socklen_t len = sizeof(address) - 1;
	const int fd = daemon_directory_fd(daemon);

	if (fd >= 0 && getpeername(fd, (struct sockaddr *)&address, &len) == 0 &&
	    address.sun_family == AF_UNIX && address.sun_path[0] == '/')
		return pool_strdup(pass->found.pool, address.sun_path);
	return NULL;
}

/* What was found out once stays true until it is found out anew. */
static void places_learn(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	const char *path = socket_path(pass);
	const char *folder = pass->found.context.config_dir;

	if (path && (!daemon->socket || strcmp(daemon->socket, path) != 0))
		daemon->socket = pool_strdup(daemon->pool, path);
	if (!folder && pass->found.report.has_plan && !watch_sees_config(daemon->watch))
		folder = world_config_dir(pass->found.pool, &pass->found.report.world);
	if (folder && (!daemon->config_dir || strcmp(daemon->config_dir, folder) != 0))
		daemon->config_dir = pool_strdup(daemon->pool, folder);
}

static void secrets_add(DaemonPass *pass, WatchPaths *paths)
{
	const SecretsRead *secrets = &pass->found.inputs.secrets;

	for (size_t i = 0; i < secrets->n_items; i++)
		if (secrets->items[i].kind == CREDENTIALS_FILE)
			POOL_PUSH(pass->found.pool, paths->secrets, paths->n_secrets,
				  secrets->items[i].name);
}

void daemon_watch_again(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	WatchPaths paths = {
		.peers_file = pass->found.context.peers_file,
		.agent_config = daemon->site.options->agent_config
					? daemon->site.options->agent_config
					: SETTINGS_FILE_DEFAULT,
		.pause_file = pool_printf(pass->found.pool, "%s/" STATE_PAUSE,
					  pass->found.context.state_dir),
	};

	places_learn(pass);
	paths.socket = daemon->socket;
	paths.config_dir = daemon->config_dir;
	if (pass->found.has_inputs)
		secrets_add(pass, &paths);
	if (watch_set(daemon->watch, &paths))
		wake_add(&pass->follow.wakes, WAKE_PLACES, daemon_now_usec(daemon));
	daemon->is_config_unseen = daemon->config_dir && !watch_sees_config(daemon->watch);
}

unsigned daemon_drain(Daemon *daemon)
{
	const bool is_touched =
		watch_drain_config(daemon->watch, daemon->touched_pool, &daemon->touched);

	return watch_drain_names(daemon->watch) | (is_touched ? TRIGGER_BIT(TRIGGER_CONFIG) : 0);
}

void daemon_is_blind(Daemon *daemon, int error)
{
	daemon->blind_errno = error;
}

const char *daemon_watch_problem(const DaemonPass *pass)
{
	const Daemon *daemon = pass->daemon;
	const char *what = daemon->is_config_unseen ? daemon->config_dir : "the files";

	if (!daemon->is_config_unseen && daemon->blind_errno == 0 &&
	    watch_names_fd(daemon->watch) >= 0)
		return NULL;
	return pool_printf(pass->found.pool,
			   "%s cannot be watched%s%s%s: a change there is seen by the timer only, "
			   "within %u s; see that the group of slapd is in SupplementaryGroups= of "
			   "the unit, and fs.inotify in sysctl",
			   what, daemon->blind_errno ? " (" : "",
			   daemon->blind_errno ? strerror(daemon->blind_errno) : "",
			   daemon->blind_errno ? ")" : "", pass->found.context.interval_sec);
}
