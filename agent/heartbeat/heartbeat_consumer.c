/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/heartbeat_consumer.h"

#include <stdio.h>

#include "agent/heartbeat/heartbeat_fleet.h"
#include "agent/input/secret_read.h"
#include "agent/session/session_tls.h"
#include "common/syncrepl/syncrepl_inherit.h"

#define TIMEOUT_SEC "5"
#define OTHERS_MAX  3 /* one that is the same is enough, and the first ones may be down */

static void held_take(HeartbeatLine *line, const char *text)
{
	(void)snprintf(line->texts.held, sizeof(line->texts.held), "%s", text ? text : "");
}

static void hold(HeartbeatWork *work, const char *text)
{
	HeartbeatLine *line = work->line;

	held_take(line, text);
	line->said.failed_usec = found_now_usec(work->found);
	line->n_failed++;
}

static void fail(HeartbeatWork *work, const char *text)
{
	heartbeat_trouble(work->line,
			  pool_printf(work->found->pool,
				      "the heartbeat of this node is not written at a provider: %s",
				      text),
			  NULL);
	hold(work, text);
}

/* It answered this node's replication account: neither its name nor that password is in doubt. */
static bool has_answered(const HeartbeatWork *work, const WantedConsumer *consumer)
{
	const LinkProbe *answer =
		link_probe_find(work->found->before.answers, work->wanted->desired->suffix,
				consumer->peer->id, NULL);

	return answer && answer->probe.has_suffix &&
	       (peer_is_consumer(consumer->peer) ||
		answer->probe.server_id == (int)consumer->peer->id);
}

static Syncrepl link_of(const HeartbeatWork *work, const WantedConsumer *consumer)
{
	Syncrepl link =
		link_inherit_tls(&consumer->syncrepl, work->found->report.last.world.live.global);

	link.value[SYNCREPL_TIMEOUT] = link.value[SYNCREPL_NETWORK_TIMEOUT] = TIMEOUT_SEC;
	return link;
}

/* Where the link sends no password in clear text, that of the account does not go so, either. */
static bool may_send_password(const Syncrepl *link)
{
	return link_uses_tls(link) ||
	       (link->value[SYNCREPL_CREDENTIALS] && !link->value[SYNCREPL_SASLMECH]);
}

static Syncrepl as_account(const Syncrepl *link, const char *dn, const char *password)
{
	Syncrepl own = *link;

	own.value[SYNCREPL_BINDMETHOD] = "simple";
	own.value[SYNCREPL_SASLMECH] = own.value[SYNCREPL_AUTHCID] = NULL;
	own.value[SYNCREPL_AUTHZID] = NULL;
	own.value[SYNCREPL_BINDDN] = dn;
	own.value[SYNCREPL_CREDENTIALS] = password;
	return own;
}

static bool is_candidate(const HeartbeatWork *work, const WantedConsumer *consumer)
{
	return !peer_is_consumer(consumer->peer) && has_answered(work, consumer);
}

/* The first one; after each try that failed, the next one. */
static const WantedConsumer *provider_find(const HeartbeatWork *work)
{
	const WantedDatabase *wanted = work->wanted;
	size_t n = 0, skip;

	for (size_t i = 0; i < wanted->n_consumers; i++)
		n += is_candidate(work, &wanted->consumers[i]);
	skip = n > 0 ? work->line->n_failed % n : 0;
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (is_candidate(work, &wanted->consumers[i]) && skip-- == 0)
			return &wanted->consumers[i];
	return NULL;
}

static size_t others_find(const HeartbeatWork *work, const WantedConsumer *provider,
			  Syncrepl ret[static OTHERS_MAX])
{
	const WantedDatabase *wanted = work->wanted;
	size_t n = 0;

	for (size_t i = 0; i < wanted->n_consumers && n < OTHERS_MAX; i++)
		if (&wanted->consumers[i] != provider && has_answered(work, &wanted->consumers[i]))
			ret[n++] = link_of(work, &wanted->consumers[i]);
	return n;
}

static void start(HeartbeatWork *work, const HeartbeatThereJob *job)
{
	HeartbeatLine *line = work->line;

	if (!heartbeat_there_start(&line->writing, job, found_now_usec(work->found))) {
		fail(work, line->writing.text);
		return;
	}
	pool_free(line->sent_pool);
	line->sent_pool = pool_new();
	line->sent = heartbeat_copy(line->sent_pool, job->beat);
}

void heartbeat_consumer_begin(HeartbeatWork *work, const Heartbeat *beat, const Content *here)
{
	const VerifySettings *verify = &work->found->context.verify;
	const WantedConsumer *provider = provider_find(work);
	Syncrepl others[OTHERS_MAX], link, own;
	HeartbeatThereJob job;
	Secret secret;

	if (!provider) {
		held_take(work->line, heartbeat_gate_text(HEARTBEAT_THERE_UNPROVEN));
		work->gate = HEARTBEAT_UNPROVEN; /* peers are asked, and that ends it */
		return;
	}
	secret = secret_read_one(work->found->pool, &verify->credentials);
	link = link_of(work, provider);
	if (!secret.text || !may_send_password(&link)) {
		fail(work, secret.text
				   ? "its link sends no password in clear text, and the account of "
				     "\"verify\" has nothing else"
				   : secret.problem);
		return;
	}
	own = as_account(&link, verify->binddn, secret.text);
	job = (HeartbeatThereJob){
		.provider = &own,
		.reader = &link,
		.others = others,
		.n_others = others_find(work, provider, others),
		.suffix = work->wanted->desired->suffix,
		.sid = provider->peer->id,
		.here = here,
		.container = heartbeat_wanted(work)->container,
		.beat = beat,
		.is_made_anew = heartbeat_own_is_ignored(&work->line->fleet),
	};
	start(work, &job);
}

void heartbeat_consumer_look(HeartbeatWork *work)
{
	HeartbeatLine *line = work->line;
	const uint64_t began_usec = line->writing.began_usec;

	switch (heartbeat_there_look(&line->writing, found_now_usec(work->found))) {
	case HEARTBEAT_THERE_RUNS:
		return;
	case HEARTBEAT_THERE_WRITTEN:
		line->texts.held[0] = '\0';
		line->n_failed = 0;
		heartbeat_said_take(work, &line->sent, began_usec);
		return;
	case HEARTBEAT_THERE_HELD:
		heartbeat_trouble(line, "", NULL);
		hold(work, line->writing.text);
		return;
	case HEARTBEAT_THERE_NO_CONTAINER:
		hold(work, line->writing.text);
		heartbeat_no_container(work);
		return;
	case HEARTBEAT_THERE_REFUSED:
		line->is_refused = true;
		break;
	default:
		break;
	}
	fail(work, line->writing.text);
}
