/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/password_proof.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/link/lockout_time.h"
#include "common/live/live_running.h"

static bool same_text(const char *one, const char *other)
{
	return one && other && strcmp(one, other) == 0;
}

/* Both links bind with the same account and password. */
static bool is_shared(const WantedConsumer *one, const WantedConsumer *other)
{
	return same_text(one->secret, other->secret) &&
	       same_text(one->syncrepl.value[SYNCREPL_BINDDN],
			 other->syncrepl.value[SYNCREPL_BINDDN]);
}

/* Since 1970; -1: not since the password's file was written. */
static int64_t changed_sec(const Attribute *changed, const char *secret)
{
	int64_t newest_sec = -1;

	for (size_t i = 0; lockout_is_newer(changed, secret) && i < changed->n_values; i++) {
		const int64_t sec = timestamp_of_generalized(changed->values[i].bytes);

		newest_sec = sec > newest_sec ? sec : newest_sec;
	}
	return newest_sec;
}

static bool was_probed_since(const LinkProbe *probe, int64_t since_sec)
{
	return probe && probe->at_sec > since_sec && probe_verdict(&probe->probe) == PROBE_IS_GOOD;
}

static bool has_bound_since(const RunningConsumer *running, const WantedConsumer *wanted,
			    int64_t since_sec)
{
	return running_works(running, &wanted->syncrepl) &&
	       timestamp_of_generalized(running->last_connect) > since_sec;
}

bool password_is_proven(const PasswordSight *sight, const WantedDatabase *wanted,
			const WantedConsumer *consumer, const Entry *account)
{
	const char *suffix = wanted->desired->suffix;
	const Attribute *changed = account ? entry_attribute(account, "pwdChangedTime") : NULL;
	const int64_t since_sec = changed_sec(changed, consumer->secret);
	AUTO(Pool) *scratch = pool_new();
	RunningIndex index;

	/* Nobody here would see that somebody changed it. */
	if (!account || !entry_first(account, "entryCSN"))
		return false;
	running_index(&sight->live->runs, suffix, &index);
	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const WantedConsumer *other = &wanted->consumers[i];
		const char *identity = link_identity(scratch, &other->syncrepl, other->secret);

		if (!is_shared(consumer, other) ||
		    !known_link_is(sight->known, suffix, other->peer->id, identity))
			continue;
		if (since_sec < 0 ||
		    has_bound_since(running_find(&index, other->rid, other->provider), other,
				    since_sec) ||
		    was_probed_since(
			    link_probe_find(sight->probes, suffix, other->peer->id, identity),
			    since_sec))
			return true;
	}
	return false;
}
