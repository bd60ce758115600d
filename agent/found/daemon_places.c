/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/found/daemon_places.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/input/settings_file.h"
#include "agent/state/state_names.h"

DaemonPlaces daemon_places_new(void)
{
	return (DaemonPlaces){.pool = pool_new(), .watch = watch_new()};
}

void daemon_places_free(DaemonPlaces *places)
{
	watch_free(places->watch);
	pool_free(places->pool);
}

/* Where slapd's ldapi socket is: "ldapi:///" leaves that to libldap, so the connection is asked. */
static const char *socket_path(Pool *pool, int fd)
{
	struct sockaddr_un address = {0};
	socklen_t len = sizeof(address) - 1;

	if (fd >= 0 && getpeername(fd, (struct sockaddr *)&address, &len) == 0 &&
	    address.sun_family == AF_UNIX && address.sun_path[0] == '/')
		return pool_strdup(pool, address.sun_path);
	return NULL;
}

/* What was found out once stays true until it is found out anew. */
static void places_learn(DaemonPlaces *places, const Found *found, int connection)
{
	const char *path = socket_path(found->pool, connection);
	const char *folder = found->context.paths.config_dir;

	if (path && (!places->socket || strcmp(places->socket, path) != 0))
		places->socket = pool_strdup(places->pool, path);
	if (!folder && found->report.has_plan && !watch_sees_config(places->watch))
		folder = world_config_dir(found->pool, &found->report.first.world);
	if (folder && (!places->config_dir || strcmp(places->config_dir, folder) != 0))
		places->config_dir = pool_strdup(places->pool, folder);
}

static void secrets_add(const Found *found, WatchPaths *paths)
{
	const SecretsRead *secrets = &found->inputs.secrets;

	for (size_t i = 0; i < secrets->n_items; i++)
		if (secrets->items[i].kind == CREDENTIALS_FILE)
			POOL_PUSH(found->pool, paths->secrets, paths->n_secrets,
				  secrets->items[i].name);
}

Follow daemon_places_watch(DaemonPlaces *places, const Found *found, int connection,
			   const char *agent_config)
{
	Follow follow = {0};
	WatchPaths paths = {
		.peers_file = found->context.paths.peers_file,
		.agent_config = agent_config ? agent_config : SETTINGS_FILE_DEFAULT,
		.pause_file =
			pool_printf(found->pool, "%s/" STATE_PAUSE, found->context.paths.state_dir),
	};

	places_learn(places, found, connection);
	paths.socket = places->socket;
	paths.config_dir = places->config_dir;
	if (found->has_inputs)
		secrets_add(found, &paths);
	if (watch_set(places->watch, &paths))
		wake_add(&follow.wakes, WAKE_PLACES, found_now_usec(found));
	places->is_config_unseen = places->config_dir && !watch_sees_config(places->watch);
	return follow;
}

const char *daemon_places_problem(const DaemonPlaces *places, const Found *found)
{
	const char *what = places->is_config_unseen ? places->config_dir : "the files";

	if (!places->is_config_unseen && places->blind_errno == 0 &&
	    watch_names_fd(places->watch) >= 0)
		return NULL;
	return pool_printf(found->pool,
			   "%s cannot be watched%s%s%s: a change there is seen by the timer only, "
			   "within %u s; see that the group of slapd is in SupplementaryGroups= of "
			   "the unit, and fs.inotify in sysctl",
			   what, places->blind_errno ? " (" : "",
			   places->blind_errno ? strerror(places->blind_errno) : "",
			   places->blind_errno ? ")" : "", found->context.rhythm.interval_sec);
}
