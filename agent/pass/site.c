/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/site.h"

#include "agent/ldap/ldap_result.h"
#include "agent/slapd/slapd_sockets.h"
#include "agent/state/state_socket.h"
#include "agent/system/progress.h"
#include "agent/system/say.h"
#include "agent/tell/status_file.h"
#include "common/remedies/remedies.h"

int context_read(Pool *pool, const SettingsOverride *override, Context *ret, Error *err)
{
	AgentSettings settings;

	if (settings_read(pool, override, &settings, err) < 0)
		return -1;
	*ret = (Context){
		.pool = pool,
		.paths.peers_file = settings.peers_file,
		.node = settings.node,
		.socket.uri = settings.ldap_uri ? settings.ldap_uri : SLAPD_SOCKET_DEFAULT,
		.socket.is_found = !settings.ldap_uri,
		.paths.state_dir = settings.state_dir,
		.paths.run_dir = settings.run_dir,
		.paths.metrics_file = settings.metrics_file ? settings.metrics_file
							    : pool_printf(pool, "%s/" METRICS_FILE,
									  settings.run_dir),
		.paths.config_dir = settings.config_dir,
		.socket.timeout_msec = settings.ldap_timeout_sec * 1000,
		.rhythm.interval_sec = settings.interval_sec,
		.rhythm.probes = settings.probes,
		.rhythm.probe_interval_sec = settings.probe_interval_sec,
		.holds_contested = settings.holds_contested,
		.renews_tls = settings.renews_tls,
		.verify = settings.verify,
		.is_verbose = override->is_verbose,
	};
	return 0;
}

int context_read_to_write(Pool *pool, const SettingsOverride *override, Context *ret, Error *err)
{
	if (context_read(pool, override, ret, err) < 0)
		return -1;
	ret->socket.is_noted = true;
	return status_check_same_file(pool, ret->paths.run_dir, ret->paths.peers_file, err);
}

int context_inputs(const Context *context, bool may_write, Inputs *ret, Error *err)
{
	const InputsOptions options = {
		.peers_file = context->paths.peers_file,
		.node = context->node,
		.state_dir = context->paths.state_dir,
		.config_dir = context->paths.config_dir,
		.fqdn = context->host.fqdn,
		.fqdn_is_open = context->host.is_open,
		.fqdn_is_awaited = context->host.is_awaited,
		.ldap_uri = context->socket.uri,
		.may_write = may_write,
		.renews_tls = context->renews_tls,
		.releases_rollout = context->releases_rollout,
		.last_good = context->last_good,
		.state = context->state,
	};

	return inputs_read(context->pool, &options, ret, err);
}

static int connect_at(const Context *context, const char *uri, Directory **ret, Error *err)
{
	const DirectoryLdapOptions options = {
		.uri = uri,
		.timeout_msec = context->socket.timeout_msec,
		.budget = context->budget,
		.trace = context->is_verbose ? say_trace : NULL,
	};

	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Waiting for slapd at %s ...", uri);
	return directory_ldap_open(&options, ret, err);
}

/* The socket that is meant: the one that answered before. Until one did, others may be tried. */
static bool socket_settle(Context *context)
{
	const StateSocket noted = state_read_socket(context->pool, context->paths.state_dir);
	const char *uri = noted.uri ? slapd_socket_constant(noted.uri) : NULL;

	context->socket.uri = uri ? uri : SLAPD_SOCKET_DEFAULT;
	return !noted.is_first;
}

static void socket_note(const Context *context)
{
	Error err;

	if (context->socket.is_noted &&
	    !state_read_socket(context->pool, context->paths.state_dir).uri &&
	    state_write_socket(context->paths.state_dir, context->socket.uri, &err) < 0)
		say("%s", err.text);
}

/* Whose answer it is at another socket is not known once one is: it may be another instance of the
 * same program, while the right one is being restarted. */
static int socket_is_settled(Context *context, Error *err)
{
	const char *before = pool_strdup(context->pool, err->text);

	return error_set(err, err->class, err->code,
			 "%s No other socket is tried: slapd answered this node here before, or "
			 "that is not known. Where it listens elsewhere, %s",
			 before, remedy_text(REMEDY_LDAP_URI));
}

static int socket_find(Context *context, Directory **ret, Error *err)
{
	const bool is_settled = socket_settle(context);
	const char *before;
	SocketsFound found;

	if (connect_at(context, context->socket.uri, ret, err) == 0)
		return 0;
	/* A slapd that listens there and gives no answer is the one that is meant. */
	if (!ldap_error_is_absence(err))
		return -1;
	if (is_settled)
		return socket_is_settled(context, err);
	found = slapd_sockets_find(context->pool);
	if (found.uri) {
		context->socket.uri = found.uri;
		return connect_at(context, found.uri, ret, err);
	}
	before = pool_strdup(context->pool, err->text);
	return error_set(err, err->class, err->code, "%s Tried as well: %s", before, found.text);
}

int context_connect(Context *context, Directory **ret, Error *err)
{
	if (!context->socket.is_found)
		return connect_at(context, context->socket.uri, ret, err);
	if (socket_find(context, ret, err) < 0)
		return -1;
	socket_note(context);
	return 0;
}
