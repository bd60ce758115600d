/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RELAY_LOOKED_H
#define SYNCWARD_RELAY_LOOKED_H

#include "common/entries/compare_record.h"

/*
 * What a relay may have lost while its links broke: contextCSN is equal afterwards, so only entries
 * show it. True when compare found no difference to any of these peers after since_sec, in what
 * they show, and knows of none to another; false also where that is not known.
 */
bool relay_is_looked_into(const CompareRecords *compared, const char *suffix,
			  const unsigned *peer_ids, size_t n_peers, int64_t since_sec);

#endif
