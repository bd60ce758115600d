/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/role.h"

#include <stdlib.h>

#include "common/base/remedies.h"
#include "common/slapd/serverid.h"

/* What was seen before stays as it is: it tells the next pass which role this was. */
static void hold_add(Diff *diff, const char *suffix, const char *text, const char *release)
{
	plan_add_hold(diff->pool, diff->plan,
		      (Hold){.guard = GUARD_ROLE,
			     .suffix = suffix,
			     .text = text,
			     .release = release,
			     .says_nothing = true});
}

/* --- a provider that is to be a consumer --- */

/* One that slapd does not understand counts: it may write under it. */
static bool has_server_id(const Diff *diff)
{
	const Attribute *ids = diff->in->live->server_ids;
	ServerId id;

	for (size_t i = 0; ids && i < ids->n_values; i++)
		if (serverid_parse(diff->pool, ids->values[i].bytes, &id, NULL) < 0 || id.sid > 0)
			return true;
	return false;
}

/* By what slapd is a provider of the database; NULL: it is none. */
static const char *provider_by(const Diff *diff, const LiveDatabase *live)
{
	if (live->is_multi_provider)
		return "the multi-provider flag: clients may write here";
	if (live->syncprov)
		return "the syncprov overlay: others may read it here";
	return has_server_id(diff) ? "a server ID: clients may have written here under it" : NULL;
}

/* Who read here, and whether what was written here came to them, is not known to a consumer. */
static void hold_provider(Diff *diff, const char *suffix, const char *by)
{
	hold_add(diff, suffix,
		 pool_printf(diff->pool,
			     "%s: by peers.json this node is a consumer, and slapd here has %s. "
			     "Nothing of it is written: a provider does not become a consumer yet. "
			     "To make it one: first a provider in peers.json, then %s; or leave it "
			     "one, with",
			     suffix, by, remedy_text(REMEDY_ROLE_ANEW)),
		 remedy_text(REMEDY_ROLE_PROVIDER));
}

/* --- a consumer that is to be a provider --- */

/* What it reads may be a part, and with an account that sees less: entries and attributes that it
 * lacks the others would lose. contextCSN tells of neither. */
static void hold_consumer(Diff *diff, const char *suffix)
{
	hold_add(diff, suffix,
		 pool_printf(diff->pool,
			     "%s: by peers.json this node is a provider, and so far it was a "
			     "consumer with entries: what it did not read, or may not see, the "
			     "others would lose. To leave it one: %s; to begin anew: %s; when `%s` "
			     "finds nothing, and its account sees all attributes",
			     suffix, remedy_text(REMEDY_ROLE_CONSUMER),
			     remedy_text(REMEDY_ROLE_ANEW), remedy_text(REMEDY_COMPARE_ATTRIBUTES)),
		 remedy_text(REMEDY_RELEASE_ROLE));
}

static bool was_consumer(const Diff *diff, const char *suffix)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	return known && known->is_consumer;
}

/* A person said so in an earlier pass. */
static bool is_rising(const Diff *diff, const char *suffix)
{
	return known_database(diff->in->known, suffix)->is_rising;
}

bool role_rises(const Diff *diff, const char *suffix, const LiveDatabase *live)
{
	return !peer_is_consumer(diff->in->wanted->self) && was_consumer(diff, suffix) &&
	       !live->is_multi_provider;
}

bool role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const Content *here = &diff_facts(diff, suffix)->here;
	const char *by;

	if (peer_is_consumer(diff->in->wanted->self)) {
		by = provider_by(diff, live);
		if (by)
			hold_provider(diff, suffix, by);
		return !by;
	}
	/* With the flag somebody made it a provider since. */
	if (!role_rises(diff, suffix, live) || is_rising(diff, suffix) ||
	    diff_is_released_for(diff, GUARD_ROLE, suffix))
		return true;
	if (here->state == CONTENT_UNKNOWN)
		diff_need_here(diff, suffix, wanted);
	if (here->state == CONTENT_READ && !here->has_suffix)
		return true;
	hold_consumer(diff, suffix);
	return false;
}
