/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PEER_SID_H
#define SYNCWARD_PEER_SID_H

#include "common/error.h"
#include "common/pool.h"
#include "common/syncrepl.h"

/*
 * Asks the provider of a link for its server ID, over the link's own bind: the cookie with which
 * syncprov ends a synchronisation (RFC 4533) holds "sid=". Reads the one entry at the suffix, and
 * waits at most 15 s for each answer. ERROR_UNREACHABLE or ERROR_DENIED say why there is none.
 */
int peer_sid_ask(Pool *pool, const Syncrepl *syncrepl, const char *suffix, unsigned *ret,
		 Error *err);

#endif
