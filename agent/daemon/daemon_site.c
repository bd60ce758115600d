/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_site.h"

#include <string.h>

#include "agent/daemon/daemon_alone.h"
#include "agent/daemon/daemon_connection.h"
#include "agent/files/lock.h"

#define HOST_PATIENCE_MSEC 1000 /* at the start only */

static void disconnect(DaemonSite *site)
{
	directory_close(site->directory);
	site->directory = NULL;
}

static int settings_take(DaemonSite *site, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	Context context;

	if (daemon_settings_read(&site->settings, pool, site->options, &context, err) < 0)
		return -1;
	if (site->pool && site->context.socket.is_found && context.socket.is_found)
		context.socket.uri = site->context.socket.uri;
	else if (site->pool && (site->context.socket.is_found != context.socket.is_found ||
				strcmp(site->context.socket.uri, context.socket.uri) != 0))
		disconnect(site);
	pool_free(site->pool);
	site->pool = STEAL(pool);
	site->context = context;
	return 0;
}

int daemon_site_open(DaemonSite *site, const SettingsOverride *options, Error *err)
{
	*site = (DaemonSite){.options = options, .lock = -1};
	if (settings_take(site, err) < 0)
		return -1;
	site->lock = lock_take_daemon(site->context.paths.run_dir, err);
	/* Anything else, such as a folder that is still missing, may pass while it runs. */
	if (site->lock < 0 && (err->class == ERROR_BUSY || err->class == ERROR_INPUT))
		return -1;
	site->host = host_lookup_new();
	site->good = last_good_new(site->context.paths.state_dir);
	return 0;
}

void daemon_site_close(DaemonSite *site)
{
	lock_release(site->lock);
	disconnect(site);
	host_lookup_free(site->host);
	last_good_free(site->good);
	pool_free(site->pool);
}

int daemon_site_settings(DaemonSite *site, bool only_changed, Error *err)
{
	if (only_changed && !daemon_settings_differ(&site->settings, site->options))
		return 0;
	return settings_take(site, err);
}

/* A pass never waits for a name server. */
void daemon_site_host(DaemonSite *site, bool is_urgent, Found *found)
{
	HostLookup *host = site->host;

	if (found->begin.number == 1)
		host_lookup_wait(host, HOST_PATIENCE_MSEC);
	else if (found_is_caused_by(found, TRIGGER_RELOAD))
		host_lookup_again(host);
	else if (!is_urgent && !found_is_caused_by(found, TRIGGER_HOST))
		host_lookup_when_needed(host);
	found->context.host.fqdn = host_lookup_name(host);
	found->context.host.is_open = host_lookup_is_open(host);
	found->context.host.is_awaited = host_lookup_is_first(host);
}

int daemon_site_alone(DaemonSite *site, Error *err)
{
	return daemon_alone_check(&site->lock, site->context.paths.run_dir, &site->has_successor,
				  err);
}

int daemon_site_connect(DaemonSite *site, Found *found, Error *err)
{
	const bool has_answer = found_is_caused_by(found, TRIGGER_ANSWER);
	const int result =
		daemon_connection_make(&site->directory, &found->context, has_answer, err);

	site->context.socket.uri = found->context.socket.uri;
	found->directory = site->directory;
	return result;
}

int daemon_site_fd(const DaemonSite *site)
{
	int fd = -1;

	/* A pass that did not get that far has read nothing from it: a wait for it would return at
	 * once. */
	if (site->directory && site->has_asked)
		(void)directory_state(site->directory, &fd);
	return fd;
}
