/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_alone.h"

#include "agent/files/lock.h"

int daemon_alone_check(int *lock, const char *run_dir, bool *ret_has_successor, Error *err)
{
	int taken;

	/* Also when it could not be taken at the start: its folder may have been repaired by
	 * now. */
	if (lock_is_held(*lock, run_dir, LOCK_OF_DAEMON))
		return 0;
	taken = lock_take_named(run_dir, LOCK_OF_DAEMON, 0, err);
	*ret_has_successor = taken < 0 && err->class == ERROR_BUSY;
	/* Whoever cannot be the only one may have another beside it, which the lock of writers lets
	 * write in turn. */
	if (taken < 0)
		return -1;
	lock_release(*lock);
	*lock = taken;
	return 0;
}
