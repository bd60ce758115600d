/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_H
#define SYNCWARD_JOINING_H

#include "common/draft/diff.h"

/*
 * May this database get the syncprov overlay and become writable now? NULL: yes. Otherwise the
 * reason to wait: it is empty or refreshing (joining), or not the one that the cluster knows (G10).
 * Notes what must be read first.
 */
const Hold *joining_judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

#endif
