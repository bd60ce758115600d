/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_SHOW_H
#define SYNCWARD_LINKS_SHOW_H

#include "common/topology/links.h"

/* Which node reads which, in every database, for `syncward topology`; texts live in pool. */

/* For people: one line for each node. */
const char *links_show_text(Pool *pool, const Desired *desired, bool has_colour);

/* One graph for each database, for dot(1); arrows point the way the data goes. */
const char *links_show_dot(Pool *pool, const Desired *desired);

/* A document of format schema_version 1. */
const char *links_show_json(Pool *pool, const Desired *desired);

#endif
