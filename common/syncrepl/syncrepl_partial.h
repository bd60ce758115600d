/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_PARTIAL_H
#define SYNCWARD_SYNCREPL_PARTIAL_H

#include "common/base/pool.h"
#include "common/syncrepl/syncrepl.h"

/* The keywords by which the value leaves entries or attributes out, as "filter, scope"; NULL: it
 * reads everything. */
const char *syncrepl_partial(Pool *pool, const Syncrepl *syncrepl);

/* True when it certainly leaves something out: a "sizelimit" does so only when there are more
 * entries, and then no refresh completes. */
bool syncrepl_loses(const Syncrepl *syncrepl);

/* True for a keyword by which a value may leave something out. */
bool syncrepl_may_narrow(SyncreplKeyword keyword);

/* True when both leave out the same. */
bool syncrepl_partial_same(const Syncrepl *one, const Syncrepl *other);

#endif
