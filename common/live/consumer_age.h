/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONSUMER_AGE_H
#define SYNCWARD_CONSUMER_AGE_H

#include <stdint.h>

/* When the consumer of a link was made, at the latest, as an earlier look found out. */
typedef struct ConsumerAge {
	const char *suffix;
	unsigned peer_id;
	int64_t made_sec;
	int64_t entry_sec;   /* of its database was last written, at that look */
	int64_t started_sec; /* slapd */
} ConsumerAge;

#endif
