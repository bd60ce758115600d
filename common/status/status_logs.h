/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_LOGS_H
#define SYNCWARD_STATUS_LOGS_H

#include "common/base/buf.h"
#include "common/json/json_write.h"
#include "common/status/status.h"

/* The logs of changes of this node: a member of status.json. Nothing where there are none. */
void logs_put(JsonOut *out, const StatusLogs *logs);

/* What logs_put() wrote; texts are the document's. */
StatusLogs logs_read(Pool *pool, const JsonNode *root);

/* The same as metrics. */
void logs_metrics(Buf *out, const StatusLogs *logs);

#endif
