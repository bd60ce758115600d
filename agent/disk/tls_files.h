/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TLS_FILES_H
#define SYNCWARD_TLS_FILES_H

#include "common/live/live_config.h"
#include "common/wanted/wanted.h"

/*
 * Notes which of the files that wanted links name by tls_cert, tls_key, tls_cacert or tls_cacertdir
 * the running slapd cannot read: slapd accepts such a value unchecked, and its consumer fails
 * later. A child process with slapd's user and groups tries; where these are not known or cannot be
 * taken nothing is noted. wanted may be NULL.
 */
void tls_files_read(Pool *pool, const Live *live, const Wanted *wanted, MachineTls *ret);

#endif
