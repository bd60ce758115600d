/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_TLS_H
#define SYNCWARD_PROBE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/probe/probe.h"
#include "common/syncrepl/syncrepl.h"

/*
 * Finds out why a TLS handshake failed, which libldap does not say: makes one of its own over the
 * connection (of which it does no more than that; with starttls, asks for TLS first) and adds the
 * fault to the probe: authority, dates, name, no TLS at all, or what OpenSSL says. False when it
 * finds nothing wrong. Each wait is bounded by the timeout; the descriptor stays the caller's.
 */
bool probe_tls_explain(Pool *pool, const Syncrepl *syncrepl, const char *host, int fd,
		       unsigned timeout_msec, Probe *probe);

/* True when the server speaks TLS from the first byte on: what it closes is a connection without.
 */
bool probe_tls_is_spoken(const char *host, int fd, unsigned timeout_msec);

/* The end of a certificate's validity, given in DER, in seconds since 1970; 0 when it is none. */
int64_t probe_tls_certificate_end(const char *der, size_t len);

#endif
