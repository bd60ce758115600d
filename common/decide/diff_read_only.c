/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/remedies.h"
#include "common/decide/diff.h"

/* What `syncward leave` closed opens again when the database has what its peers have. */
static void read_only_off(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Hold *hold = joining_judge(diff, wanted, live);
	Change *change = plan_add_change(diff->pool, diff->plan,
					 (Change){
						 .kind = CHANGE_READ_ONLY_OFF,
						 .suffix = wanted->desired->suffix,
						 .dn = live->entry->dn,
						 .attribute = "olcReadOnly",
						 .subject = "database",
						 .old_value = "TRUE",
						 .new_value = "FALSE",
						 .why = "`syncward leave` closed it",
					 });

	if (hold)
		plan_hold(diff->pool, diff->plan, change, *hold);
}

void diff_read_only(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const LeftDatabase *left = known_left(diff->in->known, wanted->desired->suffix);

	if (!live->is_read_only)
		return;
	if (left && left->was_closed)
		read_only_off(diff, wanted, live);
	else
		/* Somebody's wish, or what is left of a former copy: not ours to end. */
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "read-only",
			wanted->desired->suffix,
			"%s refuses what its clients write (olcReadOnly: TRUE), although every "
			"node is a provider; what peers send still arrives. If clients shall "
			"write here too, give %s in cn=config the line %s",
			wanted->desired->suffix, live->entry->dn, remedy_text(REMEDY_WRITABLE));
}
