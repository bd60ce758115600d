/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/plan/plan_changes.h"
#include "common/plan/release_line.h"
#include "common/plan/render.h"

typedef struct Page {
	Pool *pool;
	Buf out;
	RenderStyle style;
	const Plan *plan;
} Page;

static void line(Page *page, Colour colour, const char *text)
{
	buf_printf(&page->out, "%s\n",
		   colour_text(page->pool, page->style.has_colour, colour, text));
}

/* How a kind of change reads: sign, colour, and what it is called. */
typedef struct ChangeLook {
	char sign;
	Colour colour;
	const char *noun;
} ChangeLook;

static const ChangeLook change_looks[] = {
	[CHANGE_SERVER_ID] = {'~', COLOUR_DOUBTFUL, "server ID"},
	[CHANGE_MODULE] = {'+', COLOUR_GOOD, "module"},
	[CHANGE_OVERLAY] = {'+', COLOUR_GOOD, "overlay"},
	[CHANGE_CHECKPOINT] = {'~', COLOUR_DOUBTFUL, "checkpoint of"},
	[CHANGE_CONTEXT_CSN] = {'~', COLOUR_DOUBTFUL, "contextCSN"},
	[CHANGE_SESSIONLOG] = {'~', COLOUR_DOUBTFUL, "session log of"},
	[CHANGE_INDEX] = {'+', COLOUR_GOOD, "index on"},
	[CHANGE_LIMITS] = {'+', COLOUR_GOOD, "unlimited search for"},
	[CHANGE_ACCESS] = {'+', COLOUR_GOOD, "read access for"},
	[CHANGE_CONSUMER_ADD] = {'+', COLOUR_GOOD, "peer"},
	[CHANGE_CONSUMER_EDIT] = {'~', COLOUR_DOUBTFUL, "peer"},
	[CHANGE_CONSUMER_REMOVE] = {'-', COLOUR_BAD, "peer"},
	[CHANGE_CONSUMERS_RESTART] = {'~', COLOUR_DOUBTFUL, "restart of"},
	[CHANGE_CONSUMERS_RENEW] = {'~', COLOUR_DOUBTFUL, "consumers with"},
	[CHANGE_CONSUMERS_RETRY] = {'~', COLOUR_DOUBTFUL, "consumers with"},
	[CHANGE_MULTI_PROVIDER_ON] = {'+', COLOUR_GOOD, "flag"},
	[CHANGE_MULTI_PROVIDER_OFF] = {'-', COLOUR_BAD, "flag"},
	[CHANGE_UPDATE_REF] = {'~', COLOUR_DOUBTFUL, "referral of"},
	[CHANGE_READ_ONLY_ON] = {'~', COLOUR_DOUBTFUL, "read-only"},
	[CHANGE_READ_ONLY_OFF] = {'~', COLOUR_DOUBTFUL, "read-write"},
	[CHANGE_READERS_OFF] = {'-', COLOUR_DOUBTFUL, "new sessions of"},
	[CHANGE_READERS_ON] = {'+', COLOUR_GOOD, "new sessions of"},
	[CHANGE_LOG_MODULE] = {'+', COLOUR_GOOD, "module"},
	[CHANGE_LOG_DATABASE] = {'+', COLOUR_GOOD, "database of the log"},
	[CHANGE_LOG_SYNCPROV] = {'+', COLOUR_GOOD, "overlay syncprov of the log"},
	[CHANGE_LOG_OVERLAY] = {'+', COLOUR_GOOD, "overlay accesslog for the log"},
	[CHANGE_LOG_OPEN] = {'~', COLOUR_DOUBTFUL, "beginning of the log"},
	[CHANGE_LOG_SETTING] = {'~', COLOUR_DOUBTFUL, "setting of the log"},
	[CHANGE_LOG_STOP] = {'-', COLOUR_BAD, "overlay accesslog for the log"},
	[CHANGE_SAVE] = {'~', COLOUR_DOUBTFUL, "disk copy of"},
};
_Static_assert(ARRAY_SIZE(change_looks) == CHANGE_KIND_COUNT, "a look for every kind of change");

/* Attributes whose old and new values are short and without secrets are shown; for others the
 * reason says it. */
static bool shows_values(const Change *change)
{
	return change->kind == CHANGE_LOG_DATABASE || change->kind == CHANGE_LOG_OVERLAY ||
	       change->kind == CHANGE_LOG_SETTING || change->kind == CHANGE_SERVER_ID ||
	       change->kind == CHANGE_OVERLAY || change->kind == CHANGE_CHECKPOINT ||
	       change->kind == CHANGE_SESSIONLOG || change->kind == CHANGE_MULTI_PROVIDER_ON ||
	       change->kind == CHANGE_UPDATE_REF;
}

const char *render_change(Pool *pool, const Change *change)
{
	Buf text = BUF_IN(pool);

	buf_printf(&text, "%s %s", change_looks[change->kind].noun, change->subject);
	if (change->consumer.wanted)
		buf_printf(&text, " (rid %03d)", change->consumer.wanted->rid);
	else if (change->consumer.live)
		buf_printf(&text, " (rid %03d)", change->consumer.live->rid);
	if (shows_values(change) && (change->old_value || change->new_value))
		buf_printf(&text, ": %s%s%s", change->old_value ? change->old_value : "",
			   change->old_value ? " -> " : "",
			   change->new_value ? change->new_value : "gone");
	buf_printf(&text, "  [%s]", change->why);
	return buf_text(&text);
}

static void change_line(Page *page, const Change *change)
{
	const ChangeLook *look = &change_looks[change->kind];
	Buf text = BUF_IN(page->pool);

	buf_printf(&text, "  %c %s", look->sign, render_change(page->pool, change));
	if (change->is_held)
		buf_printf(&text, "  held: %s", guard_code(change->hold.guard));
	line(page, change->is_held ? COLOUR_NONE : look->colour, buf_text(&text));
}

static void hold_lines(Page *page, const Hold *hold)
{
	line(page, COLOUR_BAD,
	     pool_printf(page->pool, "  held %s: %s:\n      %s", guard_code(hold->guard),
			 hold->text, hold_release_line(page->pool, hold)));
}

/* One block per database, and one for the server itself (suffix NULL). */
static void block(Page *page, const char *suffix)
{
	const Plan *plan = page->plan;
	size_t at_change = 0, at_hold = 0;
	const Change *change = change_next_told(plan, suffix, &at_change);
	const Hold *hold = hold_next_told(&plan->held, suffix, &at_hold);

	if (!change && !hold)
		return;
	line(page, COLOUR_HEAD, suffix ? suffix : "server");
	for (; change; change = change_next_told(plan, suffix, &at_change))
		change_line(page, change);
	for (; hold; hold = hold_next_told(&plan->held, suffix, &at_hold))
		hold_lines(page, hold);
	buf_putc(&page->out, '\n');
}

static void findings(Page *page)
{
	const Plan *plan = page->plan;

	for (size_t i = 0; i < plan->n_findings; i++) {
		const Finding *finding = &plan->findings[i];

		line(page, finding->severity == SEVERITY_CRITICAL ? COLOUR_BAD : COLOUR_DOUBTFUL,
		     pool_printf(page->pool, "%s: %s [%s]", severity_name(finding->severity),
				 finding->text, finding->code));
	}
	if (plan->n_findings > 0)
		buf_putc(&page->out, '\n');
}

static void summary(Page *page)
{
	const Plan *plan = page->plan;
	const size_t n_changes = change_count_free(plan, NULL, CHANGES_ALL);
	size_t n_held = plan->n_changes - n_changes;

	/* What would change once a hold that stands alone is released is not known. */
	for (size_t i = 0; i < plan->held.n_holds; i++)
		n_held += plan->held.holds[i].n_changes == 0;
	if (plan->n_changes == 0 && plan->held.n_holds == 0) {
		buf_puts(&page->out, "Nothing to change.\n");
		return;
	}
	buf_printf(&page->out, "%zu to change, %zu held", n_changes, n_held);
	if (plan->order.n_sessions_dropped > 0)
		buf_printf(&page->out, "; %zu replication session%s will restart",
			   plan->order.n_sessions_dropped,
			   plan->order.n_sessions_dropped == 1 ? "" : "s");
	else if (n_changes > 0)
		buf_puts(&page->out, "; no replication session will restart");
	buf_puts(&page->out, ".\n");
}

const char *render_text(Pool *pool, const Plan *plan, RenderStyle style)
{
	Page page = {.pool = pool, .out = BUF_IN(pool), .style = style, .plan = plan};

	if (plan->wanted)
		buf_printf(&page.out, "This node is peer %u, %s%s.\n\n", plan->wanted->self->id,
			   plan->wanted->self->uri, peer_clause(plan->wanted->self));
	block(&page, NULL);
	for (size_t i = 0; plan->wanted && i < plan->wanted->n_databases; i++)
		block(&page, plan->wanted->databases[i].desired->suffix);
	for (size_t i = 0; i < plan->n_databases; i++) {
		const char *suffix = plan_database_unlisted(plan, &plan->databases[i]);

		if (suffix)
			block(&page, suffix);
	}
	findings(&page);
	summary(&page);
	return buf_text(&page.out);
}
