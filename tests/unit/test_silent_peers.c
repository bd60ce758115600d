/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/copy/silent_peers.h"

#define SUFFIX "dc=example,dc=org"
#define OTHER  "dc=example,dc=com"
#define BEFORE 3
#define MANY   1000 /* the array moves again and again */

static SilentPeers of_a_look(Pool *pool)
{
	SilentPeers silent = {.pool = pool};

	for (unsigned id = 1; id <= BEFORE; id++)
		silent_peers_add(&silent, SUFFIX,
				 &(Content){.peer_id = id,
					    .state = CONTENT_UNREACHABLE,
					    .nobody_listens = id == 2,
					    .problem = "it does not answer"});
	return silent;
}

static void those_before_are_found_while_others_are_added(void **state)
{
	AUTO(Pool) *pool = pool_new();
	SilentPeers silent = of_a_look(pool);
	const size_t n_before = silent.n_items;

	(void)state;
	assert_int_equal(n_before, BEFORE);
	for (unsigned id = BEFORE + 1; id <= MANY; id++) {
		const unsigned old = id % BEFORE + 1;
		const Content *found = silent_peers_find(&silent, n_before, SUFFIX, old);

		assert_non_null(found);
		assert_int_equal(found->peer_id, old);
		assert_int_equal(found->state, CONTENT_UNREACHABLE);
		assert_int_equal(found->nobody_listens, old == 2);
		assert_string_equal(found->problem, "it does not answer");
		silent_peers_add(&silent, SUFFIX,
				 &(Content){.peer_id = id, .state = CONTENT_UNREACHABLE});
		assert_null(silent_peers_find(&silent, n_before, SUFFIX, id));
		assert_non_null(silent_peers_find(&silent, silent.n_items, SUFFIX, id));
	}
}

static void a_peer_is_silent_of_one_database(void **state)
{
	AUTO(Pool) *pool = pool_new();
	SilentPeers silent = of_a_look(pool);

	(void)state;
	assert_null(silent_peers_find(&silent, BEFORE, OTHER, 1));
	assert_null(silent_peers_find(&(SilentPeers){.pool = pool}, 0, SUFFIX, 1));
}

static void who_was_heard_is_none(void **state)
{
	AUTO(Pool) *pool = pool_new();
	SilentPeers silent = {.pool = pool};

	(void)state;
	silent_peers_add(&silent, SUFFIX, &(Content){.peer_id = 1, .state = CONTENT_READ});
	silent_peers_add(&silent, SUFFIX, &(Content){.peer_id = 2, .state = CONTENT_DENIED});
	assert_int_equal(silent.n_items, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_before_are_found_while_others_are_added),
		cmocka_unit_test(a_peer_is_silent_of_one_database),
		cmocka_unit_test(who_was_heard_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
