/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OVERLAYS_H
#define SYNCWARD_OVERLAYS_H

#include "common/live/live_config.h"

/* True for an entry of cn=config that is an overlay of that name of the database. */
bool overlay_is_of(const Entry *entry, const LiveDatabase *database, const char *name);

/* True when the database has an overlay of that name. */
bool overlay_is_there(const Live *live, const LiveDatabase *database, const char *name);

#endif
