/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OLD_TLS_H
#define SYNCWARD_OLD_TLS_H

#include "common/plan/plan.h"

/*
 * slapd reads certificate, key and CA files when one of its consumers first connects, and never
 * again for that consumer: files that are written later are not seen before olcSyncrepl is written
 * again, with whatever text, or slapd restarts (seen on 2.4.57, 2.5.13 and 2.6.10; also where the
 * consumer takes the files from olcTLS attributes, and these are written again). When a consumer
 * was made slapd does not tell; at the latest when its entry was last written or when it last
 * connected, whichever came first, or when slapd started after that. Only what is certain is
 * reported: a file that was written OLD_TLS_SLACK_SEC after that moment. What was certain once
 * stays so after later writes of the entry that were about something else (Known.ages).
 *
 * Not known: what was written while slapd started, and a file that was put in place with an older
 * time; nor, where nobody looked between, consumers that connected again and whose entry was
 * written, both after their files. What a directory of CA certificates holds is read by OpenSSL
 * when it is needed, and not looked at.
 */
#define OLD_TLS_SLACK_SEC 5 /* a new consumer starts when slapd's main loop next wakes */
#define OLD_TLS_CODE      "old-tls-files"

/* True when the consumer of that peer surely holds older files. */
bool old_tls_has(const Plan *plan, const WantedConsumer *consumer);

/* What is reported about those of one database; NULL: nothing. */
const char *old_tls_describe(Pool *pool, const Plan *plan, const WantedDatabase *database);

#endif
