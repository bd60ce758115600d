/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a node may leave that others read, though by peers.json they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/leaving/leaving_readers.h"

#define SITES                                                                                \
	"\"topology\":{\"gateways\":1},\"peers\":[{\"id\":1,\"uri\":\"ldap://n1\",\"site\":" \
	"\"a\"},{\"id\":2,\"uri\":\"ldap://n2\",\"site\":\"a\"},{\"id\":3,\"uri\":"          \
	"\"ldap://n3\",\"site\":\"b\"},{\"id\":4,\"uri\":\"ldap://n4\",\"site\":\"b\"}]"
#define MESH                                                             \
	"\"peers\":[{\"id\":1,\"uri\":\"ldap://n1\"},{\"id\":2,\"uri\":" \
	"\"ldap://n2\"},{\"id\":3,\"uri\":\"ldap://n3\"}]"

/* self: 0 when the file does not list this node, which reads n_links others. */
static LeaveReaders readers_of(Pool *pool, const char *peers, unsigned self, size_t n_links)
{
	const char *text = pool_printf(pool,
				       "{\"format\":1,%s,\"databases\":[{\"suffix\":\"dc=x\","
				       "\"syncrepl\":{\"binddn\":\"cn=r,dc=x\",\"credentials\":"
				       "{\"file\":\"/s\"}}}]}",
				       peers);
	static const Entry overlay;
	const LiveDatabase live = {.n_consumers = n_links, .syncprov = &overlay};
	LeavingDatabase database = {.live = &live, .suffix = "dc=x"};
	const Leaving leaving = {.databases = &database, .n_databases = 1};
	const Desired *desired;
	Error err = {0};

	if (desired_parse(pool, "f", text, strlen(text), &desired, &err) < 0)
		fail_msg("%s", err.text);
	return leave_readers(pool, desired, self ? desired_peer(desired, self) : NULL, &leaving);
}

static const char *hold_of(Pool *pool, const LeaveReaders *readers, int n_sessions)
{
	Plan plan = {0};

	leave_hold_readers(pool, readers, n_sessions, &plan);
	return plan.held.n_holds > 0 ? plan.held.holds[0].text : NULL;
}

static void in_sites_nobody_may_read_who_by_the_file_does_not(void **state)
{
	AUTO(Pool) *pool = pool_new();
	/* The gateway of a site is read by its neighbour and by the other gateway. */
	const LeaveReaders listed = readers_of(pool, SITES, 1, 2);
	const LeaveReaders gone = readers_of(pool, SITES, 0, 2);

	(void)state;
	assert_true(listed.may_part);
	assert_int_equal(listed.n_expected, 2);
	assert_int_equal(listed.n_dns, 1);
	assert_string_equal(listed.dns[0], "cn=r,dc=x");
	assert_null(hold_of(pool, &listed, 2));
	assert_non_null(hold_of(pool, &listed, 3));
	assert_int_equal(gone.n_expected, 0);
	assert_int_equal(gone.n_dns, 1);
	assert_null(hold_of(pool, &gone, 0));
	assert_non_null(strstr(hold_of(pool, &gone, 1), "1 node reads here, and by peers.json 0:"));
}

static void what_slapd_does_not_tell_holds(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const LeaveReaders readers = readers_of(pool, SITES, 1, 2);

	(void)state;
	assert_non_null(strstr(hold_of(pool, &readers, -1), "does not say"));
}

static void where_all_read_all_nobody_is_cut_off(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const LeaveReaders listed = readers_of(pool, MESH, 1, 2);
	const LeaveReaders gone = readers_of(pool, MESH, 0, 3);

	(void)state;
	assert_false(listed.may_part);
	assert_false(gone.may_part);
	assert_null(hold_of(pool, &listed, -1));
	assert_null(hold_of(pool, &gone, 3));
}

static void that_this_node_reads_fewer_tells_that_not_all_read_all(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const LeaveReaders gone = readers_of(pool, MESH, 0, 2);

	(void)state;
	assert_true(gone.may_part);
	assert_non_null(hold_of(pool, &gone, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_sites_nobody_may_read_who_by_the_file_does_not),
		cmocka_unit_test(what_slapd_does_not_tell_holds),
		cmocka_unit_test(where_all_read_all_nobody_is_cut_off),
		cmocka_unit_test(that_this_node_reads_fewer_tells_that_not_all_read_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
