/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard.h"
#include "common/guard/free_id.h"
#include "common/remedies/remedies.h"

#include <string.h>
#include <strings.h>

#include "common/delta/log_changes.h"
#include "common/draft/diff.h"
#include "common/draft/guard_self.h"
#include "common/guard/first_change.h"
#include "common/guard/guard_contested.h"
#include "common/guard/guard_flag.h"
#include "common/guard/guard_identity.h"
#include "common/guard/guard_order.h"
#include "common/guard/guard_readers.h"
#include "common/guard/guard_returning.h"
#include "common/guard/guard_rollout.h"
#include "common/joining/joining_other_source.h"
#include "common/linking/guard_kept.h"
#include "common/linking/guard_link.h"
#include "common/linking/guard_partial.h"
#include "common/linking/guard_removal.h"
#include "common/linking/guard_rid.h"
#include "common/memory/revision.h"
#include "common/plan/plan_changes.h"

static void hold_everything(Diff *diff, Hold hold)
{
	plan_add_hold(diff->pool, diff->plan, hold);
	plan_hold_kinds(diff->pool, diff->plan, NULL, CHANGES_ALL, hold);
}

/* --- guards of the whole server --- */

static const char *peer_line(Diff *diff)
{
	return remedy_fill(diff->pool, REMEDY_PEER_LINE, free_id_of_self(diff),
			   pool_printf(diff->pool, "ldap://%s", diff->in->facts->machine.fqdn));
}

static void guard_not_listed(Diff *diff)
{
	if (!diff->in->not_listed)
		return;
	hold_everything(diff,
			(Hold){
				.guard = GUARD_NOT_LISTED,
				.text = pool_printf(
					diff->pool,
					diff->in->known->leave.n_databases > 0
						? "%s, and it left the cluster (`%s`): "
						  "its syncward service has nothing to do; to make "
						  "it a peer again, add to \"peers\" a line like"
						: "%s; nothing is written. If it was taken out for "
						  "good, end its part with `%s`; to make "
						  "it a peer, add to \"peers\" a line like",
					diff->in->not_listed, remedy_text(REMEDY_LEAVE)),
				.release = peer_line(diff),
			});
}

/* A node that left stays out until a person says otherwise, also while its line still stands in
 * peers.json. */
static void guard_left(Diff *diff)
{
	const Known *known = diff->in->known;

	if (known->leave.n_databases == 0 || known->leave.is_rejoining ||
	    diff_is_released(diff, GUARD_LEFT) || diff->in->not_listed)
		return;
	hold_everything(diff,
			(Hold){
				.guard = GUARD_LEFT,
				.text = pool_printf(
					diff->pool,
					"this node left the cluster (`%s`, %s): %s, or, to let it "
					"read what it missed and come back",
					remedy_text(REMEDY_LEAVE), known->leave.time,
					remedy_text(REMEDY_PEER_LEFT)),
				.release = remedy_text(REMEDY_RELEASE_LEFT),
			});
}

static const char *first_suffix(const Live *live)
{
	for (size_t i = 0; i < live->n_databases; i++)
		if (live->databases[i].suffixes)
			return live->databases[i].suffixes->values[0].bytes;
	return "dc=example,dc=com";
}

/* An empty list is more likely a broken template than the wish to end all replication here. */
static void guard_empty_file(Diff *diff)
{
	const Desired *desired = diff->in->desired;
	const bool has_peers = desired->n_peers > 0;
	const char *line;

	if (has_peers && desired->n_databases > 0)
		return;
	line = has_peers
		       ? remedy_fill(diff->pool, REMEDY_DATABASE_LINE, first_suffix(diff->in->live))
		       : peer_line(diff);
	hold_everything(
		diff,
		(Hold){
			.guard = GUARD_EMPTY_FILE,
			.text = pool_printf(
				diff->pool,
				"%s has an empty list of %s, which would end replication here: "
				"nothing is written. If that is meant, take each node out with "
				"`%s`; otherwise fill it with lines like",
				desired->name, has_peers ? "databases" : "peers",
				remedy_text(REMEDY_LEAVE)),
			.release = line,
		});
}

static void guard_revision(Diff *diff)
{
	const char *refusal = revision_refusal(diff->pool, diff->in->desired,
					       diff->in->options.sha256, &diff->in->known->latest);

	if (refusal && !diff_is_released(diff, GUARD_REVISION))
		hold_everything(diff, (Hold){
					      .guard = GUARD_REVISION,
					      .text = refusal,
					      .release = remedy_text(REMEDY_RELEASE_G7),
				      });
}

/* What ends the replication of cn=config, for a shell; the flag must go first, and only where it
 * is set. */
static const char *config_replication_end(Pool *pool, const Live *live, const Machine *machine)
{
	const char *flag = live->config_database->multi_provider_attribute;
	const char *dn = live->config_database->entry->dn;

	if (live->config_database->is_multi_provider)
		return remedy_fill(pool, REMEDY_CONFIG_ALONE, dn, flag, machine_ldap_uri(machine));
	if (flag)
		return remedy_fill(pool, REMEDY_CONFIG_ALONE_STOPPED_FLAG, dn, flag);
	return remedy_fill(pool, REMEDY_CONFIG_ALONE_STOPPED, dn);
}

bool guard_config_hold(Pool *pool, const Live *live, const Machine *machine, Hold *ret)
{
	if (!live->config_database)
		return false;
	*ret = (Hold){
		.guard = GUARD_CONFIG_REPLICATED,
		.text = live->config_database->is_multi_provider
				? "cn=config itself is replicated here (olcSyncrepl on "
				  "olcDatabase={0}config): what is written on one node would "
				  "overwrite the others, so syncward only reports; to let it "
				  "write, "
				  "end that with"
				: pool_printf(
					  pool,
					  "cn=config itself is a read-only copy here "
					  "(olcSyncrepl on olcDatabase={0}config without "
					  "multi-provider): slapd refuses to change it (53); to "
					  "let syncward write, with slapd stopped and as its "
					  "user (OpenLDAP 2.4 has no slapmodify: %s), run",
					  remedy_text(REMEDY_CONFIG_ALONE_2_4)),
		.release = config_replication_end(pool, live, machine),
	};
	return true;
}

static void guard_config_replicated(Diff *diff)
{
	Hold hold;

	if (guard_config_hold(diff->pool, diff->in->live, &diff->in->facts->machine, &hold))
		hold_everything(diff, hold);
}

/* --- G9 --- */

static Hold contest_hold(const Contest *contest)
{
	return (Hold){
		.guard = GUARD_CONTESTED,
		.suffix = contest->suffix,
		.text = contest->text,
		.release = remedy_text(REMEDY_RESUME),
	};
}

/* Reported also where nothing has to be changed just now: it lasts. */
static void guard_contested(Diff *diff)
{
	const ContestList *contests = &diff->in->known->contests;
	Plan *plan = diff->plan;
	Change *change;

	if (!contests->sha256 || !diff->in->options.sha256 ||
	    strcmp(contests->sha256, diff->in->options.sha256) != 0)
		return;
	for (size_t i = 0; i < contests->n_items; i++)
		if (contests->items[i].text)
			plan_add_hold(diff->pool, plan, contest_hold(&contests->items[i]));
	for (size_t at = 0; (change = change_next_free(plan, NULL, CHANGES_ALL, &at));) {
		const Contest *contest = contest_of_change(contests, change);

		if (contest_holds(contest))
			plan_hold(diff->pool, plan, change, contest_hold(contest));
	}
}

/* --- what a held change drags along --- */

/* No node becomes a provider under a server ID that is wrong. */
static void hold_with_server_id(Diff *diff)
{
	const Change *server_id = change_first(diff->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID));

	if (!server_id || !server_id->is_held || !diff->server_id_is_wrong)
		return;
	/* What waits for overlays keeps none of them back. */
	plan_hold_kinds(diff->pool, diff->plan, NULL,
			server_id->hold.guard == GUARD_ORDER ? CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON)
							     : CHANGES_TO_PROVIDER,
			server_id->hold);
}

/* The flag stays where a provider does. And what was deleted while a database is filled comes back
 * when it is read from two at once (common/joining/joining_links.c). */
static void hold_with_removals(Diff *diff, const DatabasePlan *database)
{
	const bool fills = database->live && removals_fill(diff, database);
	const Change *removal;

	for (size_t at = 0; (removal = change_next(diff->plan, database,
						   CHANGE_BIT(CHANGE_CONSUMER_REMOVE), &at));)
		if (removal->is_held) {
			unsigned kinds = CHANGE_BIT(CHANGE_UPDATE_REF);

			/* A consumer is to refuse clients' writes, whatever it reads. */
			if (!peer_is_consumer(diff->in->wanted->self))
				kinds |= CHANGE_BIT(CHANGE_MULTI_PROVIDER_OFF);

			if (fills && joining_may_fill(diff, database->live, removal->consumer.live))
				kinds |= CHANGE_BIT(CHANGE_CONSUMER_ADD);
			plan_hold_kinds(diff->pool, diff->plan, database, kinds, removal->hold);
		}
}

static void guard_dependents(Diff *diff)
{
	hold_with_server_id(diff);
	for (size_t i = 0; i < diff->plan->n_databases; i++)
		hold_with_removals(diff, &diff->plan->databases[i]);
	guard_logs(diff);
}

void guard_what_follows(Diff *diff)
{
	do {
		guard_dependents(diff);
		guard_flags(diff);
		guard_rids(diff);
	} while (guard_left_alone(diff));
}

static Hold indexing_hold(Pool *pool, const char *suffix, const char *text)
{
	return (Hold){
		.guard = GUARD_INDEXING,
		.suffix = suffix,
		.text = pool_printf(
			pool,
			"%s: any other write to cn=config would wait for it, and every "
			"client with it. It ends by itself; the daemon then goes on, or",
			text),
		.release = remedy_text(REMEDY_APPLY),
	};
}

/* Where slapd does not show it (no cn=monitor): 8 000 entries took 12 s on a busy machine, so this
 * is enough for some hundred thousand. */
#define INDEX_PATIENCE_SEC 600

static bool may_build_index(const Diff *diff)
{
	const int64_t sec = diff->in->facts->now_sec - diff->in->known->server.indexed_sec;

	return !diff->in->live->start_time && diff->in->known->server.indexed_sec > 0 && sec >= 0 &&
	       sec < INDEX_PATIENCE_SEC;
}

static void guard_indexing(Diff *diff)
{
	const char *text = "slapd is building an index over its entries";

	if (!diff->in->live->builds_index && !may_build_index(diff))
		return;
	if (!diff->in->live->builds_index)
		text = "slapd was asked for an index over its entries less than 10 minutes ago, "
		       "and does not tell whether that is built (no cn=monitor)";
	plan_hold_kinds(diff->pool, diff->plan, NULL, CHANGES_ALL,
			indexing_hold(diff->pool, NULL, text));
}

/* Of the databases with entries one gets its index now: the write for the next would wait. */
static void guard_indices(Diff *diff)
{
	const unsigned kind = CHANGE_BIT(CHANGE_INDEX);
	const char *first = NULL;

	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		const char *text;

		if (!change_first_free(diff->plan, database, kind) ||
		    !diff_may_have_entries(diff, database->suffix))
			continue;
		if (!first) {
			first = database->suffix;
			continue;
		}
		text = pool_printf(diff->pool, "%s gets its index when slapd has built that of %s",
				   database->suffix, first);
		plan_hold_kinds(diff->pool, diff->plan, database, kind,
				indexing_hold(diff->pool, database->suffix, text));
	}
}

void guard_plan(Diff *diff)
{
	guard_not_listed(diff);
	guard_left(diff);
	guard_empty_file(diff);
	guard_revision(diff);
	guard_rollout(diff);
	guard_config_replicated(diff);
	guard_indexing(diff);
	if (!diff->in->wanted)
		return;
	if (diff->not_first)
		hold_everything(diff, *diff->not_first);
	guard_removals(diff);
	guard_rollout_removals(diff);
	guard_contested(diff);
	guard_self_named(diff);
	guard_partial(diff);
	guard_links(diff);
	guard_identity(diff);
	guard_readers(diff);
	guard_returning(diff);
	guard_indices(diff);
	guard_kept_values(diff);
	guard_flags(diff);
	guard_dependents(diff);
	guard_server_order(diff);
	guard_what_follows(diff);
	first_changes_judge(diff);
}
