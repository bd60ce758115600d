/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_VERIFY_REPORT_H
#define SYNCWARD_VERIFY_REPORT_H

#include "agent/verify/verify.h"
#include "agent/verify/verify_write.h"

/* What verify found: one test for each database, or none at all without --write. */
typedef struct VerifyReport {
	const Verify *verify;
	const WriteTest *tests; /* NULL: without --write */
} VerifyReport;

/* True when everything is as it should be. */
bool verify_report_is_good(const VerifyReport *report);

const char *verify_report_text(Pool *pool, const VerifyReport *report, bool has_colour);

/* "schema_version": 1. */
const char *verify_report_json(Pool *pool, const VerifyReport *report);

#endif
