/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/slapd/module.h"
#include "tests/unit/attribute.h"

typedef struct Case {
	const char *values[4];
	bool is_loaded;
} Case;

static void a_module_is_known_by_its_base_name(void **state)
{
	static const Case cases[] = {
		{{"syncprov"}, true},
		{{"{0}back_mdb", "{1}syncprov.la"}, true},
		{{"{0}/usr/lib/ldap/syncprov.so"}, true},
		{{"syncprov.so.2.0.1"}, true},
		{{"\"syncprov.la\" argument"}, true},
		{{NULL}, false},
		{{"back_mdb"}, false},
		{{"syncprov2"}, false},
		{{"syncprov.lax"}, false},
		{{"mysyncprov.la"}, false},
		{{"syncprov/other.la"}, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();
		const Attribute *live = attribute_of(pool, cases[i].values);

		if (module_is_loaded(live, "syncprov") != cases[i].is_loaded)
			fail_msg("case %zu: %s", i, cases[i].values[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_is_known_by_its_base_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
