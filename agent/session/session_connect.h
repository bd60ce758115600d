/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_CONNECT_H
#define SYNCWARD_SESSION_CONNECT_H

#include <netdb.h>

#include "common/base/pool.h"
#include "common/probe/probe.h"
#include "common/slapd/url.h"

/*
 * The addresses of a URL's host, for freeaddrinfo(3); NULL with a fault in the probe. Blocks as
 * long as the resolver does.
 */
struct addrinfo *link_resolve(Pool *pool, const Url *url, Probe *probe);

/*
 * A TCP connection to the first address that takes one, each within the time given, as libldap does
 * it; -1 with a fault in the probe that names the last address.
 */
int link_connect(Pool *pool, const struct addrinfo *addresses, unsigned timeout_msec, Probe *probe);

#endif
