/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/plan/authors.h"

#define DN      "olcDatabase={1}mdb,cn=config"
#define MALLORY "cn=mallory,dc=x"

static Tree tree_of(Pool *pool, const char *csn)
{
	Tree tree = {0};
	Entry entry = {.dn = DN};

	entry_add_value(pool, &entry, "entryCSN", csn, strlen(csn));
	entry_add_value(pool, &entry, "modifiersName", MALLORY, strlen(MALLORY));
	entry_add_value(pool, &entry, "modifyTimestamp", "20261122000000Z",
			strlen("20261122000000Z"));
	POOL_PUSH(pool, tree.entries, tree.n_entries, entry);
	return tree;
}

static Attribution of_limits(const Tree *tree, const Seen *seen)
{
	const Change change = {
		.kind = CHANGE_LIMITS, .dn = DN, .attribute = "olcLimits", .subject = "cn=a"};

	return change_attribution(&change, tree, seen);
}

static Seen seen_in_step(Pool *pool, const Tree *tree, const WrittenEntries *written)
{
	const Seen nothing = {0};
	const Plan left = {0};

	return seen_update(pool, &nothing, tree, &left, written);
}

static void what_we_wrote_is_our_own_until_somebody_writes(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *dns[] = {DN};
	const WrittenEntries ours = {dns, 1}, none = {0};
	const Plan left = {0};
	const Tree before = tree_of(pool, "1"), after = tree_of(pool, "2");
	Seen seen = seen_in_step(pool, &before, &ours);
	Attribution found = of_limits(&before, &seen);

	(void)state;
	assert_int_equal(found.cause, CAUSE_DESIRED_CHANGED);
	assert_string_equal(found.actor, ACTOR_OWN);
	seen = seen_update(pool, &seen, &before, &left, &none); /* a look without a write */
	assert_string_equal(of_limits(&before, &seen).actor, ACTOR_OWN);
	found = of_limits(&after, &seen);
	assert_int_equal(found.cause, CAUSE_DRIFT);
	assert_string_equal(found.actor, MALLORY);
	seen = seen_update(pool, &seen, &after, &left, &none);
	assert_string_equal(of_limits(&after, &seen).actor, MALLORY);
	assert_int_equal(of_limits(&after, &seen).cause, CAUSE_DESIRED_CHANGED);
}

static void what_a_command_wrote_is_our_own_and_the_rest_is_as_it_was(void **state)
{
	static const char other[] = "cn=config";
	AUTO(Pool) *pool = pool_new();
	const char *dns[] = {DN}, *dns_other[] = {other};
	const Tree tree = tree_of(pool, "2");
	SeenEntry items[] = {{.dn = DN, .csn = "1"}, {.dn = other, .csn = "1"}};
	const Seen before = {items, 2};
	Seen seen = seen_written(pool, &before, &tree, &(WrittenEntries){dns, 1});

	(void)state;
	assert_int_equal(seen.n_items, 2);
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DESIRED_CHANGED);
	/* Nobody looked behind the write: not known, not somebody else's. */
	seen = seen_written(pool, &before, &(Tree){0}, &(WrittenEntries){dns, 1});
	assert_int_equal(seen.n_items, 1);
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DESIRED_CHANGED);
	/* Another entry was written: this one stays somebody else's. */
	seen = seen_written(pool, &before, &tree, &(WrittenEntries){dns_other, 1});
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DRIFT);
}

static void a_cause_that_is_no_write_of_others_is_told_as_it_is(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Tree tree = tree_of(pool, "2");
	SeenEntry item = {.dn = DN, .csn = "1"};
	const Seen seen = {&item, 1}, none = {0};
	const WantedConsumer former = {.put_back = "why"};
	Change change = {.kind = CHANGE_CONSUMER_EDIT, .dn = DN, .subject = "b", .wanted = &former};

	(void)state;
	assert_int_equal(change_attribution(&change, &tree, &none).cause, CAUSE_PUT_BACK);
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_DRIFT);
	change.is_released = true;
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_RELEASE);
	change = (Change){.kind = CHANGE_READ_ONLY_OFF, .dn = DN, .subject = "database"};
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_PUT_BACK);
	change.kind = CHANGE_CONSUMERS_RENEW;
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_RENEWAL);
	assert_null(change_attribution(&change, &tree, &seen).actor);
	change.kind = CHANGE_CONSUMERS_RESTART;
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_DRIFT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_we_wrote_is_our_own_until_somebody_writes),
		cmocka_unit_test(what_a_command_wrote_is_our_own_and_the_rest_is_as_it_was),
		cmocka_unit_test(a_cause_that_is_no_write_of_others_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
