/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/diff.h"

#include <stdlib.h>

#include "common/base/buf.h"
#include "common/plan/plan_changes.h"

const DatabaseFacts *diff_facts(const Diff *diff, const char *suffix)
{
	static const DatabaseFacts nothing_asked;
	const DatabaseFacts *facts = facts_of(diff->in->facts, suffix);

	return facts ? facts : &nothing_asked;
}

bool diff_may_have_entries(const Diff *diff, const char *suffix)
{
	const Content *here = &diff_facts(diff, suffix)->here;

	return live_entries_counted(&diff->in->live->sizes, suffix) ||
	       here->state != CONTENT_READ || here->entry.exists;
}

bool diff_is_root_dn(const LiveDatabase *live, const char *dn)
{
	return live->root_dn && dn_equal(live->root_dn, dn);
}

bool diff_is_released(const Diff *diff, Guard guard)
{
	return (diff->in->options.consent.released & GUARD_BIT(guard)) != 0;
}

bool diff_is_released_for(const Diff *diff, Guard guard, const char *suffix)
{
	const Wanted *wanted = diff->in->wanted;
	const char *released = diff->in->options.consent.released_suffix;

	return diff_is_released(diff, guard) &&
	       (!released || wanted_find(wanted, released) == wanted_find(wanted, suffix));
}

bool diff_close(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live, const char *why)
{
	if (!change_first(diff->plan, plan_database_of(diff->plan, live),
			  CHANGE_BIT(CHANGE_READ_ONLY_ON)))
		plan_add_change(diff->pool, diff->plan,
				(Change){
					.kind = CHANGE_READ_ONLY_ON,
					.suffix = wanted->desired->suffix,
					.dn = live->entry->dn,
					.attribute = "olcReadOnly",
					.subject = "database",
					.old_value = entry_first(live->entry, "olcReadOnly"),
					.new_value = "TRUE",
					.why = why,
				});
	return diff->in->desired->policy.mode == POLICY_ENFORCE;
}

static Need *need_of(Diff *diff, const char *suffix, const WantedDatabase *database)
{
	return plan_need_of(diff->pool, &diff->plan->unknown, suffix, database);
}

void diff_need_here(Diff *diff, const char *suffix, const WantedDatabase *database)
{
	(void)need_of(diff, suffix, database);
}

void diff_need_catching_up(Diff *diff, const WantedDatabase *database)
{
	need_of(diff, database->desired->suffix, database)->catches_up = true;
}

void diff_need_content(Diff *diff, const WantedDatabase *database, bool peers)
{
	need_of(diff, database->desired->suffix, database)->peers |= peers;
}

void diff_need_heirs(Diff *diff, const WantedDatabase *database)
{
	need_of(diff, database->desired->suffix, database)->heirs = true;
}

void diff_need_coverage(Diff *diff, const char *suffix, const WantedDatabase *database)
{
	Need *need = need_of(diff, suffix, database);

	need->coverage = true;
	need->sid = diff->live_sid;
}

void diff_need_extra(Diff *diff, const WantedDatabase *database)
{
	need_of(diff, database->desired->suffix, database)->extra = true;
}

void diff_need_readers(Diff *diff, const WantedDatabase *database)
{
	need_of(diff, database->desired->suffix, database)->readers = true;
}

void diff_need_anybody(Diff *diff, const WantedDatabase *database)
{
	need_of(diff, database->desired->suffix, database)->anybody = true;
}

LiveRelease diff_release(Diff *diff)
{
	const char *name = diff->in->options.multi_provider_attribute;
	LiveRelease release = live_release(diff->in->live, name);

	if (release == LIVE_RELEASE_UNKNOWN && !name)
		diff->plan->unknown.multi_provider_name = true;
	return release;
}

bool diff_numbers_equal(const char *one, const char *other)
{
	while (one && other) {
		char *one_end, *other_end;
		long one_number = strtol(one, &one_end, 10);
		long other_number = strtol(other, &other_end, 10);

		if (one_end == one || other_end == other)
			return one_end == one && other_end == other;
		if (one_number != other_number)
			return false;
		one = one_end;
		other = other_end;
	}
	return false;
}

const char *urls_join(Pool *pool, const char *const *urls, size_t n_urls)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < n_urls; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", urls[i]);
	return buf_text(&text);
}
