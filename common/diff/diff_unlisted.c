/* SPDX-License-Identifier: Apache-2.0 */
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"

/* A provider for itself: its links may be whole, but no peer of peers.json reads from it. */
static bool takes_part(const LiveDatabase *live)
{
	return !live->is_read_only && (live->is_multi_provider || live_reads_from_somebody(live));
}

static void unlisted_tell(Diff *diff, const char *suffix, const LiveDatabase *live)
{
	const char *id = remedy_number(diff->pool, diff->in->wanted->self->id);

	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "unlisted", suffix,
		"peers.json lists this database for other nodes but not for this one, where it "
		"still replicates and clients may write: no peer reads these changes. To be one "
		"of its nodes: %s; to end its part here, give %s in cn=config the line %s",
		remedy_fill(diff->pool, REMEDY_LISTED_AGAIN, id), live->entry->dn,
		remedy_text(REMEDY_CLOSED));
}

void diff_unlisted(Diff *diff)
{
	const Desired *desired = diff->in->desired;

	for (size_t i = 0; i < desired->n_databases; i++) {
		const DesiredDatabase *database = &desired->databases[i];
		const LiveDatabase *live;

		if (!desired_database_has_peer(database, diff->in->wanted->self->id) &&
		    live_find_database(diff->in->live, database->suffix, &live) == 1 &&
		    takes_part(live))
			unlisted_tell(diff, database->suffix, live);
	}
}
