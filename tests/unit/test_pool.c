/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/pool.h"

static void memory_comes_zeroed_and_aligned(void **state)
{
	AUTO(Pool) *pool = NULL;

	(void)state;
	(void)mallopt(M_PERTURB, 'x'); /* what malloc(3) gives is not */
	pool = pool_new();
	for (size_t size = 1; size < 200; size++) {
		char *memory = pool_alloc(pool, size);

		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 'x', size);
	}
}

static void copies_end_in_a_nul_and_may_hold_one(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	(void)mallopt(M_PERTURB, 'x');
	assert_memory_equal(pool_copy(pool, "a\0b", 3), "a\0b", 4);
	assert_string_equal(pool_copy(pool, NULL, 0), "");
	assert_string_equal(pool_strdup(pool, "text"), "text");
	assert_null(pool_strdup(pool, NULL));
}

static void printf_takes_texts_of_any_length(void **state)
{
	AUTO(Pool) *pool = pool_new();
	char *text = pool_printf(pool, "%05000d", 7);

	(void)state;
	assert_int_equal(strlen(text), 5000);
	assert_string_equal(text + 4998, "07");
	assert_string_equal(pool_printf(pool, "%s-%d", "a", 1), "a-1");
}

static void pushed_items_stay_in_order_over_growth(void **state)
{
	AUTO(Pool) *pool = pool_new();
	struct {
		size_t number;
		const char *text;
	} *items = NULL;
	size_t n_items = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		POOL_PUSH(pool, items, n_items, {.number = i, .text = "t"});
	assert_int_equal(n_items, 1000);
	for (size_t i = 0; i < n_items; i++) {
		assert_int_equal(items[i].number, i);
		assert_string_equal(items[i].text, "t");
	}
}

static void growing_one_array_leaves_others_alone(void **state)
{
	AUTO(Pool) *pool = pool_new();
	char *before = pool_strdup(pool, "before");
	int *numbers = NULL;
	size_t n_numbers = 0;
	char *between;

	(void)state;
	POOL_PUSH(pool, numbers, n_numbers, 1);
	between = pool_strdup(pool, "between");
	for (int i = 2; i <= 100; i++)
		POOL_PUSH(pool, numbers, n_numbers, i);
	assert_string_equal(before, "before");
	assert_string_equal(between, "between");
	assert_int_equal(numbers[0], 1);
	assert_int_equal(numbers[99], 100);
}

static void objects_and_texts_of_one_pool_leave_each_other_alone(void **state)
{
	AUTO(Pool) *pool = pool_new();
	unsigned *numbers[3000];
	char *texts[3000];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		texts[i] = pool_printf(pool, "%*u", (int)(i % 1500), i);
		numbers[i] = pool_alloc(pool, (i % 50 + 1) * sizeof(unsigned));
		assert_int_equal((uintptr_t)numbers[i] % _Alignof(max_align_t), 0);
		for (unsigned k = 0; k <= i % 50; k++) {
			assert_int_equal(numbers[i][k], 0);
			numbers[i][k] = i;
		}
	}
	for (unsigned i = 0; i < 3000; i++) {
		assert_int_equal(strtoul(texts[i], NULL, 10), i);
		assert_true(strlen(texts[i]) >= i % 1500);
		assert_int_equal(numbers[i][0], i);
		assert_int_equal(numbers[i][i % 50], i);
	}
}

static void freeing_nothing_is_allowed(void **state)
{
	(void)state;
	pool_free(NULL);
}

static Pool *make_in_auto_scope(void)
{
	AUTO(Pool) *pool = pool_new();

	(void)pool_strdup(pool, "kept");
	return STEAL(pool);
}

/* Under valgrind and AddressSanitizer a double free or a leak shows. */
static void a_stolen_pool_outlives_its_scope(void **state)
{
	AUTO(Pool) *pool = make_in_auto_scope();

	(void)state;
	assert_string_equal(pool_strdup(pool, "still usable"), "still usable");
}

static void exhausted_memory_ends_the_program_with_71(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		AUTO(Pool) *pool = pool_new();
		volatile size_t size = SIZE_MAX;

		(void)!freopen("/dev/null", "w", stderr);
		(void)pool_alloc(pool, size);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 71);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_comes_zeroed_and_aligned),
		cmocka_unit_test(copies_end_in_a_nul_and_may_hold_one),
		cmocka_unit_test(printf_takes_texts_of_any_length),
		cmocka_unit_test(pushed_items_stay_in_order_over_growth),
		cmocka_unit_test(growing_one_array_leaves_others_alone),
		cmocka_unit_test(objects_and_texts_of_one_pool_leave_each_other_alone),
		cmocka_unit_test(freeing_nothing_is_allowed),
		cmocka_unit_test(a_stolen_pool_outlives_its_scope),
		cmocka_unit_test(exhausted_memory_ends_the_program_with_71),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
