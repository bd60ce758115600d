/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_SILENT_H
#define SYNCWARD_SLAPD_SILENT_H

#include <stdbool.h>

/* True when the slapd behind that ldapi URL takes a connection and does not answer a bind in time.
 * False if no server listens or we are refused, which is reported elsewhere. */
bool slapd_is_silent(const char *uri, unsigned patience_msec);

#endif
