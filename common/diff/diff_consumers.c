/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/buf.h"
#include "common/copy/fence_apart.h"
#include "common/diff/diff_parts.h"
#include "common/draft/guard_self.h"
#include "common/joining/joining_links.h"
#include "common/joining/joining_readers.h"
#include "common/linking/matching.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/* --- differences --- */

/* A flag is set by its name alone. */
static const char *value_describe(SyncreplKeyword keyword, const char *value)
{
	if (!value)
		return "unset";
	return syncrepl_keyword_kind(keyword) == SYNCREPL_KIND_FLAG ? "set" : value;
}

/* "timeout 0 -> 3, credentials": what is said about a change, never with a secret's value. */
static const char *edit_describe(Pool *pool, const Syncrepl *live, const Syncrepl *wanted)
{
	Buf text = BUF_IN(pool);

	for (int keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++) {
		const char *old = live->value[keyword], *new = wanted->value[keyword];

		if (syncrepl_same(keyword, live, wanted))
			continue;
		buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", syncrepl_keyword_name(keyword));
		if (syncrepl_keyword_is_secret(keyword))
			buf_puts(&text, " differ");
		else
			buf_printf(&text, " %s -> %s", value_describe(keyword, old),
				   value_describe(keyword, new));
	}
	return buf_text(&text);
}

static void wanted_diff(Matching *matching, size_t i)
{
	const LiveConsumer *live = &matching->live->consumers[i];
	const WantedConsumer *wanted = matching->of_live[i];
	Diff *diff = matching->diff;

	if (syncrepl_equal(&live->syncrepl, &wanted->syncrepl))
		return;
	plan_add_change(
		diff->pool, diff->plan,
		(Change){
			.kind = CHANGE_CONSUMER_EDIT,
			.suffix = matching->suffix,
			.dn = matching->live->entry->dn,
			.attribute = "olcSyncrepl",
			.subject = wanted->peer->uri,
			.old_value = live->text,
			.why = edit_describe(diff->pool, &live->syncrepl, &wanted->syncrepl),
			.consumer.live = live,
			.consumer.wanted = wanted,
		});
}

/* It stays until a person says that it may go. */
static void hold_end(const Matching *matching, Change *change, const char *text)
{
	plan_hold(matching->diff->pool, matching->diff->plan, change,
		  (Hold){
			  .guard = GUARD_REMOVAL,
			  .suffix = matching->suffix,
			  .text = text,
			  .release = remedy_text(REMEDY_RELEASE_G4),
		  });
}

/* What its clients write comes to others by the links that read it, and it goes on taking writes: a
 * provider does not become a consumer by itself (common/draft/role.c). */
static const char *demoted_describe(const Matching *matching, const char *uri)
{
	return pool_printf(matching->diff->pool,
			   "%s is read as a provider of %s, and peers.json makes it a consumer: it "
			   "may take clients' writes still, which would come to nobody; it stays. "
			   "When it refuses them and nothing is held there, or its slapd was made "
			   "anew, end it with",
			   uri, matching->suffix);
}

static const char *foreign_describe(const Matching *matching, const char *uri)
{
	Pool *pool = matching->diff->pool;

	return pool_printf(
		pool,
		"%s was a provider of %s before syncward was in step with peers.json: it "
		"stays. To keep it, list it, or write in \"policy\" the line %s; or end "
		"it with",
		uri, matching->suffix, remedy_fill(pool, REMEDY_PEER_KEEP, uri));
}

static void remove_foreign(Matching *matching, const LiveConsumer *live)
{
	Diff *diff = matching->diff;
	const char *uri = live->syncrepl.value[SYNCREPL_PROVIDER];
	bool is_double = matching_find(matching, live->provider) != NULL;
	bool is_left = matching_leaves(matching, live->provider);
	bool is_demoted = matching_is_consumer(matching, live);
	Change *change =
		plan_add_change(diff->pool, diff->plan,
				(Change){
					.kind = CHANGE_CONSUMER_REMOVE,
					.suffix = matching->suffix,
					.dn = matching->live->entry->dn,
					.attribute = "olcSyncrepl",
					.subject = uri,
					.old_value = live->text,
					.why = is_double    ? "a second value for the same provider"
					       : is_left    ? "this node is no longer to read it"
					       : is_demoted ? "peers.json makes it a consumer"
							    : "peers.json does not list it",
					.consumer.live = live,
				});

	if (is_double || is_left || diff_is_released(diff, GUARD_REMOVAL))
		return;
	if (is_demoted)
		hold_end(matching, change, demoted_describe(matching, uri));
	else if (known_is_foreign(diff->in->known, matching->suffix, uri))
		hold_end(matching, change, foreign_describe(matching, uri));
}

static void unmatched_diff(Matching *matching, const LiveConsumer *live)
{
	Diff *diff = matching->diff;
	const Desired *desired = diff->in->desired;
	const char *uri = live->syncrepl.value[SYNCREPL_PROVIDER];
	const bool is_own = live->parses && provider_names_us(diff, live->provider);

	if (!live->parses)
		plan_add_finding(diff->pool, diff->plan, SEVERITY_WARNING, "not-understood",
				 matching->suffix,
				 "%s holds an olcSyncrepl value that syncward does not understand "
				 "(%s); it is left alone",
				 matching->live->entry->dn, live->problem);
	else if (is_own && peer_that_listens_here(diff))
		return; /* another server: who this node is was said wrongly (G11) */
	else if (is_own && !diff_is_released(diff, GUARD_REMOVAL))
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_CRITICAL, "replicates-from-itself",
			matching->suffix,
			"%s names this node itself (%s), but slapd does not recognise the URL as "
			"one of its listeners: it replicates from itself; %s, or end that with `%s`",
			matching->live->entry->dn, uri,
			remedy_fill(diff->pool, REMEDY_LISTENER, uri),
			remedy_text(REMEDY_RELEASE_G4));
	else if (!is_own && (provider_is_kept(&desired->policy, uri) || !desired->policy.prune))
		plan_add_finding(diff->pool, diff->plan, SEVERITY_NOTE, "kept", matching->suffix,
				 "%s %s and stays (policy.%s)", uri,
				 matching_leaves(matching, live->provider)
					 ? "is none that this node is to read"
					 : "is not in peers.json",
				 desired->policy.prune ? "keep" : "prune");
	else
		remove_foreign(matching, live);
}

static void missing_diff(Matching *matching, const WantedConsumer *wanted)
{
	Diff *diff = matching->diff;

	plan_add_change(diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_CONSUMER_ADD,
				.suffix = matching->suffix,
				.dn = matching->live->entry->dn,
				.attribute = "olcSyncrepl",
				.subject = wanted->peer->uri,
				.why = "peers.json lists it",
				.consumer.wanted = wanted,
			});
}

/* A value without time limits lets a dead peer freeze every write to cn=config, and the whole
 * server with it. */
static void timeouts_report(Matching *matching, size_t i)
{
	const LiveConsumer *live = &matching->live->consumers[i];
	const WantedConsumer *wanted = matching->of_live[i];
	const Syncrepl *stays = wanted ? &wanted->syncrepl : &live->syncrepl;

	if (!live->parses || consumer_is_myself(matching->diff, live))
		return;
	if (syncrepl_number(stays, SYNCREPL_TIMEOUT) > 0 &&
	    syncrepl_number(stays, SYNCREPL_NETWORK_TIMEOUT) > 0)
		return;
	plan_add_finding(
		matching->diff->pool, matching->diff->plan, SEVERITY_WARNING, "no-timeout",
		matching->suffix,
		"%s is read without %s: when it stops answering, the next change of cn=config "
		"may freeze slapd",
		live->syncrepl.value[SYNCREPL_PROVIDER],
		syncrepl_number(stays, SYNCREPL_TIMEOUT) > 0 ? "network-timeout" : "timeout");
}

/* --- what runs --- */

/*
 * Since 2.5.10 and 2.6.1 deleting a single olcSyncrepl value can stop another consumer than the one
 * named: cn=config is right then and only cn=monitor shows it. As many must run as are declared,
 * and each declared one must run.
 */
static bool consumers_are_scrambled(const Matching *matching)
{
	const LiveDatabase *database = matching->live;
	const Live *live = matching->diff->in->live;
	RunningIndex index;
	size_t n_declared = 0;

	if (!live->runs.is_known)
		return false;
	running_index(&live->runs, database->suffixes->values[0].bytes, &index);
	for (size_t i = 0; i < database->n_consumers; i++) {
		const LiveConsumer *declared = &database->consumers[i];

		if (!declared->parses)
			return false;
		if (consumer_is_myself(matching->diff, declared))
			continue;
		n_declared++;
		if (!running_find(&index, declared->rid, declared->provider))
			return true;
	}
	return n_declared != index.n_running;
}

static void running_diff(Matching *matching)
{
	Diff *diff = matching->diff;
	const char *start = diff->in->live->start_time;
	const char *done = diff->in->known->server.restarted_consumers;

	if (!consumers_are_scrambled(matching) ||
	    change_first_free(diff->plan, matching->database, CHANGES_OF_LIST))
		return;
	if (start && done && strcmp(start, done) == 0) {
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_CRITICAL, "scrambled-again",
			matching->suffix,
			"%s: slapd runs other consumers than cn=config declares, although the list "
			"was written again since slapd started: %s",
			matching->suffix, remedy_text(REMEDY_RESTART_SLAPD));
		return;
	}
	plan_add_change(
		diff->pool, diff->plan,
		(Change){
			.kind = CHANGE_CONSUMERS_RESTART,
			.suffix = matching->suffix,
			.dn = matching->live->entry->dn,
			.attribute = "olcSyncrepl",
			.subject = "scrambled consumers",
			.why = "cn=config is right, but slapd runs other consumers (cn=monitor)",
		});
}

/* --- multi-provider --- */

/* True when a provider that peers.json does not list stays: kept, or a value that is not
 * understood. */
static bool other_provider_stays(const Matching *matching)
{
	size_t n_removed = 0, n_others = 0;

	for (size_t at = 0; change_next(matching->diff->plan, matching->database,
					CHANGE_BIT(CHANGE_CONSUMER_REMOVE), &at);)
		n_removed++;
	for (size_t i = 0; i < matching->live->n_consumers; i++)
		n_others += !consumer_is_myself(matching->diff, &matching->live->consumers[i]);
	return n_others > n_removed;
}

static void multi_provider_diff(Matching *matching)
{
	Diff *diff = matching->diff;
	const LiveDatabase *live = matching->live;
	bool is_wanted =
		matching->wanted->n_consumers > 0 && !peer_is_consumer(diff->in->wanted->self);
	const char *name = live->multi_provider_attribute;
	const Hold *hold;
	Change *change;

	/* Without the flag a node that still reads from somebody would refuse its clients' writes.
	 */
	if (is_wanted == live->is_multi_provider ||
	    (!is_wanted && !peer_is_consumer(diff->in->wanted->self) &&
	     other_provider_stays(matching)))
		return;
	if (!name)
		name = diff->in->options.multi_provider_attribute;
	if (!name) {
		diff->plan->unknown.multi_provider_name = true;
		name = "olcMirrorMode";
	}
	hold = is_wanted ? joining_judge_flag(diff, matching->wanted, live) : NULL;
	change = plan_add_change(
		diff->pool, diff->plan,
		(Change){
			.kind = is_wanted ? CHANGE_MULTI_PROVIDER_ON : CHANGE_MULTI_PROVIDER_OFF,
			.suffix = matching->suffix,
			.dn = live->entry->dn,
			.attribute = name,
			.subject = "multi-provider",
			.old_value = live->is_multi_provider ? "TRUE" : NULL,
			.new_value = is_wanted ? "TRUE" : NULL,
			.why = is_wanted ? "clients may write here only with it"
			       : peer_is_consumer(diff->in->wanted->self)
				       ? "peers.json makes this node a consumer"
				       : "no other peer is left",
			.is_put_back = is_wanted &&
				       fence_is_apart(&diff->in->known->fence, matching->suffix),
		});
	if (hold)
		plan_hold(diff->pool, diff->plan, change, *hold);
}

void diff_consumers(Diff *diff, const DatabasePlan *database)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;
	Matching matching = matching_make(diff, database);

	for (size_t i = 0; i < live->n_consumers; i++) {
		if (matching.of_live[i])
			wanted_diff(&matching, i);
		else if (!consumer_is_myself(diff, &live->consumers[i]))
			unmatched_diff(&matching, &live->consumers[i]);
		timeouts_report(&matching, i);
	}
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (!matching.is_taken[i])
			missing_diff(&matching, &wanted->consumers[i]);
	joining_hold_links(diff, wanted, live, matching.of_live);
	running_diff(&matching);
	diff_tls_files(diff, database, matching.of_live);
	diff_retries(diff, database, matching.of_live);
	multi_provider_diff(&matching);
	diff_update_ref(diff, database, wanted->n_consumers > 0 || other_provider_stays(&matching));
}
