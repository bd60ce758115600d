/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/merge_internal.h"
#include "common/base/text.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/topology/links.h"
#include "common/wanted/wanted_readers.h"

/*
 * What is managed at a database besides links: it is left to each node ("not ours") where the files
 * do not say the same, and a note says so. Only nodes that are read know about overlay, limits and
 * rights.
 */

/* The holdings of one database, of the nodes that know. */
typedef struct Knowing {
	Merge *merge;
	size_t database;
} Knowing;

static bool is_read(const Merge *merge, size_t s)
{
	return peer_is_read(merge_author(merge, s));
}

/* The database as that file has it; NULL: its node does not hold it, or is none that knows. */
static const DesiredDatabase *given_by(const Knowing *knowing, size_t s, bool of_the_read)
{
	if (of_the_read && !is_read(knowing->merge, s))
		return NULL;
	return merge_holding(knowing->merge, s, knowing->database)->given;
}

/* --- switches --- */

typedef bool Switch(const DesiredDatabase *given);

static bool manages_syncprov(const DesiredDatabase *given)
{
	return given->syncprov.is_managed;
}

static bool manages_index(const DesiredDatabase *given)
{
	return given->manages_index;
}

static bool manages_limits(const DesiredDatabase *given)
{
	return given->manages_limits;
}

static bool manages_access(const DesiredDatabase *given)
{
	return given->manages_access;
}

/* True when it is so in every file; some say otherwise: noted with one of each. */
static bool all_say(const Knowing *knowing, Switch *is_on, bool of_the_read, const char *name)
{
	Merge *merge = knowing->merge;
	const char *yes = NULL, *no = NULL;

	for (size_t s = 0; s < merge->n_sources; s++) {
		const DesiredDatabase *given = given_by(knowing, s, of_the_read);

		if (given && is_on(given))
			yes = merge->sources[s].name;
		else if (given)
			no = merge->sources[s].name;
	}
	if (yes && no)
		merge_note(
			merge,
			"%s: \"%s\" is there in %s and not in %s: it is off, and each node keeps "
			"what it has",
			merge->databases[knowing->database].suffix, name, yes, no);
	return yes && !no;
}

/* --- texts --- */

typedef const char *Text(const DesiredDatabase *given);

static const char *checkpoint(const DesiredDatabase *given)
{
	return given->syncprov.checkpoint;
}

/* One of its own kind where none may be. */
static const char *sessionlog(const DesiredDatabase *given)
{
	return given->syncprov.removes_sessionlog ? "false" : given->syncprov.sessionlog;
}

static const char *all_have(const Knowing *knowing, Text *text, const char *name)
{
	Merge *merge = knowing->merge;
	const DesiredDatabase *first = NULL;
	const char *file = NULL;

	for (size_t s = 0; s < merge->n_sources; s++) {
		const DesiredDatabase *given = given_by(knowing, s, true);

		if (!given || !given->syncprov.is_managed)
			continue;
		if (!first) {
			first = given;
			file = merge->sources[s].name;
		} else if (!text_equal(text(first), text(given))) {
			merge_note(merge,
				   "%s: \"%s\" of syncprov is not the same in %s and in %s: it is "
				   "left out, and each node keeps what it has",
				   merge->databases[knowing->database].suffix, name, file,
				   merge->sources[s].name);
			return NULL;
		}
	}
	return first ? text(first) : NULL;
}

/* --- who reads --- */

static bool readers_same(const DesiredDatabase *one, const DesiredDatabase *other)
{
	for (size_t i = 0; i < one->n_readers && i < other->n_readers; i++)
		if (!dn_equal(one->readers[i], other->readers[i]))
			return false;
	return one->n_readers == other->n_readers;
}

/* adopt writes none, but a person may have named the readers where SASL does not show them. */
static void readers_take(const Knowing *knowing, DesiredDatabase *database)
{
	Merge *merge = knowing->merge;
	const DesiredDatabase *first = NULL;

	for (size_t s = 0; s < merge->n_sources; s++) {
		const DesiredDatabase *given = given_by(knowing, s, true);

		if (!given)
			continue;
		if (first && !readers_same(first, given))
			merge_disagree(merge,
				       "%s: \"readers\" in %s are not those of other files: %s",
				       database->suffix, merge->sources[s].name,
				       remedy_text(REMEDY_MERGE_AGREE));
		first = first ? first : given;
	}
	if (first) {
		database->readers = first->readers;
		database->n_readers = first->n_readers;
	}
}

typedef struct Accounts {
	const char **dns;
	size_t n_dns;
	bool has_unknown; /* somebody binds, and it is not known here as whom */
} Accounts;

static void account_add(Pool *pool, Accounts *accounts, const char *dn)
{
	accounts->has_unknown |= dn == NULL;
	for (size_t i = 0; dn && i < accounts->n_dns; i++)
		if (dn_equal(accounts->dns[i], dn))
			return;
	if (dn)
		POOL_PUSH(pool, accounts->dns, accounts->n_dns, dn);
}

/* As whom others bind at that provider: other providers, and consumers that read there. */
static Accounts accounts_at(Pool *pool, const Links *links, size_t provider)
{
	Accounts accounts = {0};

	for (size_t at = 0; at < links->n_nodes; at++)
		if (at != provider &&
		    (at < links->n_relays || relay_set_has(&links->reads[at], provider)))
			account_add(pool, &accounts,
				    wanted_reader(links->database, links->nodes[provider],
						  links->nodes[at]));
	return accounts;
}

static bool accounts_are_within(const Accounts *some, const Accounts *others)
{
	for (size_t i = 0; i < some->n_dns; i++) {
		bool is_there = false;

		for (size_t k = 0; k < others->n_dns; k++)
			is_there |= dn_equal(some->dns[i], others->dns[k]);
		if (!is_there)
			return false;
	}
	return others->has_unknown || !some->has_unknown;
}

static const Links *links_of(Pool *pool, const Desired *desired, const DesiredDatabase *database)
{
	Links *links = pool_alloc(pool, sizeof(*links));

	*links = links_make(pool, desired, database);
	return links;
}

/* A node's own file says what an account may do there only for accounts that it knows to read
 * there. */
static bool knows_all_readers(const Knowing *knowing, const Desired *merged, size_t s)
{
	AUTO(Pool) *scratch = pool_new();
	Merge *merge = knowing->merge;
	const Peer *author = merge_author(merge, s);
	const Links *own, *all;
	Accounts known, wanted;

	own = links_of(scratch, merge->sources[s].desired,
		       merge_holding(merge, s, knowing->database)->given);
	all = links_of(scratch, merged, &merge->databases[knowing->database]);
	known = accounts_at(scratch, own, links_position(own, author));
	wanted = accounts_at(
		scratch, all,
		links_position(all, &merge->nodes.peers[merge_peer(merge, author->id)]));
	return accounts_are_within(&wanted, &known);
}

static void rights_take(const Knowing *knowing, const Desired *merged, DesiredDatabase *database)
{
	Merge *merge = knowing->merge;

	database->manages_limits = all_say(knowing, manages_limits, true, "limits");
	database->manages_access = all_say(knowing, manages_access, true, "access");
	for (size_t s = 0; s < merge->n_sources; s++) {
		if ((!database->manages_limits && !database->manages_access) ||
		    !given_by(knowing, s, true) || knows_all_readers(knowing, merged, s))
			continue;
		merge_note(merge,
			   "%s: whether everybody who reads at peer %u may do so without limits is "
			   "not known from %s, which does not know all of them: \"limits\" and "
			   "\"access\" are off",
			   database->suffix, merge_author(merge, s)->id, merge->sources[s].name);
		database->manages_limits = database->manages_access = false;
	}
}

void merge_managed(Merge *merge)
{
	const Desired merged = merge_document(merge);

	for (size_t d = 0; d < merge->n_databases; d++) {
		const Knowing knowing = {.merge = merge, .database = d};
		DesiredDatabase *database = &merge->databases[d];
		const char *log;

		database->syncprov.is_managed =
			all_say(&knowing, manages_syncprov, true, "syncprov");
		database->manages_index = all_say(&knowing, manages_index, false, "index");
		readers_take(&knowing, database);
		rights_take(&knowing, &merged, database);
		if (!database->syncprov.is_managed)
			continue;
		database->syncprov.checkpoint = all_have(&knowing, checkpoint, "checkpoint");
		log = all_have(&knowing, sessionlog, "sessionlog");
		database->syncprov.removes_sessionlog = text_equal(log, "false");
		database->syncprov.sessionlog = database->syncprov.removes_sessionlog ? NULL : log;
	}
}

/* --- "policy" --- */

static void keep_join(Merge *merge, DesiredPolicy *policy, const DesiredPolicy *source)
{
	for (size_t i = 0; i < source->n_keep; i++) {
		bool is_there = false;

		for (size_t k = 0; k < policy->n_keep; k++)
			is_there |= url_equal(policy->keep[k], source->keep[i]);
		if (!is_there)
			POOL_PUSH(merge->pool, policy->keep, policy->n_keep, source->keep[i]);
	}
}

static void policy_compare(Merge *merge, size_t s, const Desired *first)
{
	const Desired *desired = merge->sources[s].desired;

	if (desired->policy.mode != first->policy.mode ||
	    desired->policy.prune != first->policy.prune ||
	    desired->policy.max_removals != first->policy.max_removals ||
	    desired->server_id != first->server_id)
		merge_disagree(merge,
			       "\"policy\" or \"server_id\" is not the same in %s and in %s: %s",
			       merge->sources[0].name, merge->sources[s].name,
			       remedy_text(REMEDY_MERGE_AGREE));
}

void merge_policy(Merge *merge, Desired *desired)
{
	const Desired *first = merge->sources[0].desired;

	desired->policy.mode = first->policy.mode;
	desired->policy.prune = first->policy.prune;
	desired->policy.max_removals = first->policy.max_removals;
	desired->server_id = first->server_id;
	for (size_t s = 0; s < merge->n_sources; s++) {
		const Desired *source = merge->sources[s].desired;

		policy_compare(merge, s, first);
		keep_join(merge, &desired->policy, &source->policy);
		desired->policy.retry_may_end |= source->policy.retry_may_end;
		desired->has_revision |= source->has_revision;
		if (source->has_revision && source->revision > desired->revision)
			desired->revision = source->revision;
	}
}
