/* SPDX-License-Identifier: Apache-2.0 */
/* What tells two links apart, and what was last heard of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/link/link_probes.h"
#include "common/link/lockout_time.h"

#define SECRET "/s:1:2:1000000000500000000" /* written at 1000000000.5 s: 20010909014640.5Z */

static Syncrepl link_make(Pool *pool, const char *more)
{
	Syncrepl link;
	Error err = {0};

	if (syncrepl_parse(pool,
			   pool_printf(pool,
				       "rid=2 provider=ldap://two searchbase=dc=x timeout=3 "
				       "binddn=cn=r,dc=x %s",
				       more),
			   &link, &err) < 0)
		fail_msg("%s", err.text);
	return link;
}

static void only_what_decides_about_connecting_tells_links_apart(void **state)
{
	static const char *const same[] = {"credentials=x rid=9", "credentials=x timeout=9",
					   "credentials=x retry=\"5 +\""};
	static const char *const other[] = {
		"credentials=y", "credentials=x starttls=critical", "credentials=x tls_cacert=/ca",
		"credentials=x provider=ldap://three", "credentials=x binddn=cn=q,dc=x"};
	AUTO(Pool) *pool = pool_new();
	const Syncrepl link = link_make(pool, "credentials=x");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		const Syncrepl another = link_make(pool, same[i]);

		assert_false(link_differs(&link, &another));
		assert_string_equal(link_identity(pool, &link, "s"),
				    link_identity(pool, &another, "s"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		const Syncrepl another = link_make(pool, other[i]);

		assert_true(link_differs(&link, &another));
		/* Of a password only its file is told. */
		assert_int_equal(strcmp(link_identity(pool, &link, "s"),
					link_identity(pool, &another, "s")) == 0,
				 i == 0);
	}
	assert_string_not_equal(link_identity(pool, &link, "s"), link_identity(pool, &link, "t"));
	assert_string_not_equal(link_identity(pool, &link, "s"), link_identity(pool, &link, NULL));
}

static void newer_answers_take_the_place_of_older_ones_about_the_same_link(void **state)
{
	AUTO(Pool) *pool = pool_new();
	LinkProbe old_items[] = {
		{.suffix = "dc=x", .peer_id = 2, .identity = "a", .at_sec = 1},
		{.suffix = "dc=x", .peer_id = 3, .identity = "a", .at_sec = 1},
	};
	LinkProbe new_items[] = {{.suffix = "dc=x", .peer_id = 2, .identity = "b", .at_sec = 2}};
	const LinkProbes older = {.items = old_items, .n_items = 2};
	const LinkProbes newer = {.items = new_items, .n_items = 1};
	const LinkProbes joined = link_probes_join(pool, &older, &newer);

	(void)state;
	assert_int_equal(joined.n_items, 2);
	assert_null(link_probe_find(&joined, "dc=x", 2, "a"));
	assert_int_equal(link_probe_find(&joined, "dc=x", 2, NULL)->at_sec, 2);
	assert_int_equal(link_probe_find(&joined, "dc=x", 3, "a")->at_sec, 1);
	assert_null(link_probe_find(&joined, "dc=y", 3, "a"));
}

static void a_bind_refused_after_the_password_was_written_is_newer(void **state)
{
	static const struct {
		const char *failure;
		bool is_newer;
	} cases[] = {
		{"20010909014640.400000Z", false}, {"20010909014640Z", false},
		{"20010909014640.500001Z", true},  {"20010909014641Z", true},
		{"20010909014640.6Z", true},       {"nonsense", false},
	};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Entry entry = {.dn = "cn=r"};

		entry_add_value(pool, &entry, "pwdFailureTime", cases[i].failure,
				strlen(cases[i].failure));
		assert_int_equal(
			lockout_is_newer(entry_attribute(&entry, "pwdFailureTime"), SECRET),
			cases[i].is_newer);
	}
	assert_false(lockout_is_newer(NULL, SECRET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_decides_about_connecting_tells_links_apart),
		cmocka_unit_test(newer_answers_take_the_place_of_older_ones_about_the_same_link),
		cmocka_unit_test(a_bind_refused_after_the_password_was_written_is_newer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
