/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"
#include "common/draft/untended.h"
#include "common/guard/order_context_csn.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

#define CHECKPOINT_AT_ONCE "1 1"

const Hold *order_hold_new(const Order *order, const char *text, const char *release)
{
	Hold *hold = pool_alloc(order->diff->pool, sizeof(*hold));

	/* What peers.json does not list is reported under the server itself. */
	*hold = (Hold){.guard = GUARD_ORDER,
		       .suffix = order->wanted ? order->suffix : NULL,
		       .text = text,
		       .release = release};
	return hold;
}

static bool context_has_live_sid(const Order *order)
{
	return csn_newest(order->here->context_csns, order->here->n_context_csns,
			  order->diff->live_sid) != NULL;
}

static bool suffix_has_live_sid(const Order *order)
{
	return order->here->entry.csn &&
	       csn_sid(order->here->entry.csn) == (int)order->diff->live_sid;
}

bool order_was_read_from_peers(const Order *order)
{
	return order->here->n_context_csns > 0 && !context_has_live_sid(order) &&
	       !suffix_has_live_sid(order);
}

static const char *live_csn(const Order *order)
{
	return csn_newest(order->here->context_csns, order->here->n_context_csns,
			  order->diff->live_sid);
}

/* Older than slapd: it was on disk when slapd started; what an overlay makes is of that moment. */
static bool was_there_at_start(const Order *order)
{
	const char *start = order->diff->in->live->start_time;
	const char *csn = live_csn(order);

	return start && csn && strlen(start) >= 14 && strncmp(csn, start, 14) < 0;
}

static bool checkpoints_at_once(const Order *order)
{
	const char *checkpoint = order->live->syncprov
					 ? entry_first(order->live->syncprov, "olcSpCheckpoint")
					 : NULL;

	return checkpoint && strtol(checkpoint, NULL, 10) == 1;
}

/* -1 when it is no CSN. */
static int64_t csn_sec(Pool *pool, const char *csn)
{
	return csn ? timestamp_of_generalized(
			     pool_printf(pool, "%.*s", (int)strcspn(csn, "#"), csn))
		   : -1;
}

/* -1: not known. */
static int64_t start_sec(const Order *order)
{
	return timestamp_of_generalized(order->diff->in->live->start_time);
}

/*
 * Something was changed since each change writes contextCSN: the suffix entry, or any entry, when
 * slapd did not start meanwhile; what it makes when it starts, or when the overlay is added, is no
 * change.
 */
static bool was_written_since(const Order *order)
{
	const char *set = entry_first(order->live->syncprov, "entryCSN");
	const int64_t set_sec = csn_sec(order->diff->pool, set);

	if (!checkpoints_at_once(order) || !set)
		return false;
	if (suffix_has_live_sid(order) && strcmp(order->here->entry.csn, set) > 0)
		return true;
	return start_sec(order) >= 0 && start_sec(order) <= set_sec &&
	       csn_sec(order->diff->pool, live_csn(order)) > set_sec + 1;
}

static bool is_on_disk(const Order *order)
{
	if (!context_has_live_sid(order) || order->here->view.coverage != COPY_IS_COVERED)
		return false;
	return !order->live->syncprov || was_there_at_start(order) || was_written_since(order);
}

/* Made by the overlay, when it was added or slapd started, and by no change since. */
static bool was_just_made(const Order *order)
{
	const int64_t sec = csn_sec(order->diff->pool, live_csn(order));
	const int64_t added_sec =
		timestamp_of_generalized(entry_first(order->live->syncprov, "createTimestamp"));
	const int64_t started_sec = start_sec(order);
	const int64_t made_sec = added_sec > started_sec ? added_sec : started_sec;

	return sec >= 0 && made_sec >= 0 && sec <= made_sec + 1;
}

/* For a shell; it replaces the object classes by themselves, which changes nothing but the CSN. */
static const char *touch_command(const Order *order)
{
	return remedy_fill(
		order->diff->pool, REMEDY_TOUCH_SUFFIX, order->suffix,
		remedy_lines(order->diff->pool, "objectClass", order->here->entry.object_classes,
			     order->here->entry.n_object_classes),
		order->live->root_dn, machine_ldap_uri(&order->diff->in->facts->machine));
}

/* An entry of syncprov without its class takes none of its attributes. */
static bool checkpoint_is_ours(const Order *order)
{
	const Entry *overlay = order->live->syncprov;

	return order->wanted->desired->syncprov.checkpoint &&
	       (!overlay || entry_has_value(overlay, "objectClass", "olcSyncProvConfig"));
}

/* What is released passes once: when the wait is over it is held again, and the same release must
 * come with the next apply. Others are over with the pass that they let go, or are remembered. */
const char *order_apply_again(const Order *order)
{
	static const Guard again[] = {GUARD_SERVER_ID, GUARD_CONTENT, GUARD_IDENTITY,
				      GUARD_READERS,   GUARD_PARTIAL, GUARD_JOINING};
	Buf guards = BUF_IN(order->diff->pool);

	for (size_t i = 0; i < ARRAY_SIZE(again); i++)
		if (diff_is_released(order->diff, again[i]))
			buf_printf(&guards, "%s%s", guards.len > 0 ? "," : "",
				   guard_code(again[i]));
	return guards.len > 0
		       ? remedy_fill(order->diff->pool, REMEDY_RELEASE_AGAIN, buf_text(&guards))
		       : remedy_text(REMEDY_APPLY);
}

static const char *goes_on(const Order *order)
{
	const char *again = order_apply_again(order);

	return strcmp(again, remedy_text(REMEDY_APPLY)) == 0
		       ? "this goes on by itself"
		       : pool_printf(order->diff->pool, "`%s` goes on", again);
}

/* Nobody can make that change, or it would show nothing: consumers without the flag close the
 * database to clients, and a checkpoint that is not ours stays as it is. */
static bool cannot_be_written(const Order *order)
{
	return (live_reads_from_somebody(order->live) && !order->live->is_multi_provider) ||
	       (!checkpoint_is_ours(order) && !checkpoints_at_once(order));
}

static const Hold *wait_for_write(const Order *order)
{
	Pool *pool = order->diff->pool;

	if (cannot_be_written(order))
		return order_hold_new(
			order,
			pool_printf(
				pool,
				"the server ID waits for contextCSN of %s to be on disk: slapd, "
				"if killed before, would leave entries that peers never delete; "
				"%s, because slapd writes it when it stops, and then",
				order->suffix, remedy_text(REMEDY_RESTART_SLAPD)),
			order->diff->in->live->start_time ? order_apply_again(order)
							  : remedy_text(REMEDY_RELEASE_ORDER));
	return order_hold_new(
		order,
		pool_printf(
			pool,
			"the server ID waits for contextCSN of %s to be on disk: slapd, if "
			"killed before, would leave entries that peers never delete. With the "
			"overlay in place (`%s`) a client's next change writes it, and %s; this, "
			"as rootdn, changes nothing else",
			order->suffix, remedy_text(REMEDY_APPLY), goes_on(order)),
		touch_command(order));
}

/* Until the server ID is written each change writes contextCSN; the checkpoint of peers.json comes
 * back after that. */
static void checkpoint_at_once(const Order *order)
{
	Diff *diff = order->diff;
	Change *change = change_first(diff->plan, order->database, CHANGE_BIT(CHANGE_CHECKPOINT));
	const Entry *overlay = order->live->syncprov;

	if (checkpoints_at_once(order) || !checkpoint_is_ours(order))
		return;
	if (!change)
		change = plan_add_change(
			diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_CHECKPOINT,
				.suffix = order->suffix,
				.dn = overlay ? overlay->dn
					      : live_overlay_dn(diff->pool, order->live),
				.attribute = "olcSpCheckpoint",
				.subject = "syncprov",
				.old_value = overlay ? entry_first(overlay, "olcSpCheckpoint")
						     : order->wanted->desired->syncprov.checkpoint,
			});
	change->new_value = CHECKPOINT_AT_ONCE;
	change->why = "until contextCSN is on disk and the server ID is written";
}

/* Its entries carry the live server ID and contextCSN does not, although there is one, or has an
 * older one, of before the overlay was away or of when the database was loaded: only a change makes
 * it. slapd takes what it finds for the newest (2.4.57, 2.5.13, 2.6.10: test_order). */
static bool needs_change(const Order *order)
{
	return order->here->n_context_csns > 0 &&
	       (!context_has_live_sid(order) || order->here->view.coverage != COPY_IS_COVERED);
}

/* slapd makes none while a database refreshes: the consumer writes it at the end. */
static bool refreshes(const Order *order)
{
	return order->here->n_context_csns == 0 &&
	       (order->live->syncprov ||
		(live_reads_from_somebody(order->live) && !order->live->is_multi_provider));
}

/*
 * 2.4 deletes no overlay. Later ones may die of it (2.6.10 does) when a peer is connected and a
 * client writes just then: only one goes that is added now, or that nobody has written through.
 */
static bool overlay_can_go(const Order *order)
{
	if (diff_release(order->diff) != LIVE_RELEASE_2_5)
		return false;
	return !order->live->syncprov ||
	       (!entry_attribute(order->live->syncprov, "olcSpSessionlogSource") &&
		was_just_made(order));
}

/* Only whoever tends the database may touch its overlay, or change something there. */
static const Hold *wait_for_others(const Order *order)
{
	Pool *pool = order->diff->pool;
	const bool needs = needs_change(order);

	return order_hold_new(
		order,
		pool_printf(
			pool,
			"the server ID waits for contextCSN of %s, to be on disk%s: slapd, if "
			"killed before, would leave entries that its readers never delete; %s%s, "
			"because slapd writes it when it stops, and then",
			untended_words(order->diff, order->database),
			needs ? " and to have all entries" : "",
			needs ? "after the next change there " : "",
			remedy_text(REMEDY_RESTART_SLAPD)),
		order->diff->in->live->start_time ? order_apply_again(order)
						  : remedy_text(REMEDY_RELEASE_ORDER));
}

/* A limit that a person lifts, or something that ends by itself; a change would show nothing more.
 */
static const Hold *wait_for_coverage(const Order *order)
{
	Pool *pool = order->diff->pool;
	const bool is_cut = order->here->view.coverage == COPY_COVERAGE_CUT;
	const char *why = is_cut ? "slapd limits what it shows root over ldapi there"
				 : order->here->view.coverage_problem;

	return order_hold_new(
		order,
		pool_printf(pool,
			    "the server ID waits for %s: whether its contextCSN has every entry "
			    "is not known (%s), and peers that were away would never delete one "
			    "that it has not: %s",
			    order->is_untended ? untended_words(order->diff, order->database)
					       : order->suffix,
			    why ? why : "slapd does not say",
			    is_cut ? remedy_text(REMEDY_LIMITS_ANEW) : "when it can be read"),
		is_cut ? remedy_text(REMEDY_ROOT_LIMITS) : order_apply_again(order));
}

static bool coverage_is_known(const Order *order)
{
	return order->here->view.coverage == COPY_HAS_NEWER ||
	       order->here->view.coverage == COPY_IS_COVERED;
}

bool order_is_settled(const Order *order)
{
	return order_was_read_from_peers(order) ||
	       ((order->live->syncprov || diff_release(order->diff) != LIVE_RELEASE_2_5) &&
		is_on_disk(order));
}

const Hold *order_judge_csns(Order *order)
{
	const Hold *hold;

	if (refreshes(order))
		return order_hold_new(
			order,
			pool_printf(order->diff->pool,
				    "the server ID waits for %s, which has entries and no "
				    "contextCSN: slapd makes none before a refresh is "
				    "complete. When it is, %s; only when no "
				    "peer will ever complete it",
				    order->suffix, goes_on(order)),
			remedy_text(REMEDY_RELEASE_ORDER));
	if (order_is_settled(order))
		return NULL;
	if (context_has_live_sid(order) && !coverage_is_known(order))
		return wait_for_coverage(order);
	if (order->is_untended)
		return wait_for_others(order);
	if (overlay_can_go(order) && !needs_change(order)) {
		order->is_written = true;
		return NULL;
	}
	hold = wait_for_write(order);
	checkpoint_at_once(order);
	return hold;
}

void order_keep_checkpoint(const Order *order, const Hold *hold)
{
	if (checkpoints_at_once(order))
		plan_hold_kinds(order->diff->pool, order->diff->plan, order->database,
				CHANGE_BIT(CHANGE_CHECKPOINT), *hold);
}
