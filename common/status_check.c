/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status_view.h"

#define STALE_AFTER_INTERVALS 3
#define STALE_GRACE_SEC       60

bool status_is_stale(const Status *status, int64_t now_sec)
{
	return now_sec - status->written_sec >
	       STALE_AFTER_INTERVALS * (int64_t)status->interval_sec + STALE_GRACE_SEC;
}
