/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HOST_ADDRESS_H
#define SYNCWARD_HOST_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/*
 * Whether the text is an IPv4 or IPv6 address of this machine and of no other: loopback is not.
 * Asks the kernel which address it would send from, which is the address itself only for one of
 * its own (bind() would also take others, with net.ipv4.ip_nonlocal_bind); nothing is sent.
 */
bool host_has_address(const char *text);

/* The v4 addresses of this machine's interfaces, in the pool. Of v6 no list is to be had without
 * netlink(7) or /proc/net, which the daemon does not have: host_has_address() tells. */
void host_addresses(Pool *pool, const char ***ret, size_t *ret_n);

#endif
