/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/timestamp.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/old_tls.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_inherit.h"

_Static_assert(LINK_TLS_FILES == ARRAY_SIZE(((OldTlsLink *)0)->paths), "room for each");

/* The consumers of one database. */
typedef struct TlsLook {
	const Diff *diff;
	const WantedDatabase *wanted;
	RunningIndex running;
	int64_t started_sec; /* slapd; -1: not known */
	int64_t entry_sec;   /* when the database's entry was last written; -1: not known */
} TlsLook;

/* A consumer that last connected before its entry was last written was not made by that write. */
static bool is_the_same(const TlsLook *look, const ConsumerAge *before, int64_t connected_sec)
{
	return before && before->started_sec == look->started_sec &&
	       (before->entry_sec == look->entry_sec ||
		(connected_sec >= 0 && connected_sec < look->entry_sec));
}

/* The latest moment at which slapd may have read the files of that consumer; -1: not known. */
static int64_t made_sec(const TlsLook *look, const LiveConsumer *consumer, unsigned peer_id)
{
	const RunningConsumer *running =
		running_find(&look->running, consumer->rid, consumer->provider);
	const int64_t connected_sec =
		running ? timestamp_of_generalized(running->last_connect) : -1;
	const ConsumerAge *before =
		known_age(&look->diff->in->known->peers, look->wanted->desired->suffix, peer_id);
	int64_t made = look->entry_sec;

	if (look->started_sec < 0 || made < 0 || (look->diff->in->live->runs.is_known && !running))
		return -1;
	if (is_the_same(look, before, connected_sec))
		return before->made_sec;
	if (connected_sec >= 0 && connected_sec < made)
		made = connected_sec;
	return made > look->started_sec ? made : look->started_sec;
}

static const TlsFileTime *file_find(const Facts *facts, const char *path)
{
	for (size_t i = 0; path && i < facts->machine.tls.n_files; i++)
		if (strcmp(facts->machine.tls.files[i].path, path) == 0)
			return &facts->machine.tls.files[i];
	return NULL;
}

static void link_look(Diff *diff, const TlsLook *look, const LiveConsumer *live,
		      const WantedConsumer *wanted)
{
	const Syncrepl syncrepl = link_inherit_tls(&live->syncrepl, diff->in->live->global);
	const int64_t made = made_sec(look, live, wanted->peer->id);
	OldTlsLink link = {
		.database = look->wanted,
		.consumer = wanted,
		.live = live,
		.age = {.suffix = look->wanted->desired->suffix,
			.peer_id = wanted->peer->id,
			.made_sec = made,
			.entry_sec = look->entry_sec,
			.started_sec = look->started_sec},
	};

	if (made < 0 || !link_uses_tls(&live->syncrepl))
		return;
	for (size_t i = 0; i < LINK_TLS_FILES; i++) {
		const TlsFileTime *file =
			file_find(diff->in->facts, syncrepl.value[link_tls_files[i]]);

		if (!file || file->written_sec <= made + OLD_TLS_SLACK_SEC)
			continue;
		link.paths[i] = file->path;
		if (file->written_sec > link.written_sec)
			link.written_sec = file->written_sec;
	}
	if (link.written_sec > 0)
		POOL_PUSH(diff->pool, diff->plan->old_tls, diff->plan->n_old_tls, link);
}

/* A certificate and its key are written one after the other. */
static bool files_are_settled(const Facts *facts)
{
	for (size_t i = 0; i < facts->machine.tls.n_files; i++)
		if (!facts->machine.tls.files[i].is_settled)
			return false;
	return true;
}

/* Not where the list is written anyway. */
static void renew(Diff *diff, const DatabasePlan *database, const char *why)
{
	if (!change_first_free(diff->plan, database, CHANGES_OF_LIST) &&
	    files_are_settled(diff->in->facts))
		plan_add_change(diff->pool, diff->plan,
				(Change){
					.kind = CHANGE_CONSUMERS_RENEW,
					.suffix = database->suffix,
					.dn = database->live->entry->dn,
					.attribute = "olcSyncrepl",
					.subject = "older TLS files",
					.why = why,
				});
}

void diff_tls_files(Diff *diff, const DatabasePlan *database, const WantedConsumer *const *of_live)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;
	TlsLook look = {
		.diff = diff,
		.wanted = wanted,
		.started_sec = timestamp_of_generalized(diff->in->live->start_time),
		.entry_sec = timestamp_of_generalized(entry_first(live->entry, "modifyTimestamp")),
	};
	const char *text;

	if (diff->in->facts->machine.tls.n_files == 0)
		return;
	running_index(&diff->in->live->runs, live->suffixes->values[0].bytes, &look.running);
	for (size_t i = 0; i < live->n_consumers; i++)
		if (of_live[i])
			link_look(diff, &look, &live->consumers[i], of_live[i]);
	text = old_tls_describe(diff->pool, diff->plan, wanted);
	if (!text)
		return;
	plan_add_finding(diff->pool, diff->plan, SEVERITY_WARNING, OLD_TLS_CODE,
			 wanted->desired->suffix, "%s; %s", text,
			 diff->in->options.renews_tls
				 ? "syncward will write olcSyncrepl again"
				 : pool_printf(diff->pool, "write in agent.json %s, or %s",
					       remedy_text(REMEDY_RENEW_TLS),
					       remedy_text(REMEDY_RESTART_SLAPD)));
	diff->plan->findings[diff->plan->n_findings - 1].key = "";
	if (diff->in->options.renews_tls)
		renew(diff, database, text);
}
