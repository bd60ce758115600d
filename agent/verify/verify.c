/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/verify.h"

#include <string.h>
#include <time.h>

#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "agent/session/session_content.h"
#include "agent/session/session_tls.h"
#include "agent/system/clock.h"
#include "agent/system/interrupt.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/copy/copy_relation.h"
#include "common/copy/stamps.h"

#define POLL_MSEC  50
#define RETRY_MSEC 1000 /* a connection to a server that could not be reached */

static const char *const state_names[] = {
	[VERIFY_IN_STEP] = "in-step",       [VERIFY_BEHIND] = "behind",
	[VERIFY_EMPTY] = "empty",           [VERIFY_OTHER] = "other-database",
	[VERIFY_REFUSED] = "refused",       [VERIFY_UNREACHABLE] = "unreachable",
	[VERIFY_OTHER_NODE] = "other-node",
};
_Static_assert(ARRAY_SIZE(state_names) == VERIFY_STATE_COUNT, "name every state");

const char *verify_state_name(VerifyState state)
{
	return state_names[state];
}

/* --- whom to ask --- */

static VerifiedDatabase database_of(Pool *pool, const Wanted *wanted,
				    const WantedDatabase *database, const World *world)
{
	VerifiedDatabase verified = {.wanted = database};

	POOL_PUSH(pool, verified.servers, verified.n_servers,
		  {.peer = wanted->self, .is_self = true});
	for (size_t i = 0; i < database->n_consumers + database->n_others; i++) {
		const WantedConsumer *consumer = &database->consumers[i];
		VerifiedServer server = {
			.peer = consumer->peer,
			.secret = consumer->secret,
			.syncrepl = link_inherit_tls(&consumer->syncrepl, world->live.global)};

		if (consumer->no_secret)
			server.content =
				(Content){.state = CONTENT_DENIED, .problem = consumer->no_secret};
		POOL_PUSH(pool, verified.servers, verified.n_servers, server);
	}
	return verified;
}

/* --- which answer: asked at once, so that waiting for silent ones costs time only once --- */

/* A refused bind, repeated, may lock the account. */
static bool is_to_be_reached(const VerifiedServer *server, int64_t now_msec)
{
	return !server->is_self && !server->is_reached && server->content.state != CONTENT_DENIED &&
	       now_msec >= server->retry_msec;
}

static VerifiedServer **servers_to_reach(Pool *pool, const Verify *verify,
					 ProbeTarget **ret_targets, size_t *ret_n)
{
	const int64_t now_msec = monotonic_msec();
	VerifiedServer **servers = NULL;
	size_t n_servers = 0, n_targets = 0;

	*ret_targets = NULL;
	for (size_t i = 0; i < verify->n_databases; i++)
		for (size_t k = 0; k < verify->databases[i].n_servers; k++) {
			VerifiedServer *server = &verify->databases[i].servers[k];

			if (!is_to_be_reached(server, now_msec))
				continue;
			POOL_PUSH(pool, servers, n_servers, server);
			POOL_PUSH(pool, *ret_targets, n_targets,
				  probe_target(&server->syncrepl,
					       verify->databases[i].wanted->desired->suffix,
					       server->peer, server->secret));
		}
	*ret_n = n_servers;
	return servers;
}

static void servers_reach(Verify *verify)
{
	AUTO(Pool) *scratch = pool_new();
	const int64_t left_msec = verify->end_msec - monotonic_msec();
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_ID,
		.deadline_msec = (unsigned)(left_msec > RETRY_MSEC ? left_msec : RETRY_MSEC),
		.must_stop = interrupt_is_pending,
		.refusals = &verify->refusals,
	};
	ProbeTarget *targets;
	size_t n;
	VerifiedServer **servers = servers_to_reach(scratch, verify, &targets, &n);
	Probe *probes = NULL;
	Error err = {0};

	if (n > 0)
		(void)probe_run(verify->pool, targets, n, &options, &probes, &verify->refusals,
				&err);
	for (size_t i = 0; i < n; i++) {
		servers[i]->content = (Content){.state = CONTENT_UNREACHABLE,
						.problem = pool_strdup(verify->pool, err.text)};
		if (probes) {
			servers[i]->content = probe_content(&probes[i]);
			servers[i]->answers_as = desired_other_writer(
				verify->desired, servers[i]->peer, probes[i].server_id);
		}
		servers[i]->is_reached = servers[i]->content.state == CONTENT_READ;
		servers[i]->retry_msec = monotonic_msec() + RETRY_MSEC;
	}
}

/* --- one look --- */

static VerifyState state_of_content(const Content *content)
{
	switch (content->state) {
	case CONTENT_READ:
		return content->entry.exists ? VERIFY_IN_STEP : VERIFY_EMPTY;
	case CONTENT_DENIED:
		return VERIFY_REFUSED;
	default:
		return VERIFY_UNREACHABLE;
	}
}

static void link_drop(VerifiedServer *server)
{
	if (server->is_open)
		peer_link_close(&server->link);
	server->is_open = false;
}

static void peer_read(Pool *pool, VerifiedServer *server, const char *suffix)
{
	if (!server->is_open) {
		server->is_open = peer_link_open(pool, &server->syncrepl, &server->link);
		if (!server->is_open) {
			server->content = peer_link_failure(&server->link);
			server->is_reached = false;
			peer_link_close(&server->link);
			return;
		}
	}
	server->content = content_read_over(&server->link, suffix);
	if (server->content.state != CONTENT_READ)
		link_drop(server);
	server->is_reached = server->is_open;
}

static void server_read(Verify *verify, VerifiedDatabase *database, VerifiedServer *server)
{
	const char *suffix = database->wanted->desired->suffix;

	if (server->is_self)
		server->content =
			world_content_here(verify->directory, verify->pool, verify->world, suffix);
	else
		peer_read(verify->pool, server, suffix);
	if (server->content.state == CONTENT_READ && !server->was_read) {
		server->was_read = true;
		newest_add(verify->pool, &database->newest, server->content.context_csns,
			   server->content.n_context_csns);
	}
}

/* Peers first, this node last: what a peer had must then be here. */
static void database_read(Verify *verify, VerifiedDatabase *database)
{
	for (size_t i = database->n_servers; i-- > 0;) {
		VerifiedServer *server = &database->servers[i];

		if (server->was_read && server->state == VERIFY_IN_STEP)
			continue;
		if (server->is_self || server->is_reached)
			server_read(verify, database, server);
	}
}

static bool database_judge(Pool *pool, VerifiedDatabase *database)
{
	bool is_good = true;

	for (size_t i = 0; i < database->n_servers; i++) {
		VerifiedServer *server = &database->servers[i];

		server->state = state_of_content(&server->content);
		if (server->state == VERIFY_IN_STEP) {
			server->lag =
				lag_measure(pool, &database->newest, server->content.context_csns,
					    server->content.n_context_csns);
			if (copy_relation(&database->servers[0].content, &server->content)
				    .identity == COPY_IS_OTHER)
				server->state = VERIFY_OTHER;
			/* What two names of one server show is always in step. */
			else if (server->answers_as)
				server->state = VERIFY_OTHER_NODE;
			else if (server->lag.n_behind > 0)
				server->state = VERIFY_BEHIND;
		}
		is_good = is_good && server->state == VERIFY_IN_STEP;
	}
	return is_good;
}

static bool round_is_good(Verify *verify)
{
	bool is_good = true;

	servers_reach(verify);
	for (size_t i = 0; i < verify->n_databases; i++) {
		database_read(verify, &verify->databases[i]);
		is_good = database_judge(verify->pool, &verify->databases[i]) && is_good;
	}
	return is_good;
}

static void stamps_judge(Verify *verify)
{
	for (size_t i = 0; i < verify->n_databases; i++) {
		VerifiedDatabase *database = &verify->databases[i];
		const char *latest = stamp_latest(database->newest.csns, database->newest.n_csns);

		if (latest)
			database->ahead =
				stamp_ahead_text(verify->pool, database->wanted->desired->suffix,
						 latest, clock_system.realtime_sec(NULL));
	}
}

void verify_run(Pool *pool, Directory *directory, const Wanted *wanted, const World *world,
		unsigned timeout_sec, Verify *ret)
{
	const int64_t start_msec = monotonic_msec();
	Verify verify = {.pool = pool,
			 .directory = directory,
			 .desired = wanted->desired,
			 .world = world,
			 .refusals = world->refusals,
			 .end_msec = start_msec + (int64_t)timeout_sec * 1000};
	AUTO_PROGRESS waiting;

	for (size_t i = 0; i < wanted->n_databases; i++)
		POOL_PUSH(pool, verify.databases, verify.n_databases,
			  database_of(pool, wanted, &wanted->databases[i], world));
	progress_begin(&waiting, "Waiting for the peers to be in step, at most %u s ...",
		       timeout_sec);
	while (!round_is_good(&verify) && monotonic_msec() < verify.end_msec)
		pause_msec(POLL_MSEC);
	stamps_judge(&verify);
	verify.waited_msec = monotonic_msec() - start_msec;
	*ret = verify;
}

void verify_close(Verify *verify)
{
	for (size_t i = 0; i < verify->n_databases; i++)
		for (size_t k = 0; k < verify->databases[i].n_servers; k++)
			link_drop(&verify->databases[i].servers[k]);
}

bool verify_is_good(const Verify *verify)
{
	for (size_t i = 0; i < verify->n_databases; i++)
		for (size_t k = 0; k < verify->databases[i].n_servers; k++)
			if (verify->databases[i].servers[k].state != VERIFY_IN_STEP)
				return false;
	return true;
}

/* The line, or the object, has the URI already. */
static const char *problem_of(const VerifiedServer *server)
{
	const char *uri = server->peer->uri, *problem = server->content.problem;
	const size_t len = strlen(uri);

	return problem && strncmp(problem, uri, len) == 0 && strncmp(problem + len, ": ", 2) == 0
		       ? problem + len + 2
		       : problem;
}

const char *verify_describe(Pool *pool, const VerifiedServer *server)
{
	switch (server->state) {
	case VERIFY_IN_STEP:
		return "in step";
	case VERIFY_BEHIND:
		return pool_printf(pool, "behind: lacks %s", lag_describe(pool, &server->lag));
	case VERIFY_EMPTY:
		return "holds no such entry, or hides it from the account that reads it";
	case VERIFY_OTHER:
		return "holds another database: its suffix entry is not the one of this node "
		       "(entryUUID)";
	case VERIFY_OTHER_NODE:
		return pool_printf(pool,
				   "runs under server ID %u, that of %s: its address leads to "
				   "that server, or changes of the two get lost",
				   server->answers_as->id, server->answers_as->uri);
	case VERIFY_REFUSED:
		return pool_printf(pool, "refused: %s", problem_of(server));
	default:
		return pool_printf(pool, "not reached: %s", problem_of(server));
	}
}
