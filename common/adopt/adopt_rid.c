/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>

#include "common/adopt/adoption.h"

#define RID_MAX 999
#define UNSET   (-1)

/* rid = offset of the database + number of the peer: finds both from the rids in use. */
typedef struct Rids {
	Adoption *adoption;
	int *offset; /* per database */
	int *number; /* per peer; UNSET: not decided */
} Rids;

static int link_rid(const AdoptDatabase *database, size_t link)
{
	return syncrepl_rid(database->links[link].syncrepl);
}

static int lowest_rid(const AdoptDatabase *database)
{
	int lowest = RID_MAX;

	for (size_t i = 0; i < database->n_links; i++)
		if (link_rid(database, i) < lowest)
			lowest = link_rid(database, i);
	return lowest;
}

/* --- every peer's number is its id --- */

static bool ids_do(Rids *rids)
{
	const Adoption *adoption = rids->adoption;

	for (size_t d = 0; d < adoption->n_databases; d++) {
		const AdoptDatabase *database = &adoption->databases[d];

		if (database->n_links == 0)
			continue;
		rids->offset[d] =
			link_rid(database, 0) - (int)adoption->peers[database->links[0].peer].id;
		if (rids->offset[d] < 0)
			return false;
		for (size_t i = 0; i < database->n_links; i++)
			if (link_rid(database, i) !=
			    rids->offset[d] + (int)adoption->peers[database->links[i].peer].id)
				return false;
	}
	return true;
}

/* --- numbers of their own --- */

/* True when the number would give the peer a rid that a live value of another one has, or that
 * another peer gets. */
static bool number_clashes(const Rids *rids, size_t peer, int number)
{
	const Adoption *adoption = rids->adoption;

	if (peer != 0 && rids->number[0] == number)
		return true;
	for (size_t d = 0; d < adoption->n_databases; d++) {
		const AdoptDatabase *database = &adoption->databases[d];
		int rid = rids->offset[d] + number;

		if (rid < 0 || rid > RID_MAX)
			return true;
		for (size_t i = 0; i < database->n_links; i++) {
			size_t other = database->links[i].peer;

			if (other != peer &&
			    (link_rid(database, i) == rid || rids->number[other] == number))
				return true;
		}
	}
	return false;
}

static int offset_find(const Rids *rids, const AdoptDatabase *database)
{
	for (size_t i = 0; i < database->n_links; i++) {
		int number = rids->number[database->links[i].peer];

		if (number != UNSET && link_rid(database, i) >= number)
			return link_rid(database, i) - number;
	}
	return 0;
}

static bool rid_is_double(const AdoptDatabase *database, size_t link)
{
	for (size_t i = 0; i < link; i++)
		if (link_rid(database, i) == link_rid(database, link))
			return true;
	return false;
}

static void database_number(Rids *rids, size_t d)
{
	const AdoptDatabase *database = &rids->adoption->databases[d];

	rids->offset[d] = offset_find(rids, database);
	for (size_t i = 0; i < database->n_links; i++) {
		int *number = &rids->number[database->links[i].peer];

		if (*number == UNSET && !rid_is_double(database, i) &&
		    link_rid(database, i) >= rids->offset[d])
			*number = link_rid(database, i) - rids->offset[d];
	}
}

/* Databases with low rids first, so that offsets are not negative. */
static void peers_number(Rids *rids)
{
	const Adoption *adoption = rids->adoption;
	bool *is_done = pool_alloc(adoption->pool, adoption->n_databases * sizeof(*is_done));

	for (size_t round = 0; round < adoption->n_databases; round++) {
		size_t next = adoption->n_databases;

		for (size_t d = 0; d < adoption->n_databases; d++)
			if (!is_done[d] && (next == adoption->n_databases ||
					    lowest_rid(&adoption->databases[d]) <
						    lowest_rid(&adoption->databases[next])))
				next = d;
		is_done[next] = true;
		database_number(rids, next);
	}
}

/* This node when no value names it, and peers whose live rid cannot be said. */
static void number_the_rest(Rids *rids)
{
	const Adoption *adoption = rids->adoption;

	for (size_t i = 0; i < adoption->n_peers; i++) {
		int number = (int)adoption->peers[i].id;

		/* No node reads a plain consumer. */
		if (rids->number[i] != UNSET ||
		    (i == 0 && adoption->is_consumer && !adoption->is_hub))
			continue;
		if (number_clashes(rids, i, number))
			for (number = 1; number <= RID_MAX && number_clashes(rids, i, number);)
				number++;
		rids->number[i] = number;
	}
}

static bool is_named(const Adoption *adoption)
{
	for (size_t d = 0; d < adoption->n_databases; d++)
		for (size_t i = 0; i < adoption->databases[d].n_links; i++)
			if (adoption->databases[d].links[i].peer == 0)
				return true;
	return false;
}

static void report(const Rids *rids)
{
	Adoption *adoption = rids->adoption;

	if ((!adoption->is_consumer || adoption->is_hub) && !is_named(adoption) &&
	    rids->number[0] != (int)adoption->peers[0].id)
		adopt_note(adoption,
			   "no olcSyncrepl value here tells by which rid others read this node: %d "
			   "is a free one",
			   rids->number[0]);
	for (size_t d = 0; d < adoption->n_databases; d++) {
		const AdoptDatabase *database = &adoption->databases[d];

		for (size_t i = 0; i < database->n_links; i++) {
			size_t peer = database->links[i].peer;
			int rid = rids->offset[d] + rids->number[peer];

			if (peer != 0 && rid != link_rid(database, i))
				adopt_note(adoption,
					   "%s has rid %03d for %s, which peers.json cannot say "
					   "together with the other rids: the plan will make it "
					   "%03d",
					   database->suffix, link_rid(database, i),
					   adoption->peers[peer].uri, rid);
		}
	}
}

void adopt_spread_rids(Adoption *adoption, Desired *desired)
{
	Rids rids = {.adoption = adoption};

	rids.offset = pool_alloc(adoption->pool, adoption->n_databases * sizeof(*rids.offset));
	rids.number = pool_alloc(adoption->pool, adoption->n_peers * sizeof(*rids.number));
	for (size_t i = 0; i < adoption->n_peers; i++)
		rids.number[i] = UNSET;
	if (!ids_do(&rids))
		peers_number(&rids);
	number_the_rest(&rids);
	report(&rids);
	for (size_t d = 0; d < adoption->n_databases; d++)
		desired->databases[d].rid_offset = (unsigned)rids.offset[d];
	for (size_t i = 0; i < adoption->n_peers; i++)
		desired->peers[i].rid =
			rids.number[i] == (int)adoption->peers[i].id ? UNSET : rids.number[i];
}
