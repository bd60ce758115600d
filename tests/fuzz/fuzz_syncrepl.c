/* SPDX-License-Identifier: Apache-2.0 */
/* No olcSyncrepl value crashes the parser, and what it prints it reads back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/syncrepl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const Syncrepl *one, const Syncrepl *other)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++) {
		const char *first = one->value[i], *second = other->value[i];

		if (!first != !second || (first && strcmp(first, second) != 0))
			abort();
		(void)syncrepl_number(one, (SyncreplKeyword)i);
		if (first)
			(void)syncrepl_check((SyncreplKeyword)i, first, NULL);
	}
	if (!syncrepl_equal(one, other) || syncrepl_rid(one) < 0 || syncrepl_rid(one) > 999)
		abort();
}

/* Two values in one input, with a NUL between: comparing must be even-handed and know itself. */
static void check_compare(Pool *pool, const Syncrepl *one, const char *text)
{
	Syncrepl other;

	if (syncrepl_parse(pool, text, &other, NULL) == 0 &&
	    syncrepl_equal(one, &other) != syncrepl_equal(&other, one))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(Pool) *pool = pool_new();
	const char *text = pool_copy(pool, (const char *)data, size);
	const char *printed;
	Syncrepl syncrepl, again;

	if (syncrepl_parse(pool, text, &syncrepl, NULL) < 0 ||
	    syncrepl_print(pool, &syncrepl, &printed, NULL) < 0)
		return 0;
	if (syncrepl_parse(pool, printed, &again, NULL) < 0)
		abort();
	check_same(&syncrepl, &again);
	if (strlen(text) < size)
		check_compare(pool, &syncrepl, text + strlen(text) + 1);
	return 0;
}
