/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_GATE_H
#define SYNCWARD_FENCE_GATE_H

#include <stdbool.h>

#include "agent/slapd/slapd_tool.h"

/* Changes cn=config while slapd is stopped, by slapmodify -n0. */
int fence_modify(const SlapdTool *tool, const char *ldif, Error *err);

/*
 * Closes a database to clients, or opens it, while slapd is stopped: olcReadOnly by slapmodify -n0
 * (OpenLDAP 2.5 and later), which stops clients' writes (53) and not what peers send. dn: of the
 * entry in cn=config. The files stay their owner's.
 */
int fence_gate_set(const SlapdTool *tool, const char *dn, bool is_closed, Error *err);

#endif
