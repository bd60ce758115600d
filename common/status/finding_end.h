/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FINDING_END_H
#define SYNCWARD_FINDING_END_H

#include <stdbool.h>

/* Whether the daemon is woken by whatever ends a finding with that code: a change of cn=config, of
 * peers.json or agent.json, or a person's command. The end of any other finding shows only when
 * slapd is looked at again. */
bool finding_end_is_heard(const char *code);

#endif
