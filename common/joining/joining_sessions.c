/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_sessions.h"

#include <string.h>

#include "common/slapd/dn.h"

/* --- whose they are --- */

/*
 * Most clusters bind with one account everywhere, so only its address shows whose connection it is.
 * While peers.json changes which node reads which, those whose links are still to be removed read
 * here as well: they are gone when the first change is made, and must not be taken for those that
 * stay. No consumer may be taken for a provider that brings back what is deleted.
 */
static bool is_at(const char *one, const char *other)
{
	return one && other && strcmp(one, other) == 0;
}

static const char *address_of(const ReadersHere *readers, size_t i)
{
	return readers->addresses ? readers->addresses[i] : NULL;
}

static bool take(const ReadersHere *readers, const char *address, bool *is_taken)
{
	for (size_t i = 0; i < (size_t)readers->n_sessions; i++)
		if (!is_taken[i] && is_at(address_of(readers, i), address)) {
			is_taken[i] = true;
			return true;
		}
	return false;
}

typedef enum Whose {
	SESSION_OF_ANYBODY,
	SESSION_OF_NAMED,
	SESSION_OF_OTHER,
} Whose;

static Whose whose(const Joining *joining, const bool *is_named, const char *address)
{
	Whose found = SESSION_OF_ANYBODY;

	for (size_t i = 0; i < joining->n_everybody && found != SESSION_OF_NAMED; i++)
		if (is_at(joining->peers[i].address, address))
			found = is_named[i] ? SESSION_OF_NAMED : SESSION_OF_OTHER;
	return found;
}

/* They stay connected as well, and nobody asked at which addresses they are. */
static size_t count_consumers(const Joining *joining)
{
	const WantedDatabase *wanted = joining->wanted;
	const size_t first = wanted->n_consumers + wanted->n_others;
	size_t n = 0;

	for (size_t i = first; i < first + wanted->n_heirs; i++)
		n += wanted->consumers[i].reads_here_sec == 0;
	return n;
}

SessionsClaimed joining_claim_sessions(const Joining *joining, const bool *is_named)
{
	const ReadersHere *readers = &diff_facts(joining->diff, joining->suffix)->readers;
	SessionsClaimed claimed = {0};
	size_t n_left = 0, n_consumers = count_consumers(joining);
	bool *is_taken;

	if (readers->n_sessions <= 0)
		return claimed;
	is_taken = pool_alloc(joining->diff->pool, (size_t)readers->n_sessions * sizeof(*is_taken));
	for (size_t i = 0; i < joining->n_everybody; i++) {
		if (!is_named[i])
			continue;
		if (take(readers, joining->peers[i].address, is_taken))
			claimed.n_theirs++;
		else
			n_left++;
	}
	for (size_t i = 0; i < (size_t)readers->n_sessions; i++) {
		Whose its = is_taken[i] ? SESSION_OF_NAMED
					: whose(joining, is_named, address_of(readers, i));

		if (its == SESSION_OF_ANYBODY && n_consumers > 0) {
			its = SESSION_OF_OTHER;
			n_consumers--;
		}
		claimed.n_others += its == SESSION_OF_OTHER;
		if (its == SESSION_OF_ANYBODY && n_left > 0) {
			claimed.n_theirs++;
			n_left--;
		}
	}
	return claimed;
}

/* --- whether they read this database --- */

static const WantedDatabase *wanted_of(const Joining *joining, const LiveDatabase *live)
{
	const Wanted *wanted = joining->diff->in->wanted;
	const LiveDatabase *found;

	for (size_t i = 0; i < wanted->n_databases; i++)
		if (live_find_database(joining->diff->in->live,
				       wanted->databases[i].desired->suffix, &found) == 1 &&
		    found == live)
			return &wanted->databases[i];
	return NULL;
}

/* A peer that reads this database here from its log of changes does so with the same connection. */
static bool is_our_log(const Joining *joining, const LiveDatabase *live)
{
	const LiveDatabase *found;

	for (size_t i = 0; i < joining->wanted->n_logs; i++)
		if (live_find_database(joining->diff->in->live, joining->wanted->logs[i].base,
				       &found) == 1 &&
		    found == live)
			return true;
	return false;
}

/* Which nodes read a database that peers.json does not list is not known. */
static bool may_be_read_by_the_same(const Joining *joining, const LiveDatabase *live)
{
	const WantedDatabase *other = wanted_of(joining, live);

	for (size_t i = 0; other && i < wanted_count_readers(other); i++)
		for (size_t k = 0; k < wanted_count_readers(joining->wanted); k++)
			if (dn_equal(other->readers[i], joining->wanted->readers[k]))
				return true;
	return !other && !is_our_log(joining, live);
}

bool joining_is_told_of_database(const Joining *joining)
{
	const Live *live = joining->diff->in->live;

	for (size_t i = 0; i < live->n_databases; i++)
		if (&live->databases[i] != joining->live && live->databases[i].syncprov &&
		    may_be_read_by_the_same(joining, &live->databases[i]))
			return false;
	return true;
}
