/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_ROLLOUT_H
#define SYNCWARD_STATUS_ROLLOUT_H

#include "common/base/buf.h"
#include "common/json/json_write.h"
#include "common/status/status.h"

/* The revision that waits here, and the nodes that it waits for: a member of status.json, absent
 * when no revision waits. */
void rollout_put(JsonOut *out, const StatusRollout *rollout);

/* What rollout_put() wrote; texts are the document's. */
StatusRollout rollout_read(Pool *pool, const JsonNode *root);

/* The same as metrics. */
void rollout_metrics(Buf *out, const StatusRollout *rollout);

#endif
