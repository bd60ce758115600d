/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/decide.h"

#include <string.h>

#include "common/compose/compose.h"
#include "common/compose/compose_step.h"
#include "common/decide/bound_release.h"
#include "common/delta/delta_links.h"
#include "common/delta/delta_tell.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/guard_self.h"
#include "common/draft/known_keywords.h"
#include "common/guard/guard.h"
#include "common/plan/plan_changes.h"
#include "common/plan/release_token.h"
#include "common/result/guard_result.h"
#include "common/slapd/url.h"

static void plan_decide(Pool *pool, const PlanInput *input, Plan *ret)
{
	PlanInput *now = pool_alloc(pool, sizeof(*now));
	Diff diff = {.pool = pool, .in = now};
	Plan plan = {0};

	*now = *input;
	diff.plan = &plan;
	now->wanted = known_keywords_of(&diff, delta_wanted(pool, input));
	plan.wanted = now->wanted;

	plan_databases_make(pool, &plan, input->live);
	diff_restart(&diff);
	if (input->wanted) {
		diff.own_provider = url_spelling(pool, input->wanted->self->uri);
		diff_server_id(&diff);
		peers_find_myself(&diff);
		diff_peer_ids(&diff);
		diff_databases(&diff);
		diff_module(&diff);
		diff_unsaved(&diff);
		known_keywords_tell(&diff, input->wanted);
	}
	guard_plan(&diff);
	if (input->wanted)
		delta_tell(&diff, input->wanted);
	do
		plan_compose(&diff);
	while (guard_result(&diff));
	if (input->wanted)
		diff_tls_refused(&diff);
	release_tokens_make(pool, &plan);
	*ret = plan;
}

/* True when the plan makes that change, too. */
static bool goes_ahead(const Plan *plan, const Change *change)
{
	const Change *other;
	size_t at = 0;

	while ((other = change_next_at(plan, change->dn, &at)))
		if (!other->is_held && other->kind == change->kind &&
		    strcmp(other->subject, change->subject) == 0)
			return true;
	return false;
}

/* What a release lets pass is what would not be made without it. */
static void released_mark(const Plan *held, Plan *plan)
{
	Change *change;
	size_t at = 0;

	while ((change = change_next_free(plan, NULL, CHANGES_ALL, &at)))
		change->is_released = !goes_ahead(held, change);
}

static bool holds_several(const Plan *held, Guard guard)
{
	const WantedDatabase *first = NULL, *found;

	for (size_t i = 0; i < held->held.n_holds; i++) {
		const Hold *hold = &held->held.holds[i];

		/* A peer that was not asked yet may not be one that it holds. */
		if (hold->guard != guard || !hold->suffix || hold->says_nothing)
			continue;
		found = wanted_find(held->wanted, hold->suffix);
		if (first && found != first)
			return true;
		first = found;
	}
	return false;
}

/* A person who released what was printed for one database has not looked at another one. */
static unsigned ambiguous_find(const Consent *consent, const Plan *held)
{
	unsigned found = 0;

	for (int guard = 0; held->wanted && guard < GUARD_COUNT && !consent->released_suffix;
	     guard++)
		if (consent->released & GUARD_BIT(guard) && guard_is_of_database((Guard)guard) &&
		    holds_several(held, (Guard)guard))
			found |= GUARD_BIT(guard);
	return found;
}

/* Only what is known as well as it was when the token was printed can be compared with it: what the
 * plan without the release has to ask is asked, too. */
static void plan_make_released(Pool *pool, const PlanInput *input, Plan *ret)
{
	const Consent *consent = &input->options.consent;
	PlanInput with = *input, without = *input;
	unsigned ambiguous, stale;
	Plan held, eased;

	without.options.consent.released = 0;
	plan_decide(pool, &without, &held);
	ambiguous = ambiguous_find(consent, &held);
	stale = bound_releases_stale(pool, consent, &held);
	with.options.consent.released &= ~ambiguous & ~stale;
	plan_decide(pool, &with, ret);
	if (consent->tokens) {
		with.options.consent.released = consent->released & ~ambiguous;
		plan_decide(pool, &with, &eased);
		plan_needs_join(pool, &held.unknown, &ret->unknown);
		plan_needs_join(pool, &eased.unknown, &ret->unknown);
	}
	ret->held.unreleased = ambiguous;
	ret->held.stale = stale;
	released_mark(&held, ret);
}

void plan_make(Pool *pool, const PlanInput *input, Plan *ret)
{
	if (input->options.consent.released)
		plan_make_released(pool, input, ret);
	else
		plan_decide(pool, input, ret);
}
