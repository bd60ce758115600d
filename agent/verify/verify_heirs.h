/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_VERIFY_HEIRS_H
#define SYNCWARD_VERIFY_HEIRS_H

#include "agent/verify/verify.h"

/*
 * What the consumers of a provider show of the database, all asked at once within the time that
 * verify_run() was given: one may have changes of this node that no provider has, and a test entry
 * would take their place. None where this node is no provider. Everything lives in verify's pool.
 */
const Content *verify_heirs(Verify *verify, const VerifiedDatabase *database, unsigned timeout_sec,
			    size_t *ret_n);

#endif
