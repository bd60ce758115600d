/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_REPORT_H
#define SYNCWARD_COMPARE_REPORT_H

#include "common/copy/comparison.h"

/* What compare found, for people; names of entries that differ are in it. */
const char *compare_report_text(Pool *pool, const ComparedDatabase *databases, size_t n_databases);

/* The same for programs; the format is described in syncward(8). */
const char *compare_report_json(Pool *pool, const ComparedDatabase *databases, size_t n_databases);

#endif
