/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_COMPARE_H
#define SYNCWARD_STATE_COMPARE_H

#include "common/base/error.h"
#include "common/entries/compare_record.h"

/* compare.json of the state folder: what `compare --record` found. No folder, no file, and one that
 * is damaged or newer (which stays where it is) are no records; only owner or mode of folder and
 * file can make it fail. */
int state_read_compared(Pool *pool, const char *state_dir, CompareRecords *ret, Error *err);

/* Written durable before it returns; the folder is created when missing. */
int state_write_compared(const char *state_dir, const CompareRecords *records, Error *err);

#endif
