/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/sessions_here.h"

#include <time.h>

#include "agent/system/clock.h"
#include "agent/system/wait.h"
#include "common/access/reader_sessions.h"
#include "common/base/timestamp.h"
#include "common/slapd/dn.h"

#define POLL_MSEC 200

int sessions_here_read(Directory *directory, Pool *pool, Tree *ret, Error *err)
{
	const DirectoryQuery query = {
		.base = "cn=Connections,cn=Monitor",
		.scope = DIRECTORY_ONE,
		.filter = reader_session_filter,
		.attributes = reader_session_attributes,
	};

	return directory_read(directory, &query, pool, ret, err);
}

static bool is_bound_as(const Entry *session, const char *const *dns, size_t n_dns)
{
	const char *dn = entry_first(session, "monitorConnectionAuthzDN");

	for (size_t i = 0; dn && i < n_dns; i++)
		if (dn_equal(dn, dns[i]))
			return true;
	return false;
}

/* A consumer's search goes on for as long as it is connected; one that is only bound may have to
 * wait for another refresh of its server. */
static bool is_reading(const Entry *session, int64_t before_sec)
{
	const int64_t began_sec =
		timestamp_of_generalized(entry_first(session, "monitorConnectionStartTime"));

	return began_sec >= 0 && began_sec < before_sec && reader_session_goes_on(session);
}

int sessions_here_find(Directory *directory, Pool *pool, const SessionsAsked *asked,
		       const char ***ret_addresses)
{
	AUTO(Pool) *scratch = pool_new();
	Tree tree = {0};
	Error err = {0};
	const char **addresses;
	int n = 0;

	if (sessions_here_read(directory, scratch, &tree, &err) < 0)
		return -1;
	addresses = pool_alloc(pool, (tree.n_entries + 1) * sizeof(*addresses));
	for (size_t i = 0; i < tree.n_entries; i++)
		if (is_bound_as(&tree.entries[i], asked->dns, asked->n_dns) &&
		    is_reading(&tree.entries[i], asked->before_sec))
			addresses[n++] = reader_session_address(pool, &tree.entries[i]);
	*ret_addresses = addresses;
	return n;
}

ReaderWatch sessions_here_watch(Directory *directory)
{
	const int64_t began_msec = monotonic_msec();

	for (;;) {
		AUTO(Pool) *scratch = pool_new();
		Tree connections = {0};
		Error err = {0};
		ReaderWatch watch;

		if (sessions_here_read(directory, scratch, &connections, &err) < 0)
			return READER_WATCH_GOES_ON;
		watch = reader_watch_judge(&connections, (int64_t)time(NULL),
					   monotonic_msec() - began_msec);
		if (watch != READER_WATCH_GOES_ON)
			return watch;
		pause_msec(POLL_MSEC);
	}
}
