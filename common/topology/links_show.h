/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_SHOW_H
#define SYNCWARD_LINKS_SHOW_H

#include "common/topology/links.h"

/* Who reads whom of every database, for `syncward topology`; texts live in pool. */

/* For people: a line a node. */
const char *links_show_text(Pool *pool, const Desired *desired, bool has_colour);

/* One graph a database for dot(1); an arrow goes the way of the data. */
const char *links_show_dot(Pool *pool, const Desired *desired);

/* A document of format schema_version 1. */
const char *links_show_json(Pool *pool, const Desired *desired);

#endif
