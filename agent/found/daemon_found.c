/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/found/daemon_found.h"

uint64_t found_now_usec(const Found *found)
{
	return found->begin.clock->monotonic_usec(found->begin.clock->userdata);
}

int64_t found_realtime_sec(const Found *found)
{
	return found->begin.clock->realtime_sec(found->begin.clock->userdata);
}

bool found_is_caused_by(const Found *found, Trigger trigger)
{
	return found->begin.triggers & TRIGGER_BIT(trigger);
}

void found_state_problem(Found *found, const Error *err)
{
	if (!found->troubles.state)
		found->troubles.state = pool_strdup(found->pool, err->text);
}
