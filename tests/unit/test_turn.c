/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/link/turn.h"

static void who_took_none_need_not_wait(void **state)
{
	const Turn turn = {0};

	(void)state;
	assert_true(turn_has_come(&turn, 0));
}

static void a_turn_comes_behind_its_wait(void **state)
{
	Turn turn = {0};

	(void)state;
	turn_take(&turn, "link", 500, 1000);
	assert_false(turn_has_come(&turn, 1000));
	assert_false(turn_has_come(&turn, 1499));
	assert_true(turn_has_come(&turn, 1500));
}

static void who_asks_again_for_the_same_puts_nothing_off(void **state)
{
	Turn turn = {0};

	(void)state;
	turn_take(&turn, "link", 500, 1000);
	turn_take(&turn, "link", 500, 1400);
	assert_true(turn_has_come(&turn, 1500));
	turn_take(&turn, "link", 500, 1600);
	assert_true(turn_has_come(&turn, 1600));
}

static void something_else_has_a_turn_of_its_own(void **state)
{
	Turn turn = {0};

	(void)state;
	turn_take(&turn, "link", 500, 1000);
	turn_take(&turn, "another link", 500, 1400);
	assert_false(turn_has_come(&turn, 1899));
	assert_true(turn_has_come(&turn, 1900));
}

static void what_is_done_needs_a_new_turn_when_it_shall_be_done_again(void **state)
{
	Turn turn = {0};

	(void)state;
	turn_take(&turn, "link", 500, 1000);
	turn_end(&turn);
	turn_take(&turn, "link", 500, 2000);
	assert_false(turn_has_come(&turn, 2499));
	assert_true(turn_has_come(&turn, 2500));
}

static void each_node_leaves_the_first_try_to_those_before_it(void **state)
{
	(void)state;
	assert_int_equal(turn_password_usec(0), 0);
	assert_int_equal(turn_password_usec(1), 500000);
	assert_int_equal(turn_password_usec(4), 2000000);
	assert_int_equal(turn_password_usec(998), 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_took_none_need_not_wait),
		cmocka_unit_test(a_turn_comes_behind_its_wait),
		cmocka_unit_test(who_asks_again_for_the_same_puts_nothing_off),
		cmocka_unit_test(something_else_has_a_turn_of_its_own),
		cmocka_unit_test(what_is_done_needs_a_new_turn_when_it_shall_be_done_again),
		cmocka_unit_test(each_node_leaves_the_first_try_to_those_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
