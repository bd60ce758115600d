/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/tell/condition.h"

static Condition held(const char *key)
{
	return (Condition){
		.key = key,
		.begins = EVENT_HELD,
		.ends = EVENT_RELEASED,
		.text = "text",
		.suffix = "dc=x",
	};
}

static void what_begins_is_told_once_and_its_end_once(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ConditionList none = {0}, one = {0}, still = {0};
	EventList begun = {0}, lasting = {0}, ended = {0};

	(void)state;
	condition_add(pool, &one, held("a"));
	conditions_compare(pool, &none, &one, 100, &begun);
	assert_int_equal(begun.n_items, 1);
	assert_int_equal(begun.items[0].kind, EVENT_HELD);
	assert_string_equal(begun.items[0].suffix, "dc=x");

	condition_add(pool, &still, held("a"));
	conditions_compare(pool, &one, &still, 200, &lasting);
	assert_int_equal(lasting.n_items, 0);

	conditions_compare(pool, &still, &none, 300, &ended);
	assert_int_equal(ended.n_items, 1);
	assert_int_equal(ended.items[0].kind, EVENT_RELEASED);
	assert_non_null(ended.items[0].text);
}

static const char *text_of_end(Pool *pool, const char *text)
{
	ConditionList none = {0}, one = {0};
	EventList events = {0};
	Condition condition = held("a");

	condition.text = text;
	condition_add(pool, &one, condition);
	conditions_compare(pool, &one, &none, 100, &events);
	return strstr(events.items[0].text, "it was: ") + strlen("it was: ");
}

static void its_end_repeats_the_first_clause_and_the_code(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(text_of_end(pool, "a [b] c"), "a [b] c");
	assert_string_equal(text_of_end(pool, "one. Two; three [code]"), "one [code]");
	assert_string_equal(text_of_end(pool, "one; two. Three: syncward apply"), "one");
	assert_string_equal(text_of_end(pool, "one: two [code; x]"), "one: two [code; x]");
	assert_string_equal(text_of_end(pool, ""), "");
}

static void what_lasts_keeps_the_time_since_when(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ConditionList none = {0}, one = {0}, two = {0};
	EventList events = {0};

	(void)state;
	condition_add(pool, &one, held("a"));
	conditions_compare(pool, &none, &one, 100, &events);
	condition_add(pool, &two, held("b"));
	condition_add(pool, &two, held("a"));
	conditions_compare(pool, &one, &two, 200, &events);
	assert_int_equal(condition_find(&two, "a")->since_sec, 100);
	assert_int_equal(condition_find(&two, "b")->since_sec, 200);
}

static void two_with_one_key_are_the_same(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ConditionList list = {0};

	(void)state;
	condition_add(pool, &list, held("a"));
	condition_add(pool, &list, held("a"));
	assert_int_equal(list.n_items, 1);
	assert_null(condition_find(&list, "b"));
}

static void some_are_not_told_but_kept(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ConditionList none = {0}, list = {0};
	EventList events = {0};
	Condition silent = held("a");

	(void)state;
	silent.begins = silent.ends = EVENT_KIND_COUNT;
	condition_add(pool, &list, silent);
	conditions_compare(pool, &none, &list, 100, &events);
	conditions_compare(pool, &list, &none, 100, &events);
	assert_int_equal(events.n_items, 0);
}

static void a_copy_outlives_its_original(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Pool *other = pool_new();
	ConditionList list = {0}, copy;

	(void)state;
	condition_add(other, &list, held(pool_strdup(other, "a")));
	copy = conditions_copy(pool, &list);
	pool_free(other);
	assert_string_equal(copy.items[0].key, "a");
	assert_string_equal(copy.items[0].text, "text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_begins_is_told_once_and_its_end_once),
		cmocka_unit_test(its_end_repeats_the_first_clause_and_the_code),
		cmocka_unit_test(what_lasts_keeps_the_time_since_when),
		cmocka_unit_test(two_with_one_key_are_the_same),
		cmocka_unit_test(some_are_not_told_but_kept),
		cmocka_unit_test(a_copy_outlives_its_original),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
