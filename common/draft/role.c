/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/role.h"

#include <stdlib.h>

#include "common/draft/role_falls.h"
#include "common/remedies/remedies.h"
#include "common/slapd/serverid.h"

/* What was seen before stays as it is: it shows the next pass which role this was. */
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

/* What makes slapd a provider of the database; NULL: it is none. */
static const char *provider_by(const Diff *diff, const LiveDatabase *live)
{
	if (live->is_multi_provider)
		return "the multi-provider flag: clients may write here";
	/* Of a hub others are to read it. */
	if (live->syncprov && !peer_is_read(diff->in->wanted->self))
		return "the syncprov overlay: others may read it here";
	return has_server_id(diff) ? "a server ID: clients may have written here under it" : NULL;
}

/* It takes clients' writes, or reads from no server: what is here alone its first refresh would
 * delete.
 */
static void hold_provider(Diff *diff, const char *suffix, const LiveDatabase *live, const char *by)
{
	const bool may_fall = live_reads_from_somebody(live);

	if (may_fall)
		hold_add(
			diff, suffix,
			pool_printf(
				diff->pool,
				"%s: by peers.json this node is a consumer, and slapd here has %s. "
				"To leave it a provider: %s. To make it a consumer, which ends "
				"clients' writes here at once; their changes go on to the others, "
				"and it is told when all have them",
				suffix, by, remedy_text(REMEDY_ROLE_PROVIDER)),
			remedy_text(REMEDY_RELEASE_ROLE));
	else
		hold_add(
			diff, suffix,
			pool_printf(
				diff->pool,
				"%s: by peers.json this node is a consumer, and slapd here has %s. "
				"It reads from nobody, and what is here alone would be deleted. "
				"To make it one: first a provider in peers.json, then %s; or "
				"leave it "
				"one, with",
				suffix, by, remedy_text(REMEDY_ROLE_ANEW)),
			remedy_text(REMEDY_ROLE_PROVIDER));
}

/* --- a consumer that is to be a provider --- */

/* What it reads may be a part, and with an account that sees less: the others would lose entries
 * and attributes that it lacks. contextCSN shows neither. */
static void hold_consumer(Diff *diff, const char *suffix)
{
	hold_add(diff, suffix,
		 pool_printf(
			 diff->pool,
			 "%s: by peers.json this node is a provider, but so far it is a consumer "
			 "with entries: the others would lose what it did not read, or may not "
			 "see. To leave it one: %s; to begin anew: %s; if `%s` finds nothing, and "
			 "its account sees everything",
			 suffix, remedy_text(REMEDY_ROLE_CONSUMER), remedy_text(REMEDY_ROLE_ANEW),
			 remedy_text(REMEDY_COMPARE_ATTRIBUTES)),
		 remedy_text(REMEDY_RELEASE_ROLE));
}

/* contextCSN does not show that either, and the next node to read it deletes what it lacks. */
static void hold_leaf(Diff *diff, const char *suffix)
{
	hold_add(diff, suffix,
		 pool_printf(
			 diff->pool,
			 "%s: by peers.json this node is a hub, but so far nobody reads it: its "
			 "readers would lose what it did not read, or may not see. To leave it a "
			 "plain consumer: %s; to begin anew: %s; if `%s` finds nothing, and its "
			 "account sees everything",
			 suffix, remedy_text(REMEDY_ROLE_LEAF), remedy_text(REMEDY_ROLE_ANEW),
			 remedy_text(REMEDY_COMPARE_ATTRIBUTES)),
		 remedy_text(REMEDY_RELEASE_ROLE));
}

static bool was_consumer(const Diff *diff, const char *suffix)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	return known && known->is_consumer;
}

/* A person said so in an earlier pass; or it is one that joins. */
static bool is_rising(const Diff *diff, const char *suffix)
{
	return known_database(diff->in->known, suffix)->is_rising;
}

bool role_rises(const Diff *diff, const char *suffix, const LiveDatabase *live)
{
	return !peer_is_consumer(diff->in->wanted->self) && was_consumer(diff, suffix) &&
	       !live->is_multi_provider;
}

bool role_opens(const Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Peer *self = diff->in->wanted->self;

	return peer_is_consumer(self) && peer_is_read(self) && !live->syncprov &&
	       wanted->desired->syncprov.is_managed && was_consumer(diff, wanted->desired->suffix);
}

/* What a provider has stays, as where one leaves: it harms nobody once clients write nothing. */
static bool fall(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const bool is_released = diff_is_released_for(diff, GUARD_ROLE, suffix);
	const char *by = provider_by(diff, live);
	Hold hold;

	if (!by || (was_consumer(diff, suffix) && !live->is_multi_provider))
		return true;
	if (!live_reads_from_somebody(live) || (live->is_multi_provider && !is_released)) {
		hold_provider(diff, suffix, live, by);
		return false;
	}
	if (live->is_multi_provider || role_has_fallen(diff, wanted, &hold))
		return true;
	plan_add_hold(diff->pool, diff->plan, hold);
	return false;
}

/* Others are about to take from it what they lack. */
static bool rise(Diff *diff, const WantedDatabase *wanted,
		 void (*hold)(Diff *diff, const char *suffix))
{
	const char *suffix = wanted->desired->suffix;
	const Content *here = &diff_facts(diff, suffix)->here;

	if (is_rising(diff, suffix) || diff_is_released_for(diff, GUARD_ROLE, suffix))
		return true;
	if (here->state == CONTENT_UNKNOWN)
		diff_need_here(diff, suffix, wanted);
	if (here->state == CONTENT_READ && !here->entry.exists)
		return true;
	hold(diff, suffix);
	return false;
}

bool role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	if (peer_is_consumer(diff->in->wanted->self))
		return fall(diff, wanted, live) &&
		       (!role_opens(diff, wanted, live) || rise(diff, wanted, hold_leaf));
	/* With the flag somebody made it a provider since. */
	return !role_rises(diff, wanted->desired->suffix, live) ||
	       rise(diff, wanted, hold_consumer);
}
