/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_gate.h"

#include "agent/system/wait.h"

#define PATIENCE_MSEC 20000

int fence_gate_modify(const SlapdTool *tool, const char *ldif, Error *err)
{
	static const char *const arguments[] = {"-n0", NULL};
	SlapdTool alone = *tool;

	/* However long reading took: this decides. */
	alone.deadline_msec = monotonic_msec() + PATIENCE_MSEC;
	return slapd_tool_run(&alone, "modify", arguments, ldif, NULL, NULL, err);
}

int fence_gate_set(const SlapdTool *tool, const char *dn, bool is_closed, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	/* 2.4 goes on refusing writes where the attribute is deleted, so FALSE is written. */
	const char *ldif = pool_printf(pool,
				       "dn: %s\nchangetype: modify\nreplace: olcReadOnly\n"
				       "olcReadOnly: %s\n",
				       dn, is_closed ? "TRUE" : "FALSE");

	return fence_gate_modify(tool, ldif, err);
}
