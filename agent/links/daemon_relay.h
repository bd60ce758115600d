/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_RELAY_H
#define SYNCWARD_DAEMON_RELAY_H

#include "agent/links/daemon_links.h"

/* Relays that may lose changes because their links broke, until compare shows that nothing is lost,
 * or a person's resume. */
Follow daemon_relay_look(const Found *found, const DaemonLinks *links);

#endif
