/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WANTED_RHYTHM_H
#define SYNCWARD_WANTED_RHYTHM_H

#include "common/wanted/wanted.h"

/* True when a link of the database may read a log that "delta" makes. */
bool wanted_may_read_logs(const WantedDatabase *database);

/* How often this node looks whether its links are up: at that interval, but where it may shut a
 * relay, or may read logs of changes, twice as often as they try again. */
unsigned wanted_look_sec(const Wanted *wanted, unsigned interval_sec);

/* How often the peers are asked: at that interval, but a node whose links may read logs of changes
 * asks as often as they try again, from LOG_ASK_MIN_SEC to LOG_ASK_SEC: a log that its node shut
 * gives nothing, and slapd does not show that; others wait no longer than LOG_ASK_SEC for it to
 * leave theirs. A relay whose slapd does not tell which links are up (2.4) asks every
 * RELAY_ASK_SEC, because it may lose changes when they break. */
#define LOG_ASK_MIN_SEC 5
#define LOG_ASK_SEC     300
#define RELAY_ASK_SEC   60
unsigned wanted_ask_sec(const Wanted *wanted, bool are_links_told, unsigned interval_sec);

#endif
