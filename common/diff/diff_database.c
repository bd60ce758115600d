/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/access/limits.h"
#include "common/base/buf.h"
#include "common/base/suggest.h"
#include "common/copy/fence_apart.h"
#include "common/delta/log_changes.h"
#include "common/diff/diff_parts.h"
#include "common/diff/diff_unfit.h"
#include "common/draft/diff.h"
#include "common/draft/role.h"
#include "common/joining/joining.h"
#include "common/live/database_refusal.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

/* --- syncprov overlay --- */

static void checkpoint_diff(Diff *diff, const WantedDatabase *wanted, const Entry *overlay)
{
	const char *live = entry_first(overlay, "olcSpCheckpoint");
	const char *value = wanted->desired->syncprov.checkpoint;

	if (!value || (live && diff_numbers_equal(live, value)))
		return;
	plan_add_change(diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_CHECKPOINT,
				.suffix = wanted->desired->suffix,
				.dn = overlay->dn,
				.attribute = "olcSpCheckpoint",
				.subject = "syncprov",
				.old_value = live,
				.new_value = value,
				.why = "peers.json says so",
			});
}

static const char *overlay_describe(Pool *pool, const DesiredSyncprov *syncprov)
{
	const char *checkpoint = syncprov->checkpoint ? syncprov->checkpoint : "none";

	if (!syncprov->sessionlog)
		return pool_printf(pool, "checkpoint %s", checkpoint);
	return pool_printf(pool, "checkpoint %s, session log %s", checkpoint, syncprov->sessionlog);
}

/*
 * An entry that was added with objectClass olcOverlayConfig alone works, but takes no attribute of
 * syncprov's (65), nor the class (53, and slapmodify refuses it as well). Returns true when nothing
 * may be sent.
 */
static bool overlay_lacks_class(Diff *diff, const DesiredDatabase *desired,
				const LiveDatabase *live)
{
	const Entry *overlay = live->syncprov;

	if (entry_has_value(overlay, "objectClass", "olcSyncProvConfig"))
		return false;
	if (desired->syncprov.checkpoint || desired->syncprov.sessionlog)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "syncprov-without-class",
			desired->suffix,
			"%s was created without objectClass olcSyncProvConfig, and slapd now "
			"accepts neither olcSpCheckpoint nor that class there. With OpenLDAP 2.5 "
			"or later create it anew, a short break for readers: `%s`. With 2.4, "
			"which deletes no overlay, %s",
			overlay->dn,
			remedy_fill(diff->pool, REMEDY_OVERLAY_ANEW, overlay->dn, live->entry->dn,
				    machine_ldap_uri(&diff->in->facts->machine)),
			remedy_text(REMEDY_OVERLAY_ANEW_2_4));
	return true;
}

static void overlay_diff(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			 const Hold *joining)
{
	const DesiredDatabase *desired = wanted->desired;
	Change *change;

	if (live->n_syncprovs > 1)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "syncprov-twice", desired->suffix,
			"%s has %zu syncprov overlays; OpenLDAP 2.4 lets that happen and 2.5 "
			"refuses to start with it: %s",
			live->entry->dn, live->n_syncprovs, remedy_text(REMEDY_ENTRIES_TWICE));
	if (live->syncprov) {
		if (overlay_lacks_class(diff, desired, live))
			return;
		checkpoint_diff(diff, wanted, live->syncprov);
		return;
	}
	change = plan_add_change(
		diff->pool, diff->plan,
		(Change){
			.kind = CHANGE_OVERLAY,
			.suffix = desired->suffix,
			.dn = pool_printf(diff->pool, "olcOverlay=syncprov,%s", live->entry->dn),
			.attribute = "olcOverlay",
			.subject = "syncprov",
			.new_value = overlay_describe(diff->pool, &desired->syncprov),
			.why = "peers read this database from here",
			.is_put_back = fence_is_apart(&diff->in->known->fence, desired->suffix),
		});
	if (joining)
		plan_hold(diff->pool, diff->plan, change, *joining);
}

/* --- olcLimits, olcAccess --- */

static void limits_diff(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");

	for (size_t i = 0; i < wanted->n_readers; i++) {
		const char *reader = wanted->readers[i];

		if (diff_is_root_dn(live, reader) ||
		    limits_are_unlimited(limits, live->cuts_unchecked, reader))
			continue;
		plan_add_change(
			diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_LIMITS,
				.suffix = wanted->desired->suffix,
				.dn = live->entry->dn,
				.attribute = "olcLimits",
				.subject = reader,
				.new_value = limits_print(diff->pool, reader),
				.why = "a limit would cut the refresh of a peer that reads here",
			});
	}
}

/* --- the database itself --- */

static void database_hold(Diff *diff, const char *suffix, const char *text, const char *release)
{
	plan_add_hold(diff->pool, diff->plan,
		      (Hold){.guard = GUARD_DATABASE,
			     .suffix = suffix,
			     .text = text,
			     .release = release});
}

/* The line of peers.json that names every peer but this node. */
static const char *holders_without_self(const Diff *diff, const WantedDatabase *wanted)
{
	const DesiredDatabase *desired = wanted->desired;
	Buf ids = BUF_IN(diff->pool);

	for (size_t i = 0; i < desired->n_peer_ids; i++)
		if (desired->peer_ids[i] != diff->in->wanted->self->id)
			buf_printf(&ids, "%s%u", ids.len > 0 ? ", " : "", desired->peer_ids[i]);
	return remedy_fill(diff->pool, REMEDY_DATABASE_HOLDERS, buf_text(&ids));
}

/* What is here and peers.json does not name, if its name is near: a slip of the pen. */
static const char *but_one_has(const Diff *diff, const char *suffix)
{
	const Live *live = diff->in->live;
	const char **known = NULL, *near;
	size_t n = 0;

	for (size_t i = 0; i < live->n_databases; i++) {
		const Attribute *suffixes = live->databases[i].suffixes;

		for (size_t k = 0; suffixes && k < suffixes->n_values; k++)
			if (!wanted_find(diff->in->wanted, suffixes->values[k].bytes))
				POOL_PUSH(diff->pool, known, n, suffixes->values[k].bytes);
	}
	near = suggest_word(suffix, known, n);
	return near ? pool_printf(diff->pool, ", but one has %s", near) : "";
}

/* Each slapd has its own: nobody can create another one, nor replicate it like entries. */
static bool is_slapds_own(const char *suffix)
{
	return dn_is_within(suffix, "cn=config") || dn_is_within(suffix, "cn=monitor");
}

static void missing_hold(Diff *diff, const DatabasePlan *database)
{
	const char *suffix = database->suffix;
	const LiveDatabase *first;
	const size_t n_found = live_find_database(diff->in->live, suffix, &first);

	if (is_slapds_own(suffix))
		database_hold(
			diff, suffix,
			pool_printf(diff->pool,
				    "%s is each slapd's own, and syncward does not replicate it; "
				    "take out of peers.json the database with",
				    suffix),
			remedy_fill(diff->pool, REMEDY_DATABASE_OUT, suffix));
	else if (n_found == 0)
		database_hold(
			diff, suffix,
			pool_printf(diff->pool,
				    "no database of this server has the suffix %s%s; create it "
				    "first, or say in this database of peers.json that this "
				    "node does not hold it",
				    suffix, but_one_has(diff, suffix)),
			holders_without_self(diff, database->wanted));
	else
		database_hold(diff, suffix,
			      pool_printf(diff->pool,
					  "%zu databases have the suffix %s, which slapd would not "
					  "start with; %s, then",
					  n_found, suffix, remedy_text(REMEDY_ENTRIES_TWICE)),
			      remedy_text(REMEDY_APPLY));
}

/* False, and a hold says why, where the server has no database of the suffix that this agent can
 * look after. */
static bool database_can_be_cared_for(Diff *diff, const DatabasePlan *database)
{
	const char *suffix = database->suffix;
	const LiveDatabase *live = database->live;
	const char *refusal;
	Hold hold;

	if (!live)
		missing_hold(diff, database);
	else if (live_is_disabled(live))
		database_hold(diff, suffix,
			      pool_printf(diff->pool,
					  "%s (%s) is disabled (olcDisabled: TRUE), and slapd "
					  "shows nothing of it; enable it with",
					  suffix, live->entry->dn),
			      remedy_fill(diff->pool, REMEDY_ENABLED, live->entry->dn,
					  machine_ldap_uri(&diff->in->facts->machine)));
	else if ((refusal = database_refusal(diff->pool, diff->in->live, live)))
		database_hold(diff, suffix,
			      pool_printf(diff->pool,
					  "%s (%s) %s: syncward does not replicate it; take out of "
					  "peers.json the database with",
					  suffix, live->entry->dn, refusal),
			      remedy_fill(diff->pool, REMEDY_DATABASE_OUT, suffix));
	else if (!live->root_dn)
		database_hold(diff, suffix,
			      pool_printf(diff->pool,
					  "%s has no olcRootDN, and slapd refuses olcSyncrepl "
					  "without one; add "
					  "to that entry a line like",
					  live->entry->dn),
			      remedy_fill(diff->pool, REMEDY_ROOT_DN, suffix));
	else if (diff_unfit_hold(diff, suffix, live, &hold))
		plan_add_hold(diff->pool, diff->plan, hold);
	else
		return true;
	return false;
}

static bool database_is_taken(Diff *diff, const DatabasePlan *database)
{
	if (plan_database_of(diff->plan, database->live) == database)
		return false;
	database_hold(diff, database->suffix,
		      pool_printf(diff->pool,
				  "two databases of peers.json are the same one here: %s holds "
				  "both suffixes; take out of peers.json the one with",
				  database->live->entry->dn),
		      remedy_fill(diff->pool, REMEDY_DATABASE_OUT, database->suffix));
	return true;
}

static void database_diff(Diff *diff, const DatabasePlan *database)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;
	const DesiredDatabase *desired = wanted->desired;
	bool lacks_overlay = desired->syncprov.is_managed && !live->syncprov;

	if (desired->syncprov.is_managed && peer_is_read(diff->in->wanted->self))
		overlay_diff(diff, wanted, live,
			     lacks_overlay ? joining_judge(diff, wanted, live) : NULL);
	diff_session_log(diff, wanted, live);
	diff_old_entries(diff, wanted, live);
	diff_stamps(diff, wanted, live);
	diff_emptied(diff, wanted, live);
	if (desired->manages_index)
		diff_index(diff, wanted, live);
	if (desired->manages_limits)
		limits_diff(diff, wanted, live);
	diff_shut(diff, wanted, live);
	if (desired->manages_access)
		diff_access(diff, wanted, live);
	diff_consumers(diff, database);
	diff_delta(diff, database);
	diff_logs(diff, wanted, live);
	diff_logs_left(diff, wanted, live);
	diff_read_only(diff, wanted, live);
	diff_unfit_tell(diff, desired->suffix, live);
}

/* A "rid_offset" above all rids of all databases; "" when slapd's 0 to 999 are too few. */
static const char *free_offset_remedy(Diff *diff)
{
	const Desired *desired = diff->in->desired;
	unsigned max_rid = 0;
	unsigned max_offset = 0;
	unsigned free_offset;

	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];
		const unsigned rid = peer->rid < 0 ? peer->id : (unsigned)peer->rid;

		max_rid = rid > max_rid ? rid : max_rid;
	}
	for (size_t i = 0; i < desired->n_databases; i++)
		if (desired->databases[i].rid_offset > max_offset)
			max_offset = desired->databases[i].rid_offset;
	free_offset = ((max_offset + max_rid) / 100 + 1) * 100;
	if (free_offset + max_rid > 999)
		return "";
	return pool_printf(
		diff->pool, ": write in the second of them in peers.json %s",
		remedy_fill(diff->pool, REMEDY_RID_OFFSET, remedy_number(diff->pool, free_offset)));
}

/* Legal, and consumers stay apart; but logs and cn=monitor distinguish consumers by rid. */
static void shared_rids_report(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;
	const char *suffix_of_rid[1000] = {0};

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t j = 0; j < wanted->databases[i].n_consumers; j++) {
			const char *suffix = wanted->databases[i].desired->suffix;
			const char **first = &suffix_of_rid[wanted->databases[i].consumers[j].rid];

			if (*first && *first != suffix) {
				plan_add_finding(diff->pool, diff->plan, SEVERITY_WARNING,
						 "rid-shared", suffix,
						 "%s and %s use the same rids, and slapd's log "
						 "tells consumers by rid%s",
						 *first, suffix, free_offset_remedy(diff));
				return;
			}
			*first = suffix;
		}
}

static void limited_monitor_report(Diff *diff)
{
	if (diff->in->facts->machine.monitor_is_limited)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "monitor-limited", NULL,
			"slapd's size limit cuts off what cn=monitor shows us, so nobody "
			"checks that its consumers are the declared ones; add to the monitor "
			"database in "
			"cn=config: %s",
			remedy_text(REMEDY_MONITOR_LIMITS));
}

void diff_databases(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	limited_monitor_report(diff);
	shared_rids_report(diff);
	diff_unlisted(diff);
	diff_shut_left(diff);
	diff_gentle_hup(diff);
	diff_many_databases(diff);
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];

		if (database_can_be_cared_for(diff, database) &&
		    !database_is_taken(diff, database) &&
		    role_fits(diff, database->wanted, database->live))
			database_diff(diff, database);
	}
}
