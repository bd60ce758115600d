/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/desired/desired.h"

static const char text[] = "{\"format\":1,\"databases\":[],\"peers\":["
			   "{\"id\":1,\"uri\":\"ldap://LDAP1.example.com\"},"
			   "{\"id\":2,\"uri\":\"ldaps://ldap2.example.com\",\"names\":[\"two\"]},"
			   "{\"id\":3,\"uri\":\"ldap://10.0.0.3\",\"names\":[\"ldap3\"]},"
			   "{\"id\":4,\"uri\":\"ldap://10.0.0.3:1389\"},"
			   "{\"id\":5,\"uri\":\"ldap://[2001:db8::5]\"}]}";

typedef struct Case {
	const char *node;
	const char *fqdn;
	const char *short_name;
	int index; /* -1: refused */
	const char *message;
	const char *address; /* of this machine; NULL: no peer's */
} Case;

static const Case cases[] = {
	{NULL, "ldap1.example.com", "ldap1", 0, NULL, NULL},
	{NULL, "two", "x", 1, NULL, NULL},
	{NULL, "ldap3.example.com", "ldap3", 2, NULL, NULL},
	/* the full name decides before the short one is looked at */
	{NULL, "ldap2.example.com", "ldap3", 1, NULL, NULL},
	{NULL, "", "ldap3", 2, NULL, NULL},
	{NULL, "10.0.0.3", "ldap3", -1,
	 "f: '10.0.0.3' matches more than one peer: 3 (10.0.0.3, ldap3), 4 (10.0.0.3); name this "
	 "node by its id, with \"node\" in agent.json or --node",
	 NULL},
	{NULL, "ldap9.example.com", "ldap9", -1,
	 "f: no peer is this node: its names are 'ldap9.example.com' and 'ldap9', the peers are 1 "
	 "(ldap1.example.com), 2 (ldap2.example.com, two), 3 (10.0.0.3, ldap3), 4 (10.0.0.3), 5 "
	 "(2001:db8::5); "
	 "add the name to \"names\" of its peer, or name the peer's id with \"node\" in "
	 "agent.json or --node",
	 NULL},
	{"4", "ldap1.example.com", "ldap1", 3, NULL, NULL},
	{"TWO", "ldap1.example.com", "ldap1", 1, NULL, NULL},
	{"ldap://10.0.0.3:389/", NULL, NULL, 2, NULL, NULL},
	{"9", "ldap1.example.com", "ldap1", -1,
	 "f: no peer is the node '9' that was asked for; the peers are 1 (ldap1.example.com), 2 "
	 "(ldap2.example.com, two), 3 (10.0.0.3, ldap3), 4 (10.0.0.3), 5 (2001:db8::5)",
	 NULL},
	{NULL, "a", "b", 4, NULL, "2001:db8::5"},
	/* a name wins over an address; an address of two peers tells nothing */
	{NULL, "ldap1.example.com", "b", 0, NULL, "2001:db8::5"},
	{NULL, "a", "b", -1,
	 "f: '10.0.0.3' matches more than one peer: 3 (10.0.0.3, ldap3), 4 (10.0.0.3); name this "
	 "node by its id, with \"node\" in agent.json or --node",
	 "10.0.0.3"},
};

static void this_node_is_one_peer_or_an_error_that_lists_what_was_compared(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = NULL;

	(void)state;
	assert_int_equal(desired_parse(pool, "f", text, strlen(text), &desired, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const Case *at = &cases[i];
		size_t index = 99;
		Error err = {0};
		const char *address = at->address;
		const NodeNames names = {.node = at->node,
					 .fqdn = at->fqdn,
					 .short_name = at->short_name,
					 .addresses = &address,
					 .n_addresses = address != NULL};
		int result = desired_find_node(desired, &names, &index, &err);

		assert_int_equal(result, at->index < 0 ? -1 : 0);
		assert_int_equal(index, at->index < 0 ? 99 : at->index);
		if (at->message)
			assert_string_equal(err.text, at->message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_node_is_one_peer_or_an_error_that_lists_what_was_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
