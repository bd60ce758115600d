/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/joining/joining.h"
#include "common/live/write_refusal.h"
#include "common/remedies/remedies.h"
#include "common/topology/links.h"
#include "common/wanted/wanted_readers.h"

/* What `syncward leave` or the fence closed opens again when the database has what its peers have.
 */
static void read_only_off(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			  const char *why)
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
						 .why = why,
					 });

	if (hold)
		plan_hold(diff->pool, diff->plan, change, *hold);
}

static void fenced_tell(Diff *diff, const WantedDatabase *wanted, const FenceRecord *record)
{
	const char *suffix = wanted->desired->suffix;

	plan_add_finding(diff->pool, diff->plan, SEVERITY_WARNING, "fenced", suffix,
			 "%s: %s%s: %s closed it to clients (olcReadOnly: TRUE), and it opens when "
			 "it has what its peers have",
			 suffix, record->is_of_daemon ? "" : "when slapd started ", record->text,
			 record->is_of_daemon ? "syncward" : "the fence");
}

/* Not one of this database alone, or not of every change: reported, with what ends it. */
static void refusal_tell(Diff *diff, const char *suffix, const LiveDatabase *live)
{
	Pool *pool = diff->pool;
	const bool is_consumer = peer_is_consumer(diff->in->wanted->self);
	WriteRefusal refusal;
	const char *lines;

	if (!write_refusal_find(diff->in->live, live, &refusal))
		return;
	lines = remedy_lines(pool, refusal.attribute, &refusal.value, 1);
	if (refusal.is_of_config)
		plan_add_finding(
			pool, diff->plan, SEVERITY_CRITICAL, "read-only", suffix,
			"%s of %s has slapd refuse what clients write, and cn=config what syncward "
			"would correct (53)%s. With slapd stopped "
			"and as the user that it runs as (on OpenLDAP 2.4, %s): %s",
			refusal.attribute, refusal.dn,
			is_consumer ? "" : ", although every node is a provider",
			remedy_text(REMEDY_RESTRICT_OFF_2_4),
			remedy_fill(pool, REMEDY_RESTRICT_OFF_STOPPED, refusal.dn,
				    refusal.attribute, lines));
	else if (!is_consumer)
		plan_add_finding(pool, diff->plan, SEVERITY_WARNING, "read-only", suffix,
				 "%s of %s has slapd refuse clients' changes, or some of them, "
				 "although every node is a provider; what peers send still "
				 "arrives. If clients should write here too: %s",
				 refusal.attribute, refusal.dn,
				 remedy_fill(pool, REMEDY_RESTRICT_OFF, refusal.dn,
					     refusal.attribute, lines,
					     machine_ldap_uri(&diff->in->facts->machine)));
}

static bool refuses_readers(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			    WriteRefusal *ret)
{
	AUTO(Pool) *scratch = pool_new();
	Links links;

	if (read_refusal_find(live, ret))
		return true;
	if (!bind_refusal_find(diff->in->live, live, ret))
		return false;
	if (ret->is_of_config)
		return true;
	links = links_make(scratch, diff->in->wanted->desired, wanted->desired);
	return wanted_is_read_simply(&links, diff->in->wanted->self);
}

/* Nobody can bind, so nobody can take it out while slapd runs. */
static void unbindable_tell(Diff *diff, const char *suffix, const WriteRefusal *refusal)
{
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "unreadable", suffix,
		"%s of %s has slapd refuse every bind: no link to here comes back once it broke. "
		"With slapd stopped and as the user that it runs as (on OpenLDAP 2.4, %s): %s",
		refusal->attribute, refusal->dn, remedy_text(REMEDY_RESTRICT_OFF_2_4),
		remedy_fill(diff->pool, REMEDY_RESTRICT_OFF_STOPPED, refusal->dn,
			    refusal->attribute,
			    remedy_lines(diff->pool, refusal->attribute, &refusal->value, 1)));
}

/* Deleting olcDisabled would leave it off until slapd starts anew. */
static const char *reading_remedy(Diff *diff, const WriteRefusal *refusal)
{
	const char *ldapi = machine_ldap_uri(&diff->in->facts->machine);

	if (strcmp(refusal->attribute, "olcDisabled") == 0)
		return remedy_fill(diff->pool, REMEDY_ENABLED, refusal->dn, ldapi);
	return remedy_fill(diff->pool, REMEDY_RESTRICT_OFF, refusal->dn, refusal->attribute,
			   remedy_lines(diff->pool, refusal->attribute, &refusal->value, 1), ldapi);
}

/* Sessions that are there go on; one that breaks does not come back. */
static void unreadable_tell(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	WriteRefusal refusal;

	if (!live->syncprov || !wanted_is_shared(wanted) ||
	    !refuses_readers(diff, wanted, live, &refusal))
		return;
	if (refusal.is_of_config) {
		unbindable_tell(diff, wanted->desired->suffix, &refusal);
		return;
	}
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "unreadable", wanted->desired->suffix,
		"%s of %s has slapd refuse what peers must do to read it: no link to here "
		"comes back once it broke. %s: %s",
		refusal.attribute, refusal.dn,
		strcmp(refusal.attribute, "olcDisabled") == 0 ? "Enable it" : "Take it out",
		reading_remedy(diff, &refusal));
}

void diff_read_only(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const bool is_consumer = peer_is_consumer(diff->in->wanted->self);
	const char *suffix = wanted->desired->suffix;
	const LeftDatabase *left = known_left(&diff->in->known->leave, suffix);
	const FenceRecord *fence = fence_record(&diff->in->known->fence, suffix);

	refusal_tell(diff, suffix, live);
	unreadable_tell(diff, wanted, live);
	/* A consumer refuses clients' writes anyway, once it reads: not before may it be opened. */
	if (!live->is_read_only ||
	    (is_consumer && (!left || !left->was_closed || !live_reads_from_somebody(live))))
		return;
	if (fence && fence->is_closed) {
		fenced_tell(diff, wanted, fence);
		read_only_off(diff, wanted, live,
			      fence->is_of_daemon
				      ? "syncward closed it when it was emptied or older"
				      : "the fence closed it when slapd started");
	} else if (left && left->was_closed) {
		read_only_off(diff, wanted, live, "`syncward leave` closed it");
	} else {
		/* Somebody's wish, or what is left of a former copy: not ours to end. */
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "read-only", suffix,
			"%s refuses what its clients write (olcReadOnly: TRUE), although every "
			"node is a provider; what peers send still arrives. If clients should "
			"write here too, give %s in cn=config the line %s",
			suffix, live->entry->dn, remedy_text(REMEDY_WRITABLE));
	}
}
