/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/heartbeat_heirs.h"

#include "agent/heartbeat/heartbeat_fleet.h"
#include "common/remedies/remedies.h"

/*
 * What only a consumer was sent would be deleted there by the first change that is made here. So
 * all consumers are asked, but only once for each connection to slapd: as long as that lasts this
 * copy is not exchanged for an older one, and there may be many of them.
 */

static const WantedConsumer *heir_at(const WantedDatabase *wanted, size_t i)
{
	return &wanted->consumers[wanted->n_consumers + wanted->n_others + i];
}

/* Nobody is asked with a password that may not be sent. */
static bool is_never_asked(const WantedConsumer *heir, const LinkProbe *answer)
{
	return heir->no_secret ||
	       (answer && probe_has_fault(&answer->probe, PROBE_BIND_NOT_REPEATED));
}

static Content heir_content(const HeartbeatWork *work, const WantedConsumer *heir)
{
	const LinkProbe *answer = link_probe_find(
		work->found->before.answers, work->wanted->desired->suffix, heir->peer->id, NULL);
	Content content = {0};

	if (is_never_asked(heir, answer))
		content.state = CONTENT_DENIED;
	else if (answer && heartbeat_answer_is_new(work, answer))
		content = probe_content(&answer->probe);
	content.peer_id = heir->peer->id;
	return content;
}

const Content *heartbeat_heirs(const HeartbeatWork *work, size_t *ret_n)
{
	const WantedDatabase *wanted = work->wanted;
	Content *heirs;

	*ret_n = 0;
	if (work->line->said.connection == work->heart->link.n_opened)
		return NULL;
	heirs = pool_alloc(work->found->pool, (wanted->n_heirs + 1) * sizeof(*heirs));
	for (size_t i = 0; i < wanted->n_heirs; i++)
		heirs[i] = heir_content(work, heir_at(wanted, i));
	*ret_n = wanted->n_heirs;
	return heirs;
}

void heartbeat_heirs_ask(const HeartbeatWork *work, const Content *heirs, size_t n, Follow *ret)
{
	for (size_t i = 0; i < n; i++)
		if (heirs[i].state == CONTENT_UNKNOWN)
			POOL_PUSH(work->found->pool, ret->asks.links, ret->asks.n_links,
				  {work->wanted, heir_at(work->wanted, i)});
}

void heartbeat_heirs_report(const HeartbeatWork *work, const HeartbeatLook *look)
{
	const char *text = heartbeat_describe_heir(work->found->pool, look);

	if (!text)
		return;
	heartbeat_trouble(work->line, text, remedy_text(REMEDY_COMPARE));
	work->line->said.failed_usec = found_now_usec(work->found);
}
