/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_COVERAGE_H
#define SYNCWARD_COPY_COVERAGE_H

#include "common/base/pool.h"
#include "common/base/tree.h"
#include "common/copy/copy.h"

/* Whether some entry of one server ID is newer than contextCSN. slapd has no filter that names a
 * server ID: entries of all of them are asked for, and many are there only where contextCSN is of
 * former times. */
#define COVERAGE_NEWER_MAX 1000

/* Ends in NULL. */
extern const char *const coverage_attributes[];

/* The filter for entries newer than that CSN; in the pool. */
const char *coverage_filter(Pool *pool, const char *csn);

/* The newest entryCSN of that server ID in the tree, where any is newer than csn; else NULL. Lives
 * as long as the tree. */
const char *coverage_newest(const Tree *tree, unsigned sid, const char *csn);

/* Where one was newer: contextCSN was read again behind it, for an overlay keeps that in memory. */
CopyCoverage coverage_again(const Content *again, unsigned sid, const char *newest);

/* As a search ended that failed, by its LDAP result. */
CopyCoverage coverage_unread(int code);

#endif
