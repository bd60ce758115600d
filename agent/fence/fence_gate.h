/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_GATE_H
#define SYNCWARD_FENCE_GATE_H

#include <stdbool.h>

#include "agent/disk/slapd_tool.h"

/*
 * Closes a database to clients, or opens it, while slapd is stopped: olcReadOnly by slapmodify -n0
 * (OpenLDAP 2.5 and later), which stops clients' writes (53) and not what peers send. dn: of the
 * entry in cn=config. The files stay their owner's.
 */
int fence_gate_set(const SlapdTool *tool, const char *dn, bool is_closed, Error *err);

/* Has slapd's own tool change slapd.d by any LDIF, likewise. */
int fence_gate_modify(const SlapdTool *tool, const char *ldif, Error *err);

#endif
