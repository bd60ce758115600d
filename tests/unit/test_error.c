/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/error.h"

static void set_keeps_class_code_and_sentence(void **state)
{
	Error err = {0};

	(void)state;
	assert_int_equal(error_set(&err, ERROR_REFUSED, 53, "%s says no", "slapd"), -1);
	assert_int_equal(err.class, ERROR_REFUSED);
	assert_int_equal(err.code, 53);
	assert_string_equal(err.text, "slapd says no");
}

static void prefix_stands_before_the_sentence_and_keeps_the_rest(void **state)
{
	Error err = {0};

	(void)state;
	error_set(&err, ERROR_BUSY, 11, "locked");
	assert_int_equal(error_prefix(&err, "database %d", 2), -1);
	assert_string_equal(err.text, "database 2: locked");
	assert_int_equal(err.class, ERROR_BUSY);
	assert_int_equal(err.code, 11);
}

static void no_error_to_fill_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, ERROR_INPUT, 0, "x"), -1);
	assert_int_equal(error_prefix(NULL, "x"), -1);
}

static void too_long_a_sentence_is_cut_and_terminated(void **state)
{
	char text[2 * ERROR_TEXT_MAX];
	Error err = {0};

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, ERROR_INPUT, 0, "%s", text);
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
	error_prefix(&err, "short");
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
	assert_memory_equal(err.text, "short: aaa", 10);
}

static void too_long_a_prefix_is_cut_and_terminated(void **state)
{
	char text[2 * ERROR_TEXT_MAX];
	Error err = {0};

	(void)state;
	memset(text, 'p', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, ERROR_INPUT, 0, "the sentence");
	error_prefix(&err, "%s", text);
	assert_true(strlen(err.text) < ERROR_TEXT_MAX);
	assert_memory_equal(err.text, "ppp", 3);
}

/* The contract with service managers and scripts: sysexits(3), and what may be tried again. */
static void class_decides_exit_status_and_retry(void **state)
{
	static const struct {
		ErrorClass class;
		int exit_status;
		bool is_retryable;
	} cases[] = {
		{ERROR_NONE, 0, false},        {ERROR_USAGE, 64, false},  {ERROR_INPUT, 78, false},
		{ERROR_UNREACHABLE, 69, true}, {ERROR_DENIED, 77, false}, {ERROR_BUSY, 75, true},
		{ERROR_STOPPED, 75, true},     {ERROR_CONFLICT, 1, true}, {ERROR_REFUSED, 1, false},
		{ERROR_UNSAVED, 1, true},      {ERROR_SYSTEM, 1, false},
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(cases), ERROR_CLASS_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Error err = {.class = cases[i].class};

		assert_int_equal(error_exit_status(&err), cases[i].exit_status);
		assert_int_equal(error_is_retryable(&err), cases[i].is_retryable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_keeps_class_code_and_sentence),
		cmocka_unit_test(prefix_stands_before_the_sentence_and_keeps_the_rest),
		cmocka_unit_test(no_error_to_fill_is_allowed),
		cmocka_unit_test(too_long_a_sentence_is_cut_and_terminated),
		cmocka_unit_test(too_long_a_prefix_is_cut_and_terminated),
		cmocka_unit_test(class_decides_exit_status_and_retry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
