/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers at an address of this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/slapd/listener.h"

static bool answers(const char *listener, const char *address, int port)
{
	static const char *addresses[] = {"127.0.0.1", "192.0.2.5", "2001:db8::5"};
	const OwnAddresses own = {.items = addresses, .n_items = ARRAY_SIZE(addresses)};
	const char *urls[] = {"ldapi:///", listener};
	AUTO(Pool) *pool = pool_new();
	const Listeners listeners = listeners_read(pool, urls, ARRAY_SIZE(urls));

	return listeners_answer_at(&listeners, &own, address, port);
}

static void one_for_all_addresses_answers_at_each_of_this_machine(void **state)
{
	static const char *const all[] = {"ldap://", "ldap:///", "ldap://:389"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		assert_true(answers(all[i], "127.0.0.1", 389));
		assert_true(answers(all[i], "127.5.0.9", 389));
		assert_true(answers(all[i], "192.0.2.5", 389));
		assert_true(answers(all[i], "::1", 389));
		assert_true(answers(all[i], "2001:DB8:0::5", 389));
		assert_true(answers(all[i], "0.0.0.0", 389));
		assert_true(answers(all[i], "::", 389));
		assert_true(answers(all[i], "::ffff:192.0.2.5", 389));
		assert_false(answers(all[i], "192.0.2.6", 389));
		assert_false(answers(all[i], "2001:db8::6", 389));
		assert_false(answers(all[i], "127.0.0.1", 636));
	}
}

static void one_of_a_family_does_not_answer_in_the_other(void **state)
{
	(void)state;
	assert_true(answers("ldap://0.0.0.0", "192.0.2.5", 389));
	assert_true(answers("ldap://0.0.0.0", "::ffff:127.0.0.1", 389));
	assert_false(answers("ldap://0.0.0.0", "::1", 389));
	assert_true(answers("ldap://[::]", "::1", 389));
	assert_false(answers("ldap://[::]", "127.0.0.1", 389));
}

static void one_for_an_address_answers_there_alone(void **state)
{
	(void)state;
	assert_true(answers("ldap://127.0.0.1:389", "127.0.0.1", 389));
	assert_true(answers("ldap://127.0.0.1:389", "0.0.0.0", 389));
	assert_true(answers("ldap://127.0.0.1:389", "::ffff:127.0.0.1", 389));
	assert_false(answers("ldap://127.0.0.1:389", "127.0.0.2", 389));
	assert_false(answers("ldap://127.0.0.1:389", "192.0.2.5", 389));
	assert_false(answers("ldap://127.0.0.1:389", "::1", 389));
	assert_true(answers("ldap://[::1]:3890", "::", 3890));
	assert_true(answers("ldaps://192.0.2.5", "192.0.2.5", 636));
	assert_true(answers("ldap://localhost:3890", "127.0.0.1", 3890));
	assert_true(answers("ldap://localhost:3890", "::1", 3890));
	assert_false(answers("ldap://localhost:3890", "127.0.0.2", 3890));
}

static void of_a_name_it_is_not_known(void **state)
{
	(void)state;
	assert_false(answers("ldap://one.example.com", "127.0.0.1", 389));
	assert_false(answers("ldap://", "one.example.com", 389));
	assert_false(answers("ldap://", "", 389));
	assert_false(answers("ldapi:///", "127.0.0.1", 0));
	assert_false(answers("nonsense", "127.0.0.1", 389));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_for_all_addresses_answers_at_each_of_this_machine),
		cmocka_unit_test(one_of_a_family_does_not_answer_in_the_other),
		cmocka_unit_test(one_for_an_address_answers_there_alone),
		cmocka_unit_test(of_a_name_it_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
