/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"

typedef struct ReaderDiff {
	Diff *diff;
	const LiveDatabase *live;
	AccessLists lists; /* with what is added for the readers before */
	const char *reader;
} ReaderDiff;

static void additions_plan(ReaderDiff *readers, const AccessGrant *grant, const Hold *hold)
{
	Pool *pool = readers->diff->pool;

	for (size_t i = 0; i < grant->n_additions; i++) {
		const AccessAddition *addition = &grant->additions[i];
		Change *change = plan_add_change(
			pool, readers->diff->plan,
			(Change){
				.kind = CHANGE_ACCESS,
				.suffix = readers->lists.suffix,
				.dn = readers->live->entry->dn,
				.attribute = "olcAccess",
				.subject = readers->reader,
				.index = addition->index,
				.new_value = addition->value,
				.why = "peers that read here must see every entry and attribute",
			});

		if (hold) {
			plan_hold(pool, readers->diff->plan, change, *hold);
			continue;
		}
		readers->lists.database = access_list_insert(pool, readers->lists.database,
							     addition->index, addition->value);
	}
}

static void reader_diff(ReaderDiff *readers)
{
	Pool *pool = readers->diff->pool;
	const AccessGrant grant = access_grant(pool, &readers->lists, readers->reader);
	const bool is_held =
		grant.takes_rights &&
		!diff_is_released_for(readers->diff, GUARD_ACCESS, readers->lists.suffix);
	const Hold hold = {
		.guard = GUARD_ACCESS,
		.suffix = readers->lists.suffix,
		.text = pool_printf(
			pool,
			"\"access\" would let %s read everything in %s, and take from it a right "
			"that it has, or may have, by olcAccess, such as to write: %s, or, if it needs "
			"to read only",
			readers->reader, readers->lists.suffix, remedy_text(REMEDY_ACCESS_READER)),
		.release = remedy_text(REMEDY_RELEASE_ACCESS),
	};

	additions_plan(readers, &grant, is_held ? &hold : NULL);
}

void diff_access(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	ReaderDiff readers = {
		.diff = diff,
		.live = live,
		.lists = live_access_lists(diff->in->live, live, wanted->desired->suffix),
	};

	for (size_t i = 0; i < wanted->n_readers; i++) {
		readers.reader = wanted->readers[i];
		reader_diff(&readers);
	}
}
