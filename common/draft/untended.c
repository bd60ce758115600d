/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/untended.h"

#include "common/copy/csn_set.h"
#include "common/live/database_refusal.h"
#include "common/live/live_log.h"

static const char *first_suffix(const LiveDatabase *live)
{
	return live->suffixes && live->suffixes->n_values > 0 ? live->suffixes->values[0].bytes
							      : NULL;
}

static const char *refusal_of(const Diff *diff, const DatabasePlan *database)
{
	return database_refusal(diff->pool, diff->in->live, database->live);
}

const char *untended_suffix(const Diff *diff, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;

	if (!live || !first_suffix(live) || live_log_is_read(live) ||
	    (!live->syncprov && !live->is_multi_provider && live->n_consumers == 0) ||
	    (database->wanted && !refusal_of(diff, database)))
		return NULL;
	return database->wanted ? database->suffix : first_suffix(live);
}

const char *untended_words(const Diff *diff, const DatabasePlan *database)
{
	const char *suffix = untended_suffix(diff, database);
	const char *name = suffix[0] ? suffix : database->live->entry->dn;

	return pool_printf(diff->pool, "%s, which %s", name,
			   database->wanted ? refusal_of(diff, database)
					    : "peers.json does not list");
}

const Content *untended_content(Diff *diff, const DatabasePlan *database)
{
	static const Content nameless = {.state = CONTENT_DENIED, .problem = "its suffix is empty"};
	static const Content elsewhere = {
		.state = CONTENT_DENIED,
		.problem = "it keeps its contextCSN in an entry of its own (olcSyncUseSubentry)"};
	const char *suffix = untended_suffix(diff, database);
	const Content *here = &diff_facts(diff, suffix)->here;

	if (!suffix[0])
		return &nameless;
	if (entry_has_value(database->live->entry, "olcSyncUseSubentry", "TRUE"))
		return &elsewhere;
	if (here->state == CONTENT_UNKNOWN)
		diff_need_here(diff, suffix, database->wanted);
	return here;
}

static bool carries(const Content *here, unsigned sid)
{
	return csn_newest(here->context_csns, here->n_context_csns, sid) ||
	       (here->entry.csn && csn_sid(here->entry.csn) == (int)sid);
}

/* Under the old one it wrote there itself; under the new one another server did, whose changes
 * slapd would take for its own. */
static const char *problem_of(const Diff *diff, const DatabasePlan *database, const Content *here)
{
	const unsigned id = diff->in->wanted->self->id;
	const char *words = untended_words(diff, database);

	if (here->state != CONTENT_READ)
		return pool_printf(
			diff->pool,
			"whether %s, carries changes made under %u or %u is not known: %s", words,
			diff->live_sid, id, here->problem);
	if (diff->live_sid > 0 && carries(here, diff->live_sid))
		return pool_printf(diff->pool,
				   "%s, carries changes made under %u: servers that replicate it "
				   "would take this node for another one",
				   words, diff->live_sid);
	if (carries(here, id))
		return pool_printf(diff->pool,
				   "%s, carries changes made under %u: where another server makes "
				   "them, slapd takes them for this node's, and they get lost",
				   words, id);
	return NULL;
}

const char *untended_server_id_problem(Diff *diff)
{
	const char *problem = NULL;

	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		const Content *here;

		if (!untended_suffix(diff, database))
			continue;
		here = untended_content(diff, database);
		if (!problem && here->state != CONTENT_UNKNOWN)
			problem = problem_of(diff, database, here);
	}
	return problem;
}
