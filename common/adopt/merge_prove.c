/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/adoption.h"
#include "common/adopt/merge_internal.h"
#include "common/base/text.h"
#include "common/slapd/url.h"
#include "common/topology/links.h"

/*
 * The rules above may be wrong; the result is checked independently. With the combined document a
 * node must read the same peers as with its own file, and each link must be the same. What differs
 * here would change a server.
 */

/* One database as one node has it: with its own file, or with that of all. */
typedef struct Side {
	const Links *links;
	size_t self;
} Side;

static size_t position_of(const Links *links, unsigned id)
{
	size_t at = 0;

	while (at < links->n_nodes && links->nodes[at]->id != id)
		at++;
	return at;
}

static bool side_reads(const Side *side, unsigned id)
{
	const size_t at = position_of(side->links, id);

	return at < side->links->n_relays && relay_set_has(&side->links->reads[side->self], at);
}

static bool credentials_same(const Credentials *one, const Credentials *other)
{
	return one->kind == other->kind && text_equal(one->name, other->name);
}

static bool link_same(Pool *pool, const Side *one, const Side *other, unsigned id)
{
	const Side *sides[] = {one, other};
	SyncreplSettings link[2];
	unsigned rid[2];

	for (size_t i = 0; i < 2; i++) {
		const Links *links = sides[i]->links;
		const Peer *provider = links->nodes[position_of(links, id)];

		link[i] =
			desired_link(pool, links->database, provider, links->nodes[sides[i]->self]);
		rid[i] = desired_rid(links->database, provider);
	}
	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++)
		if (adopt_is_spread(k) &&
		    !adopt_same_value((SyncreplKeyword)k, link[0].value[k], link[1].value[k]))
			return false;
	return rid[0] == rid[1] && credentials_same(&link[0].credentials, &link[1].credentials) &&
	       url_equal(link[0].value[SYNCREPL_PROVIDER], link[1].value[SYNCREPL_PROVIDER]);
}

static void holding_prove(Merge *merge, const Desired *all, size_t s, size_t d)
{
	AUTO(Pool) *scratch = pool_new();
	const DesiredDatabase *given = merge_holding(merge, s, d)->given;
	const unsigned id = merge_author(merge, s)->id;
	const Links own_links = links_make(scratch, merge->sources[s].desired, given);
	const Links all_links = links_make(scratch, all, &all->databases[d]);
	const Side own = {&own_links, position_of(&own_links, id)};
	const Side with_all = {&all_links, position_of(&all_links, id)};

	for (size_t i = 0; i < all->n_peers; i++) {
		const unsigned other = all->peers[i].id;
		const bool reads = side_reads(&own, other);

		if (reads == side_reads(&with_all, other) &&
		    (!reads || link_same(scratch, &own, &with_all, other)))
			continue;
		merge_disagree(merge,
			       "%s: how peer %u reads peer %u peers.json cannot say as %s has it, "
			       "together with the other files",
			       all->databases[d].suffix, id, other, merge->sources[s].name);
	}
}

void merge_prove(Merge *merge, const Desired *desired)
{
	for (size_t s = 0; s < merge->n_sources; s++)
		for (size_t d = 0; d < merge->n_databases; d++)
			if (merge_holding(merge, s, d)->given)
				holding_prove(merge, desired, s, d);
}
