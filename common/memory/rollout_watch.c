/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/rollout_watch.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"

#define USEC 1000000ULL

static const FleetNode *node_of(const Fleet *fleet, unsigned id)
{
	for (size_t i = 0; fleet && i < fleet->n_nodes; i++)
		if (fleet->nodes[i].id == id)
			return &fleet->nodes[i];
	return NULL;
}

/* --- what its newest heartbeat says --- */

static CanaryState state_of_words(Pool *pool, const Heartbeat *beat, const char **ret_says)
{
	if (!beat->rollout) {
		*ret_says = "its heartbeat says nothing of a roll-out";
		return CANARY_ILL;
	}
	if (strcmp(beat->rollout, HEARTBEAT_WELL) == 0)
		return CANARY_WELL;
	if (strcmp(beat->rollout, "changing") == 0) {
		*ret_says = "it puts the revision in force";
		return CANARY_OTHER;
	}
	*ret_says = pool_printf(pool, "it is %s%s%s%s", beat->rollout, *beat->held ? " (" : "",
				beat->held, *beat->held ? ")" : "");
	return CANARY_ILL;
}

static CanaryState state_of_file(Pool *pool, const CanaryLook *look, const Heartbeat *beat,
				 const char **ret_says)
{
	if (text_equal(beat->sha256, look->file->sha256))
		return state_of_words(pool, beat, ret_says);
	if (!beat->has_revision)
		*ret_says = "it shows a peers.json without a revision";
	else if (beat->revision == look->file->desired->revision)
		*ret_says = "it shows another peers.json with this revision";
	else
		*ret_says = pool_printf(pool, "it shows revision %lu", beat->revision);
	return CANARY_OTHER;
}

static const char *silent_text(Pool *pool, const Heartbeat *beat)
{
	char time[TIMESTAMP_SIZE] = "";

	(void)timestamp_print(beat->time_sec, time);
	return pool_printf(pool, "it is silent: its last heartbeat that came here is of %s", time);
}

static uint64_t patience_usec(const CanaryLook *look)
{
	return (uint64_t)FLEET_SILENT_INTERVALS * look->fleet->interval_sec * USEC;
}

/* Both clocks count: an old entry that is new here is as silent as one that does not change. */
static CanaryState state_of(Pool *pool, const CanaryLook *look, const FleetNode *node,
			    const CanaryWatch *watch, const char **ret_says)
{
	if (fleet_node_state(look->fleet, node, look->now_sec) != FLEET_HEARD ||
	    look->now_usec - watch->heard_usec > patience_usec(look)) {
		*ret_says = silent_text(pool, &node->beat);
		return CANARY_SILENT;
	}
	return state_of_file(pool, look, &node->beat, ret_says);
}

/* --- for how long --- */

/* The time between two heartbeats that both say well. */
static int64_t stretch_sec(const CanaryLook *look, const CanaryWatch *watch, const Heartbeat *beat)
{
	const int64_t here_sec = (int64_t)((look->now_usec - watch->heard_usec) / USEC);
	const int64_t there_sec = beat->time_sec - watch->time_sec;

	if (there_sec < 0)
		return 0;
	return here_sec < there_sec ? here_sec : there_sec;
}

/* It came while we watched: what was there before may be of any time. */
static bool is_newer(const CanaryWatch *watch, const Heartbeat *beat)
{
	return *watch->csn ? strcmp(beat->csn, watch->csn) > 0 : watch->was_absent;
}

static void beat_note(const Heartbeat *beat, CanaryWatch *watch)
{
	(void)snprintf(watch->csn, sizeof(watch->csn), "%s", beat->csn);
	watch->time_sec = beat->time_sec;
}

static void heard_take(const CanaryLook *look, const Heartbeat *beat, bool is_well,
		       CanaryWatch *watch, KnownCanary *canary)
{
	const bool is_break = look->now_usec - watch->heard_usec > patience_usec(look);

	if (is_break)
		canary->soaked_sec = 0;
	else if (is_well && watch->was_well)
		canary->soaked_sec += stretch_sec(look, watch, beat);
	watch->was_well = is_well;
	watch->heard_usec = look->now_usec;
	beat_note(beat, watch);
}

static void nothing_take(const char *says, CanaryWatch *watch, KnownCanary *canary)
{
	watch->was_well = false;
	canary->soaked_sec = 0;
	canary->says = says;
}

void canary_watch(Pool *pool, const CanaryLook *look, CanaryWatch *watch, KnownCanary *canary)
{
	const FleetNode *node = look->not_known ? NULL : node_of(look->fleet, canary->id);
	const Heartbeat *beat = node && node->has_beat ? &node->beat : NULL;
	const bool is_new = beat && is_newer(watch, beat);
	const char *says = "";

	if (watch->heard_usec == 0)
		watch->heard_usec = look->now_usec;
	/* What cannot be read now is not known, and no reason to begin again. */
	if (look->not_known) {
		watch->was_well = false;
		canary->state = CANARY_NOT_KNOWN;
		canary->says = look->not_known;
		return;
	}
	if (!beat) {
		watch->was_absent = !node || !node->ignored;
		canary->state = node && node->ignored ? CANARY_ILL : CANARY_NOT_KNOWN;
		nothing_take(node && node->ignored
				     ? pool_printf(pool, "its heartbeat does not count: %s",
						   node->ignored)
				     : "no heartbeat of it is here",
			     watch, canary);
		return;
	}
	/* Before it is judged: one that just came is not silent by the clock here. */
	if (!*watch->csn)
		beat_note(beat, watch);
	canary->state =
		state_of(pool, look, node,
			 is_new ? &(CanaryWatch){.heard_usec = look->now_usec} : watch, &says);
	if (is_new)
		heard_take(look, beat, canary->state == CANARY_WELL, watch, canary);
	if (canary->state != CANARY_WELL)
		nothing_take(says, watch, canary);
	else
		canary->says = "";
}

bool rollout_has_soaked(const RolloutFile *file, const KnownRollout *known)
{
	const DesiredRollout *rollout = &file->desired->policy.rollout;
	AUTO(Pool) *scratch = pool_new();
	unsigned *ids = pool_alloc(scratch, (rollout->n_first + 1) * sizeof(*ids));
	const size_t n = rollout_canaries(file, ids);

	if (!text_equal(known->sha256, file->sha256) || known->n_canaries != n || n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (known->canaries[i].id != ids[i] || known->canaries[i].state != CANARY_WELL ||
		    known->canaries[i].soaked_sec < rollout->soak_sec)
			return false;
	return true;
}

bool rollout_is_everywhere(const Fleet *fleet, const char *sha256, int64_t now_sec)
{
	bool is_heard = false;

	if (fleet->problem || fleet->read_sec < 0)
		return false;
	for (size_t i = 0; i < fleet->n_nodes; i++) {
		const FleetNode *node = &fleet->nodes[i];

		if (node->ignored)
			return false;
		if (fleet_node_state(fleet, node, now_sec) != FLEET_HEARD)
			continue;
		if (!text_equal(node->beat.sha256, sha256))
			return false;
		is_heard = true;
	}
	return is_heard;
}
