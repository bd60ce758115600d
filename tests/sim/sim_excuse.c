/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_excuse.h"

const char *const sim_excuse_names[] = {
	[EXCUSE_NONE] = "none",           [EXCUSE_UNSENT] = "unsent",
	[EXCUSE_OUTRUN] = "outrun",       [EXCUSE_SKIPPED] = "skipped",
	[EXCUSE_ANEW] = "anew",           [EXCUSE_FORGOTTEN] = "forgotten",
	[EXCUSE_OVERTAKEN] = "overtaken", [EXCUSE_EARLY] = "early",
	[EXCUSE_PASSED] = "passed",       [EXCUSE_KEPT] = "kept",
	[EXCUSE_PAST] = "past",           [EXCUSE_ALONE] = "alone",
	[EXCUSE_BUSY] = "busy",
};

static SimExcuse taken_out;

void sim_excuse_take_out(SimExcuse excuse)
{
	taken_out = excuse;
}

bool sim_excuse_holds(SimExcuse excuse)
{
	return taken_out != excuse;
}

static unsigned bit_if(SimExcuse excuse, bool applies)
{
	return applies && sim_excuse_holds(excuse) ? 1U << excuse : 0;
}

static bool is_csn(SimCsn one, SimCsn other)
{
	return one.time > 0 && one.time == other.time && one.sid == other.sid;
}

static bool is_uuid(uint16_t one, uint16_t other)
{
	return one > 0 && one == other;
}

/* What slapd loses by itself, where the same history without syncward may not come to it, as no
 * machine joins there, or writes no heartbeat: what a killed slapd never sent
 * (test_slapd_alone.py), what a session log outran that somebody keeps (fact 25), and what a relay
 * that no pass saw cut off did not give to who began to read it then (test_sim_relay.py). */
static unsigned excuses_of_version(const SimCluster *cluster, unsigned name, SimCsn csn)
{
	return bit_if(EXCUSE_UNSENT, is_csn(cluster->unsent[name], csn)) |
	       bit_if(EXCUSE_OUTRUN, is_csn(cluster->outrun[name], csn)) |
	       bit_if(EXCUSE_SKIPPED, is_csn(cluster->skipped[name].csn, csn)) |
	       bit_if(EXCUSE_PASSED, is_csn(cluster->passed[name], csn));
}

/* A deletion that is undone by no agent; and what a node that reads all anew brings back while its
 * sender has not got the deletion yet: a refreshOnly (test_joining_readers.py), or one whose
 * connection broke while a provider's first change was on its way (test_sim_exempted.py). */
static unsigned excuses_of_deletion(const SimCluster *cluster, unsigned name,
				    const SimRecord *record)
{
	const SimReturn *back = &cluster->anew[name];

	return bit_if(EXCUSE_ANEW, is_uuid(back->uuid, record->uuid) &&
					   back->covered.time[record->csn.sid] < record->csn.time) |
	       bit_if(EXCUSE_OVERTAKEN, is_uuid(cluster->overtaken[name], record->uuid)) |
	       bit_if(EXCUSE_KEPT, is_uuid(cluster->kept[name], record->uuid)) |
	       sim_excuses_of_difference(cluster, name, record);
}

unsigned sim_excuses_of_loss(const SimCluster *cluster, unsigned name, const SimRecord *record)
{
	return record->is_deleted ? excuses_of_deletion(cluster, name, record)
				  : excuses_of_version(cluster, name, record->csn);
}

unsigned sim_excuses_of_difference(const SimCluster *cluster, unsigned name,
				   const SimRecord *record)
{
	return bit_if(EXCUSE_FORGOTTEN, is_csn(cluster->forgotten[name], record->csn)) |
	       bit_if(EXCUSE_EARLY, is_uuid(cluster->early[name], record->uuid));
}
