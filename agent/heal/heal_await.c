/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_await.h"

#include "agent/session/session_content.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/copy/csn_set.h"

#define POLL_MSEC 20

static bool peer_has(const HealWork *work, VerifiedServer *server, const char *const *csns,
		     size_t n_csns)
{
	const Content content = content_read_over(&server->link, work->healed->suffix);

	return content.state == CONTENT_READ &&
	       csn_covers(content.context_csns, content.n_context_csns, csns, n_csns);
}

bool heal_await(HealWork *work, const char *const *csns, size_t n_csns)
{
	const int64_t end_msec = monotonic_msec() + (int64_t)work->options->timeout_sec * 1000;
	HealedDatabase *healed = work->healed;
	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Waiting for every peer to have contextCSN as it is here ...");
	healed->n_unseen = 0;
	for (size_t i = 1; i < work->servers->n_servers; i++) {
		VerifiedServer *server = &work->servers->servers[i];
		bool has = peer_has(work, server, csns, n_csns);

		while (!has && monotonic_msec() < end_msec) {
			pause_msec(POLL_MSEC);
			has = peer_has(work, server, csns, n_csns);
		}
		if (!has)
			POOL_PUSH(work->pool, healed->unseen, healed->n_unseen,
				  pool_printf(work->pool, "%u %s", server->peer->id,
					      server->peer->uri));
	}
	return healed->n_unseen == 0;
}
