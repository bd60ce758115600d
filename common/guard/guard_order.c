/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_order.h"
#include "common/remedies/remedies.h"

#include "common/draft/untended.h"
#include "common/guard/order_context_csn.h"
#include "common/joining/joining.h"
#include "common/live/database_refusal.h"
#include "common/plan/plan_changes.h"

/* --- the overlay --- */

/* What keeps the overlay from being added; NULL: nothing does that has a release of its own. */
static const Hold *overlay_hold(const Order *order)
{
	const Hold *cause;

	if (order->overlay)
		return &order->overlay->hold;
	cause = plan_hold_of(&order->diff->plan->held, order->suffix, GUARD_DATABASE);
	return cause ? cause : plan_hold_of(&order->diff->plan->held, order->suffix, GUARD_ROLE);
}

static const Hold *wait_for_overlay(const Order *order)
{
	const Hold *cause = overlay_hold(order);
	Pool *pool = order->diff->pool;

	if (cause)
		return order_hold_new(
			order,
			pool_printf(
				pool,
				"the server ID waits for %s, which has entries and whose "
				"syncprov overlay is held (%s): peers that were away would never "
				"delete what was written before; this hold ends together with "
				"that one",
				order->suffix, guard_code(cause->guard)),
			cause->release);
	return order_hold_new(
		order,
		pool_printf(
			pool,
			"the server ID waits for %s, which has entries but no syncprov overlay; "
			"peers.json leaves that to others (\"syncprov\": false), and peers that "
			"were away would never delete older entries. %s; or, if no peer will "
			"ever read this database here",
			order->suffix, remedy_text(REMEDY_OVERLAY_FIRST)),
		remedy_text(REMEDY_RELEASE_ORDER));
}

/* --- the copy --- */

/* Clients can write to it: nothing is read that would close it. */
static bool is_open(const LiveDatabase *live)
{
	return live->is_multi_provider || !live_reads_from_somebody(live);
}

/* Why a copy that is open to clients may not be the one that the cluster knows; NULL: nothing says
 * so. */
static const Hold *doubt_of(const Order *order)
{
	const Hold *hold = order->wanted && is_open(order->live)
				   ? joining_judge(order->diff, order->wanted, order->live)
				   : NULL;

	return hold && hold->guard == GUARD_CONTENT ? hold : NULL;
}

/* What clients write here under that server ID is newer than all that this copy lacks: peers that
 * read it would delete what they have of this server ID. */
static const Hold *wait_for_copy(const Order *order, const Hold *cause)
{
	return order_hold_new(
		order,
		pool_printf(order->diff->pool,
			    "the server ID waits for %s, whose copy here is in doubt (%s) and open "
			    "to clients: what they write under it is newer than what the copy "
			    "lacks, and peers that read it would lose that; this hold ends "
			    "together with that one",
			    order->suffix, guard_code(cause->guard)),
		cause->release);
}

/* --- what syncward writes nothing to --- */

static const Hold *wait_for_sight(const Order *order)
{
	Pool *pool = order->diff->pool;

	return order_hold_new(
		order,
		pool_printf(pool,
			    "the server ID waits for %s: others can read it here, and whether its "
			    "contextCSN is on disk is not known: %s. Only when nobody does",
			    untended_words(order->diff, order->database), order->here->problem),
		remedy_text(REMEDY_RELEASE_ORDER));
}

/* --- one database --- */

static bool is_to_be_asked(const Content *here)
{
	return here->state == CONTENT_UNKNOWN ||
	       (here->state == CONTENT_READ && here->n_context_csns > 0 &&
		here->view.coverage == COPY_COVERAGE_NOT_ASKED);
}

/* Why the server ID must wait for this database; NULL: it need not. */
static const Hold *judge(Order *order)
{
	const Hold *doubt;

	if (is_to_be_asked(order->here)) {
		diff_need_coverage(order->diff, order->suffix, order->wanted);
		return order_hold_new(order, "not asked yet", remedy_text(REMEDY_APPLY));
	}
	if (order->here->state != CONTENT_READ && order->is_untended)
		return wait_for_sight(order);
	if (order->here->state != CONTENT_READ)
		return order_hold_new(
			order,
			pool_printf(order->diff->pool,
				    "the server ID waits for %s, which cannot be read here: "
				    "%s; when it can",
				    order->suffix, order->here->problem),
			order_apply_again(order));
	/* It has nothing that a peer could fail to delete. */
	if (!order->here->entry.exists)
		return NULL;
	if (!order->live->syncprov && (!order->overlay || order->overlay->is_held))
		return wait_for_overlay(order);
	doubt = doubt_of(order);
	return doubt ? wait_for_copy(order, doubt) : order_judge_csns(order);
}

static const Content *here_of(Diff *diff, const DatabasePlan *database, const char *untended)
{
	/* It looks empty, and has its entries again once it is enabled. */
	static const Content disabled = {.state = CONTENT_DENIED,
					 .problem = "it is disabled (olcDisabled: TRUE)"};

	if (live_is_disabled(database->live))
		return &disabled;
	return untended ? untended_content(diff, database)
			: &diff_facts(diff, database->suffix)->here;
}

static bool order_of(Diff *diff, const DatabasePlan *database, Order *ret)
{
	const char *untended = untended_suffix(diff, database);

	/* Without syncprov no node reads it here. */
	if (untended ? !database->live->syncprov
		     : !database->wanted || !database->live ||
			       (!live_is_disabled(database->live) &&
				database_refusal(diff->pool, diff->in->live, database->live)))
		return false;
	*ret = (Order){
		.diff = diff,
		.database = database,
		.wanted = database->wanted,
		.live = database->live,
		.here = here_of(diff, database, untended),
		.suffix = untended ? untended : database->suffix,
		.is_untended = untended != NULL,
		.overlay = change_first(diff->plan, database, CHANGE_BIT(CHANGE_OVERLAY)),
	};
	return true;
}

bool order_is_kept(Diff *diff, const DatabasePlan *database, const LiveDatabase *then,
		   bool was_written)
{
	Order order;

	if (!order_of(diff, database, &order))
		return true;
	if (order.here->state != CONTENT_READ)
		return false;
	return !order.here->entry.exists ||
	       (then->syncprov && (was_written || order_is_settled(&order)));
}

/* --- all of them --- */

static void write_context_csn(const Order *order)
{
	const LiveDatabase *live = order->live;
	Diff *diff = order->diff;

	plan_add_change(diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_CONTEXT_CSN,
				.suffix = order->suffix,
				.dn = live->syncprov ? live->syncprov->dn
						     : live_overlay_dn(diff->pool, live),
				.attribute = "contextCSN",
				.subject = "on disk",
				.why = live->syncprov
					       ? "it must be there before the server ID changes: "
						 "the overlay is deleted, which writes it, and "
						 "added again; servers that read from here do so "
						 "again"
					       : "it must be there before the server ID changes: "
						 "the overlay is added, deleted, which writes it, "
						 "and added again",
			});
}

/* Clients write all the time: what they wrote while no overlay looked is asked for again, at the
 * last moment. */
static void write_first(const Order *order)
{
	Plan *plan = order->diff->plan;

	if (order->is_written)
		write_context_csn(order);
	if (order->here->entry.exists && !order_was_read_from_peers(order))
		POOL_PUSH(order->diff->pool, plan->order.covered, plan->order.n_covered,
			  order->suffix);
}

/* A release that had to wait for contextCSN is given a second time: what it waits for would be
 * undone meanwhile. */
static void keep_for_release(Diff *diff)
{
	const Change *server_id = change_first(diff->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID));
	Order order;

	if (!server_id ||
	    (server_id->hold.guard != GUARD_SERVER_ID && server_id->hold.guard != GUARD_IDENTITY))
		return;
	for (size_t i = 0; i < diff->plan->n_databases; i++)
		if (order_of(diff, &diff->plan->databases[i], &order))
			order_keep_checkpoint(&order, &server_id->hold);
}

void guard_server_order(Diff *diff)
{
	const size_t n_databases = diff->plan->n_databases;
	const unsigned id_kind = CHANGE_BIT(CHANGE_SERVER_ID);
	const Change *server_id = change_first_free(diff->plan, NULL, id_kind);
	Order *orders = pool_alloc(diff->pool, (n_databases + 1) * sizeof(*orders));
	const Hold *hold = NULL;
	size_t n_orders = 0;

	/* Values with which slapd would not start again wait for nothing. */
	if (!diff->server_id_is_wrong || !diff->has_live_sid || diff_is_released(diff, GUARD_ORDER))
		return;
	if (!server_id) {
		keep_for_release(diff);
		return;
	}
	for (size_t i = 0; i < n_databases; i++) {
		const Hold *one;

		if (!order_of(diff, &diff->plan->databases[i], &orders[n_orders]))
			continue;
		one = judge(&orders[n_orders++]);
		if (one)
			plan_add_hold(diff->pool, diff->plan, *one);
		if (one && !hold)
			hold = one;
	}
	if (!hold) {
		for (size_t i = 0; i < n_orders; i++)
			write_first(&orders[i]);
		return;
	}
	plan_hold_kinds(diff->pool, diff->plan, NULL, id_kind, *hold);
	for (size_t i = 0; i < n_orders; i++)
		order_keep_checkpoint(&orders[i], hold);
}
