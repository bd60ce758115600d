/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes: common/desired.c common/desired_check.c common/desired_databases.c */
/* Fuzzes: common/desired_parse.c common/desired_peers.c common/desired_print.c */
/* Fuzzes: common/desired_syncrepl.c common/reader.c common/suggest.c */
#include <stdint.h>
#include <stdlib.h>

#include "tests/lib/desired_same.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What desired_print() shows means the same; a masked password alone must not load. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = NULL, *again = NULL;
	const char *text;
	Error err = {0};
	int result;

	if (desired_parse(pool, "fuzz", (const char *)bytes, len, &desired, &err) < 0) {
		if (desired || err.class != ERROR_INPUT)
			abort();
		return 0;
	}
	text = desired_print(pool, desired);
	if (strlen(text) > JSON_MAX_BYTES || desired->n_peers > 16)
		return 0;
	result = desired_parse(pool, "again", text, strlen(text), &again, &err);
	if (desired->has_literal_secret ? result == 0 : result < 0 || !desired_same(desired, again))
		abort();
	return 0;
}
