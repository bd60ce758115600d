/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_rollout.h"

#include <stdio.h>

#include "common/status/metric.h"
#include "common/status/status_get.h"

void rollout_put(JsonOut *out, const StatusRollout *rollout)
{
	char since[TIMESTAMP_SIZE];

	if (!rollout->waits)
		return;
	json_out_open(out, "rollout", '{');
	json_out_number(out, "revision", (int64_t)rollout->revision);
	json_out_text(out, "since", timestamp_print(rollout->since_sec, since));
	json_out_number(out, "soak_seconds", rollout->soak_sec);
	json_out_open(out, "canaries", '[');
	for (size_t i = 0; i < rollout->n_canaries; i++) {
		const KnownCanary *canary = &rollout->canaries[i];

		json_out_open(out, NULL, '{');
		json_out_number(out, "id", canary->id);
		json_out_text(out, "state", canary_state_name(canary->state));
		json_out_number(out, "soaked_seconds", canary->soaked_sec);
		json_out_text(out, "says", canary->says);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
	json_out_close(out, '{');
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

StatusRollout rollout_read(Pool *pool, const JsonNode *root)
{
	const JsonNode *object = get_object(root, "rollout"), *item;
	StatusRollout rollout = {
		.waits = json_member(root, "rollout") != NULL,
		.revision = get_number(object, "revision"),
		.since_sec = get_time(object, "since"),
		.soak_sec = (int64_t)get_number(object, "soak_seconds"),
	};

	for (size_t i = 0; (item = get_item(object, "canaries", i)); i++)
		POOL_PUSH(pool, rollout.canaries, rollout.n_canaries,
			  {.id = (unsigned)get_number(item, "id"),
			   .state = canary_state_find(get_text(item, "state")),
			   .soaked_sec = (int64_t)get_number(item, "soaked_seconds"),
			   .says = text_or_empty(get_text(item, "says"))});
	return rollout;
}

void rollout_metrics(Buf *out, const StatusRollout *rollout)
{
	char id[16];

	metric_gauge(out, "rollout_waits",
		     "Whether a new revision of peers.json waits here until it has worked well on "
		     "other nodes.",
		     rollout->waits);
	if (!rollout->waits)
		return;
	metric_gauge(out, "rollout_revision", "The revision that waits here.",
		     (long long)rollout->revision);
	metric_gauge(out, "rollout_since_timestamp_seconds", "Since when the revision waits.",
		     (long long)rollout->since_sec);
	metric_begin(out, "rollout_soak_left_seconds", "gauge",
		     "For how long a node that tries the revision must still do well.");
	for (size_t i = 0; i < rollout->n_canaries; i++) {
		const KnownCanary *canary = &rollout->canaries[i];
		const int64_t left_sec = rollout->soak_sec - canary->soaked_sec;

		(void)snprintf(id, sizeof(id), "%u", canary->id);
		metric_number(out, "rollout_soak_left_seconds",
			      (const char *const[][2]){{"node", id},
						       {"state", canary_state_name(canary->state)},
						       {0}},
			      (long long)(left_sec > 0 ? left_sec : 0));
	}
}
