/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONSENT_H
#define SYNCWARD_CONSENT_H

#include <stdbool.h>
#include <stddef.h>

/* What a person answers for, in one run. */
typedef struct Consent {
	unsigned released;           /* GUARD_BITs that may pass once */
	const char *released_suffix; /* of this database; NULL: of the one that they hold */
	const char *const *tokens; /* by Guard: of what was printed; NULL, and NULL in it: whatever
				      it holds now */
	bool is_first_node;
	const unsigned *empty_ids; /* of peers of which a person says that they hold nothing */
	size_t n_empty_ids;
} Consent;

#endif
