/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/text_index.h"

#define MANY 5000

static void every_text_is_found_at_its_place_and_no_other(void **state)
{
	AUTO(Pool) *pool = pool_new();
	TextIndex index = {0};

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		const char *text = pool_printf(pool, "change %zu", i);

		assert_int_equal(text_index_find(&index, text), i);
		text_index_add(pool, &index, text);
	}
	assert_int_equal(index.n_texts, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(text_index_find(&index, pool_printf(pool, "change %zu", i)), i);
	assert_int_equal(text_index_find(&index, "change"), MANY);
	assert_int_equal(text_index_find(&index, ""), MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_is_found_at_its_place_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
