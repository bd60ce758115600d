/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/lockout.h"

#include <string.h>
#include <time.h>

#include "common/link/lockout_time.h"

/* Of an account that is elsewhere, or hidden, nothing is known. */
static void account_read(Lockout *lockout, const WantedConsumer *consumer, LockoutAccount *account)
{
	static const char *const attributes[] = {"pwdFailureTime", "pwdChangedTime", "entryCSN",
						 NULL};
	const DirectoryQuery query = {
		.base = account->dn, .scope = DIRECTORY_BASE, .attributes = attributes};
	AUTO(Pool) *scratch = pool_new();
	Tree tree = {0};
	const Entry *entry = NULL;
	Error err;

	if (directory_read(lockout->directory, &query, scratch, &tree, &err) == 0 &&
	    tree.n_entries > 0)
		entry = &tree.entries[0];
	account->is_proven = password_is_proven(&lockout->sight, lockout->wanted, consumer, entry);
	if (!entry)
		return;
	account->csn = pool_strdup(lockout->pool, entry_first(entry, "entryCSN"));
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
	if (lockout->wanted == wanted && strcmp(account->dn, dn) == 0 &&
	    strcmp(account->secret, consumer->secret) == 0)
		return account;
	lockout->wanted = wanted;
	*account = (LockoutAccount){
		.dn = pool_strdup(lockout->pool, dn),
		.secret = pool_strdup(lockout->pool, consumer->secret),
	};
	account_read(lockout, consumer, account);
	return account;
}

const char *lockout_withholds(Lockout *lockout, const ProbeRefusals *refusals,
			      const WantedDatabase *wanted, const WantedConsumer *consumer,
			      const char *provider)
{
	const LockoutAccount *account = lockout_account(lockout, wanted, consumer);
	const ProbeBind bind = {.provider = provider,
				.binddn = consumer->syncrepl.value[SYNCREPL_BINDDN],
				.secret = consumer->secret};

	if (bind.binddn && probe_refusals_have(refusals, &bind))
		return "this server refused its password, and is not asked again";
	if (account && account->is_in_danger)
		return "its password was not sent, because a bind with it was refused after the "
		       "password's file was written";
	return NULL;
}

LinkProbe lockout_answer(Pool *pool, const WantedDatabase *wanted, const WantedConsumer *consumer)
{
	const Syncrepl *syncrepl = &consumer->syncrepl;
	LinkProbe answer = {
		.suffix = pool_strdup(pool, wanted->desired->suffix),
		.peer_id = consumer->peer->id,
		.identity = link_identity(pool, syncrepl, consumer->secret),
		.began_sec = (int64_t)time(NULL),
		.at_sec = (int64_t)time(NULL),
		.probe = {.uri = pool_strdup(pool, syncrepl->value[SYNCREPL_PROVIDER]),
			  .suffix = pool_strdup(pool, wanted->desired->suffix),
			  .peer_id = consumer->peer->id},
	};

	probe_add_fault(pool, &answer.probe, PROBE_BIND_NOT_REPEATED,
			"the password of '%s' was not sent, because a bind with this account was "
			"refused after its file was written, perhaps to another node with the "
			"same password (pwdFailureTime)",
			syncrepl->value[SYNCREPL_BINDDN]);
	return answer;
}
