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
	WrittenEntry item = {.dn = DN};
	const WrittenEntries ours = {&item, 1}, none = {0};
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
	WrittenEntry here = {.dn = DN}, elsewhere = {.dn = other};
	const Tree tree = tree_of(pool, "2");
	SeenEntry items[] = {{.dn = DN, .csn = "1"}, {.dn = other, .csn = "1"}};
	const Seen before = {items, 2};
	Seen seen = seen_written(pool, &before, &tree, &(WrittenEntries){&here, 1});

	(void)state;
	assert_int_equal(seen.n_items, 2);
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DESIRED_CHANGED);
	/* Nobody looked behind the write: not known, not somebody else's. */
	seen = seen_written(pool, &before, &(Tree){0}, &(WrittenEntries){&here, 1});
	assert_int_equal(seen.n_items, 1);
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DESIRED_CHANGED);
	/* Another entry was written: this one stays somebody else's. */
	seen = seen_written(pool, &before, &tree, &(WrittenEntries){&elsewhere, 1});
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DRIFT);
}

/* One link of an entry was written, the other one is held. */
static Seen seen_with_one_left(Pool *pool, const Seen *before, const Tree *tree,
			       WrittenEntry written)
{
	Change change = {.kind = CHANGE_CONSUMER_ADD, .dn = DN, .subject = "b", .is_held = true};
	const Plan left = {.changes = &change, .n_changes = 1};

	return seen_update(pool, before, tree, &left,
			   &(WrittenEntries){&written, written.dn ? 1 : 0});
}

static void what_is_held_beside_our_own_write_is_nobody_s_drift(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Tree tree = tree_of(pool, "2");
	SeenEntry item = {.dn = DN, .csn = "1"};
	const Seen before = {&item, 1}, none = {0};
	Seen seen = seen_with_one_left(pool, &before, &tree,
				       (WrittenEntry){.dn = DN, .was_in_step = true});

	(void)state;
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DESIRED_CHANGED);
	assert_string_equal(of_limits(&tree, &seen).actor, ACTOR_OWN);
	/* Somebody else had changed it, and a part of that is held: it stays theirs. */
	seen = seen_with_one_left(pool, &before, &tree, (WrittenEntry){.dn = DN});
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DRIFT);
	seen = seen_with_one_left(pool, &before, &tree, (WrittenEntry){0});
	assert_int_equal(of_limits(&tree, &seen).cause, CAUSE_DRIFT);
	/* It never was in step, and is not now. */
	seen = seen_with_one_left(pool, &none, &tree,
				  (WrittenEntry){.dn = DN, .was_in_step = true});
	assert_int_equal(seen.n_items, 0);
}

static void whose_a_write_without_an_answer_is_is_not_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Tree tree = tree_of(pool, "2");
	SeenEntry item = {.dn = DN, .csn = "1", .is_own = true};
	WrittenEntry sent[] = {{.dn = DN}, {.dn = DN, .is_unknown = true}};
	const WrittenEntries written = {sent, 2};
	const Seen before = {&item, 1};
	const Plan left = {0};
	Seen seen = seen_update(pool, &before, &tree, &left, &written);

	(void)state;
	assert_int_equal(seen.n_items, 0);
	assert_int_equal(seen_written(pool, &before, &tree, &written).n_items, 0);
	assert_string_equal(of_limits(&tree, &seen).actor, MALLORY);
	/* It came to nothing: the entry is as it was. */
	item.csn = "2";
	seen = seen_update(pool, &before, &tree, &left, &written);
	assert_string_equal(of_limits(&tree, &seen).actor, ACTOR_OWN);
}

static void a_cause_that_is_no_write_of_others_is_told_as_it_is(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Tree tree = tree_of(pool, "2");
	SeenEntry item = {.dn = DN, .csn = "1"};
	const Seen seen = {&item, 1}, none = {0};
	const WantedConsumer former = {.put_back = "why"};
	Change change = {
		.kind = CHANGE_CONSUMER_EDIT, .dn = DN, .subject = "b", .consumer.wanted = &former};

	(void)state;
	assert_int_equal(change_attribution(&change, &tree, &none).cause, CAUSE_PUT_BACK);
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_DRIFT);
	change.is_released = true;
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_RELEASE);
	change = (Change){.kind = CHANGE_READ_ONLY_OFF, .dn = DN, .subject = "database"};
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_PUT_BACK);
	change.kind = CHANGE_READERS_OFF;
	assert_int_equal(change_attribution(&change, &tree, &seen).cause, CAUSE_FENCE);
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
		cmocka_unit_test(what_is_held_beside_our_own_write_is_nobody_s_drift),
		cmocka_unit_test(whose_a_write_without_an_answer_is_is_not_known),
		cmocka_unit_test(a_cause_that_is_no_write_of_others_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
