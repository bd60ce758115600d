/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/lockout.h"

#include <string.h>
#include <time.h>

#include "common/lockout_time.h"

#define TURN_MSEC     500
#define MAX_TURN_MSEC 5000

static bool same_text(const char *one, const char *other)
{
	return one && other && strcmp(one, other) == 0;
}

static bool same_account(const WantedConsumer *one, const WantedConsumer *other)
{
	return same_text(one->secret, other->secret) &&
	       same_text(one->syncrepl.value[SYNCREPL_BINDDN],
			 other->syncrepl.value[SYNCREPL_BINDDN]);
}

/* Some link with that account and password was seen to work. */
static bool is_proven(const Lockout *lockout, const WantedDatabase *wanted,
		      const WantedConsumer *consumer)
{
	AUTO(Pool) *scratch = pool_new();

	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const WantedConsumer *other = &wanted->consumers[i];

		if (same_account(consumer, other) &&
		    known_link_is(lockout->known, wanted->desired->suffix, other->peer->id,
				  link_identity(scratch, &other->syncrepl, other->secret)))
			return true;
	}
	return false;
}

static bool has_failed(const Lockout *lockout, const char *dn, const char *secret)
{
	static const char *const attributes[] = {"pwdFailureTime", NULL};
	const DirectoryQuery query = {
		.base = dn, .scope = DIRECTORY_BASE, .attributes = attributes};
	AUTO(Pool) *scratch = pool_new();
	Tree tree = {0};
	Error err;

	/* An account that is elsewhere, or hidden, is not known to be in danger. */
	return directory_read(lockout->directory, &query, scratch, &tree, &err) == 0 &&
	       tree.n_entries > 0 &&
	       lockout_is_newer(entry_attribute(&tree.entries[0], attributes[0]), secret);
}

/* Peers of one database mostly have the same account: it is judged once. */
static bool is_in_danger(Lockout *lockout, const WantedDatabase *wanted,
			 const WantedConsumer *consumer)
{
	const char *dn = consumer->syncrepl.value[SYNCREPL_BINDDN];

	if (lockout->wanted == wanted && same_text(lockout->dn, dn) &&
	    same_text(lockout->secret, consumer->secret))
		return lockout->is_in_danger;
	lockout->wanted = wanted;
	lockout->dn = pool_strdup(lockout->pool, dn);
	lockout->secret = pool_strdup(lockout->pool, consumer->secret);
	lockout->is_in_danger =
		!is_proven(lockout, wanted, consumer) && has_failed(lockout, dn, consumer->secret);
	return lockout->is_in_danger;
}

bool lockout_withholds(Lockout *lockout, const WantedDatabase *wanted,
		       const WantedConsumer *consumer, LinkProbe *ret)
{
	const Syncrepl *syncrepl = &consumer->syncrepl;
	const char *dn = syncrepl->value[SYNCREPL_BINDDN];
	Pool *pool = lockout->pool;

	if (!dn || !consumer->secret || !syncrepl->value[SYNCREPL_CREDENTIALS] ||
	    !is_in_danger(lockout, wanted, consumer))
		return false;
	*ret = (LinkProbe){
		.suffix = pool_strdup(pool, wanted->desired->suffix),
		.peer_id = consumer->peer->id,
		.identity = link_identity(pool, syncrepl, consumer->secret),
		.at_sec = (int64_t)time(NULL),
		.probe = {.uri = pool_strdup(pool, syncrepl->value[SYNCREPL_PROVIDER]),
			  .suffix = pool_strdup(pool, wanted->desired->suffix),
			  .peer_id = consumer->peer->id},
	};
	probe_add_fault(pool, &ret->probe, PROBE_BIND_NOT_REPEATED,
			"the password of '%s' was not sent, for a bind with this account was "
			"refused after its file was written, perhaps to another node with the same "
			"password (pwdFailureTime)",
			dn);
	return true;
}

unsigned lockout_turn_msec(const Wanted *wanted)
{
	const unsigned msec = wanted_rank(wanted) * TURN_MSEC;

	return msec < MAX_TURN_MSEC ? msec : MAX_TURN_MSEC;
}
