/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_SENTENCE_H
#define SYNCWARD_DAEMON_SENTENCE_H

#include "agent/found/daemon_found.h"

/* The state of things in one line: the most urgent thing that lasts, or that all is well. before:
 * the previous line, for a pass that found nothing new. Everything lives in the pool. */
const char *daemon_sentence_make(Pool *pool, const Found *found, const ConditionList *lasting,
				 const char *before);

#endif
