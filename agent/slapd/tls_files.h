/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TLS_FILES_H
#define SYNCWARD_TLS_FILES_H

#include "common/live/live_config.h"
#include "common/plan/plan.h"

/*
 * Adds a warning "tls-file" for each file that a wanted link names by tls_cert, tls_key, tls_cacert
 * or tls_cacertdir and that the running slapd cannot read: slapd takes such a value without a look
 * and its consumer fails later. A child process with slapd's user and groups tries; where these are
 * not known or cannot be taken nothing is said.
 */
void tls_files_judge(Pool *pool, const Live *live, const Wanted *wanted, Plan *plan);

#endif
