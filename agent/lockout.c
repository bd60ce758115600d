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
static bool has_worked(const Lockout *lockout, const WantedDatabase *wanted,
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

/* Of an account that is elsewhere, or hidden, nothing is known. */
static void account_read(Lockout *lockout, LockoutAccount *account)
{
	static const char *const attributes[] = {"pwdFailureTime", "pwdChangedTime", "entryCSN",
						 NULL};
	const DirectoryQuery query = {
		.base = account->dn, .scope = DIRECTORY_BASE, .attributes = attributes};
	AUTO(Pool) *scratch = pool_new();
	Tree tree = {0};
	const Entry *entry;
	Error err;

	if (directory_read(lockout->directory, &query, scratch, &tree, &err) < 0 ||
	    tree.n_entries == 0)
		return;
	entry = &tree.entries[0];
	account->csn = pool_strdup(lockout->pool, entry_first(entry, "entryCSN"));
	/* A link that works keeps working, but only until it has to bind again. */
	account->is_proven &=
		!lockout_is_newer(entry_attribute(entry, "pwdChangedTime"), account->secret);
	account->is_in_danger =
		!account->is_proven &&
		lockout_is_newer(entry_attribute(entry, "pwdFailureTime"), account->secret);
}

/* Peers of one database mostly have the same account: it is judged once. */
const LockoutAccount *lockout_account(Lockout *lockout, const WantedDatabase *wanted,
				      const WantedConsumer *consumer)
{
	const Syncrepl *syncrepl = &consumer->syncrepl;
	const char *dn = syncrepl->value[SYNCREPL_BINDDN];
	LockoutAccount *account = &lockout->account;

	if (!dn || !consumer->secret || !syncrepl->value[SYNCREPL_CREDENTIALS])
		return NULL;
	if (lockout->wanted == wanted && same_text(account->dn, dn) &&
	    same_text(account->secret, consumer->secret))
		return account;
	lockout->wanted = wanted;
	*account = (LockoutAccount){
		.dn = pool_strdup(lockout->pool, dn),
		.secret = pool_strdup(lockout->pool, consumer->secret),
		.is_proven = has_worked(lockout, wanted, consumer),
	};
	account_read(lockout, account);
	return account;
}

LinkProbe lockout_answer(Pool *pool, const WantedDatabase *wanted, const WantedConsumer *consumer)
{
	const Syncrepl *syncrepl = &consumer->syncrepl;
	LinkProbe answer = {
		.suffix = pool_strdup(pool, wanted->desired->suffix),
		.peer_id = consumer->peer->id,
		.identity = link_identity(pool, syncrepl, consumer->secret),
		.at_sec = (int64_t)time(NULL),
		.probe = {.uri = pool_strdup(pool, syncrepl->value[SYNCREPL_PROVIDER]),
			  .suffix = pool_strdup(pool, wanted->desired->suffix),
			  .peer_id = consumer->peer->id},
	};

	probe_add_fault(pool, &answer.probe, PROBE_BIND_NOT_REPEATED,
			"the password of '%s' was not sent, for a bind with this account was "
			"refused after its file was written, perhaps to another node with the same "
			"password (pwdFailureTime)",
			syncrepl->value[SYNCREPL_BINDDN]);
	return answer;
}

unsigned lockout_turn_msec(const Wanted *wanted)
{
	const unsigned msec = wanted_rank(wanted) * TURN_MSEC;

	return msec < MAX_TURN_MSEC ? msec : MAX_TURN_MSEC;
}
