/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/slapd/dbindex.h"
#include "tests/unit/attribute.h"

typedef struct Case {
	const char *values[4];
	DbIndex found;
} Case;

static void equality_is_found_in_every_spelling_of_the_list(void **state)
{
	static const Case cases[] = {
		{{"entryCSN eq"}, DBINDEX_EQUALITY},
		{{"entrycsn  EQ"}, DBINDEX_EQUALITY},
		{{"objectClass eq", "cn,entryCSN,entryUUID pres,eq"}, DBINDEX_EQUALITY},
		{{"default eq", "entryCSN"}, DBINDEX_EQUALITY},
		{{"{0}entryCSN eq"}, DBINDEX_EQUALITY},
		{{NULL}, DBINDEX_NONE},
		{{"entryCSN pres"}, DBINDEX_OTHER},
		{{"entryCSN"}, DBINDEX_OTHER},
		{{"entryCSN", "default eq"}, DBINDEX_OTHER},
		{{"default eq"}, DBINDEX_NONE},
		{{"default pres", "entryCSN"}, DBINDEX_OTHER},
		{{"default eq", "entryCSN pres"}, DBINDEX_OTHER},
		{{"entryCSNx,xentryCSN eq"}, DBINDEX_NONE},
		{{"entryCSN sub,equality"}, DBINDEX_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		const Attribute *live = attribute_of(pool, cases[i].values);

		if (dbindex_find(live, "entryCSN") != cases[i].found)
			fail_msg("case %zu: %s", i, cases[i].values[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_is_found_in_every_spelling_of_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
