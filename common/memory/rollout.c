/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/rollout.h"

#include "common/base/buf.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"

#define CANARIES_TOLD 3 /* more are counted */

/* An older file, or another one under the same number, is G7's; without one in force this node is
 * new, and nothing is at stake. */
static bool is_new_revision(const RolloutFile *file, const KnownRevision *latest)
{
	return latest->has_revision && file->desired->has_revision &&
	       file->desired->revision > latest->revision &&
	       !text_equal(file->sha256, latest->sha256) &&
	       !text_equal(file->sha256, latest->rollout.passed);
}

RolloutVerdict rollout_verdict(const RolloutFile *file, const KnownRevision *latest)
{
	const DesiredRollout *rollout = &file->desired->policy.rollout;

	if (!is_new_revision(file, latest))
		return ROLLOUT_RUNS;
	if (rollout->n_first == 0)
		return latest->is_staged && !rollout->is_off ? ROLLOUT_UNSTAGED : ROLLOUT_RUNS;
	return rollout_has_first(rollout, file->self) ? ROLLOUT_RUNS : ROLLOUT_WAITS;
}

size_t rollout_canaries(const RolloutFile *file, unsigned *ret)
{
	const DesiredRollout *rollout = &file->desired->policy.rollout;
	size_t n = 0;

	for (size_t i = 0; i < rollout->n_first; i++)
		if (rollout->first[i] != file->self &&
		    desired_peer(file->desired, rollout->first[i]))
			ret[n++] = rollout->first[i];
	return n;
}

/* --- for people --- */

static const KnownCanary *canary_of(const RolloutFile *file, const KnownRollout *known, unsigned id)
{
	for (size_t i = 0; text_equal(known->sha256, file->sha256) && i < known->n_canaries; i++)
		if (known->canaries[i].id == id)
			return &known->canaries[i];
	return NULL;
}

static const char *canary_text(Pool *pool, const KnownCanary *canary, int64_t soak_sec)
{
	const int64_t left_sec = canary ? soak_sec - canary->soaked_sec : 0;

	if (!canary || (canary->state == CANARY_NOT_KNOWN && !*canary->says))
		return "nothing is known of it yet";
	if (canary->state != CANARY_WELL)
		return canary->says;
	if (left_sec <= 0)
		return "it does well";
	return pool_printf(pool, "it does well, for %s more", duration_print(pool, left_sec));
}

/* What it writes reaches no node before one reads it, and it takes no writes before all read it
 * that shall. */
static const char *new_text(const KnownCanary *canary, const Desired *in_force, unsigned id)
{
	if (!in_force || desired_peer(in_force, id) ||
	    (canary && canary->state != CANARY_NOT_KNOWN))
		return "";
	return " (it is new: nodes that are to read it need the revision first)";
}

static const char *canaries_text(Pool *pool, const RolloutFile *file, const KnownRollout *known,
				 const Desired *in_force)
{
	const DesiredRollout *rollout = &file->desired->policy.rollout;
	unsigned *ids = pool_alloc(pool, rollout->n_first * sizeof(*ids));
	const size_t n = rollout_canaries(file, ids);
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < n && i < CANARIES_TOLD; i++) {
		const KnownCanary *canary = canary_of(file, known, ids[i]);

		buf_printf(&text, "%snode %u: %s%s", i > 0 ? "; " : "", ids[i],
			   canary_text(pool, canary, rollout->soak_sec),
			   new_text(canary, in_force, ids[i]));
	}
	if (n > CANARIES_TOLD)
		buf_printf(&text, "; and %zu more", n - CANARIES_TOLD);
	return buf_text(&text);
}

static bool has_same_first(const DesiredRollout *one, const DesiredRollout *other)
{
	if (one->n_first != other->n_first)
		return false;
	for (size_t i = 0; i < one->n_first; i++)
		if (!rollout_has_first(other, one->first[i]))
			return false;
	return true;
}

/* Its own list counts; readers are to know that it is a different one. */
static const char *other_first_text(const DesiredPolicy *policy, const Desired *in_force)
{
	if (!in_force || in_force->policy.rollout.n_first == 0 ||
	    has_same_first(&policy->rollout, &in_force->policy.rollout))
		return "";
	return " with another \"first\" than before,";
}

static const char *since_text(Pool *pool, const RolloutFile *file, const KnownRollout *known)
{
	char time[TIMESTAMP_SIZE];

	if (!text_equal(known->sha256, file->sha256) || !timestamp_print(known->since_sec, time))
		return "";
	return pool_printf(pool, " since %s", time);
}

static const char *meanwhile_text(Pool *pool, const KnownRevision *latest, const Desired *in_force)
{
	if (in_force)
		return pool_printf(pool, "Revision %lu stays in force", latest->revision);
	return pool_printf(pool,
			   "Revision %lu was not kept here, so that nothing is corrected meanwhile",
			   latest->revision);
}

const char *rollout_text(Pool *pool, const RolloutFile *file, const KnownRevision *latest,
			 const Desired *in_force)
{
	const Desired *desired = file->desired;
	const char *meanwhile = meanwhile_text(pool, latest, in_force);

	if (desired->policy.rollout.n_first == 0)
		return pool_printf(
			pool,
			"%s, revision %lu, has no \"rollout\", and the revision in "
			"force has one. %s; for all nodes at once write in \"policy\" %s; "
			"here alone",
			desired->name, desired->revision, meanwhile,
			remedy_text(REMEDY_ROLLOUT_OFF));
	return pool_printf(pool,
			   "%s, revision %lu,%s waits%s until it did well for %s where it is tried "
			   "(%s). %s; to have it here now",
			   desired->name, desired->revision,
			   other_first_text(&desired->policy, in_force),
			   since_text(pool, file, &latest->rollout),
			   duration_print(pool, desired->policy.rollout.soak_sec),
			   canaries_text(pool, file, &latest->rollout, in_force), meanwhile);
}

const char *rollout_removal_text(Pool *pool, const RolloutFile *file, const KnownRevision *latest)
{
	if (file->desired->policy.rollout.n_first == 0 || !latest->has_revision ||
	    text_equal(latest->rollout.everywhere, file->sha256))
		return NULL;
	return pool_printf(
		pool,
		"peers that %s does not list stay until all nodes that are heard show its "
		"revision, %lu; to have them gone now",
		file->desired->name, file->desired->revision);
}
