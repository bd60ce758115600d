/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/decide/diff.h"
#include "common/live/database_refusal.h"
#include "common/slapd/dn.h"
#include "common/slapd/limits.h"

/* --- syncprov overlay --- */

static void checkpoint_diff(Diff *diff, const WantedDatabase *wanted, const Entry *overlay)
{
	const char *live = entry_first(overlay, "olcSpCheckpoint");
	const char *value = wanted->desired->checkpoint;

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

static const char *overlay_describe(Pool *pool, const DesiredDatabase *desired)
{
	const char *checkpoint = desired->checkpoint ? desired->checkpoint : "none";

	if (!desired->sessionlog)
		return pool_printf(pool, "checkpoint %s", checkpoint);
	return pool_printf(pool, "checkpoint %s, session log %s", checkpoint, desired->sessionlog);
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
	if (desired->checkpoint || desired->sessionlog)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "syncprov-without-class",
			desired->suffix,
			"%s was made without objectClass olcSyncProvConfig, and slapd takes "
			"neither olcSpCheckpoint nor the class there any more. On OpenLDAP 2.5 and "
			"later make it anew, which its readers notice as a short break: printf "
			"'%%s\\n' 'dn: %s' 'changetype: delete' '' 'dn: olcOverlay=syncprov,%s' "
			"'changetype: add' 'objectClass: olcOverlayConfig' 'objectClass: "
			"olcSyncProvConfig' 'olcOverlay: syncprov' | ldapmodify -Y EXTERNAL -H "
			"ldapi:///. On 2.4, which deletes no overlay, stop slapd, give the entry in "
			"the output of slapcat -n 0 the line objectClass: olcSyncProvConfig and, in "
			"place of its structuralObjectClass, structuralObjectClass: "
			"olcSyncProvConfig, and load that into an empty slapd.d with slapadd -n 0",
			overlay->dn, overlay->dn, live->entry->dn);
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
			"refuses to start with it: with slapd stopped, take all but one out of the "
			"output of slapcat -n 0 and load it into an empty slapd.d with slapadd -n "
			"0",
			live->entry->dn, live->n_syncprovs);
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
			.new_value = overlay_describe(diff->pool, desired),
			.why = "peers read this database from here",
		});
	if (joining)
		plan_hold(diff->pool, diff->plan, change, *joining);
}

/* --- olcLimits, olcAccess --- */

static bool is_root_dn(const LiveDatabase *live, const char *dn)
{
	return live->root_dn && dn_equal(live->root_dn, dn);
}

static void limits_diff(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");

	for (size_t i = 0; i < wanted->n_readers; i++) {
		const char *reader = wanted->readers[i];

		if (is_root_dn(live, reader) ||
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

/* The line of peers.json that names everybody but this node. */
static const char *holders_without_self(const Diff *diff, const WantedDatabase *wanted)
{
	Buf text = BUF_IN(diff->pool);

	buf_puts(&text, "\"peers\": [");
	for (size_t i = 0; i < wanted->n_consumers; i++)
		buf_printf(&text, "%s%u", i > 0 ? ", " : "", wanted->consumers[i].peer->id);
	buf_puts(&text, "]");
	return buf_text(&text);
}

/* Finds the one live database of the suffix that this agent can care for; notes why when there is
 * none. */
static const LiveDatabase *database_find(Diff *diff, const WantedDatabase *wanted)
{
	const char *suffix = wanted->desired->suffix;
	const LiveDatabase *live = NULL;
	const char *refusal;
	size_t n_found = live_find_database(diff->in->live, suffix, &live);

	if (n_found != 1)
		database_hold(
			diff, suffix,
			n_found == 0
				? pool_printf(
					  diff->pool,
					  "no database of this server has the suffix %s; create it "
					  "first, or say in this database of peers.json that this "
					  "node does not hold it",
					  suffix)
				: pool_printf(
					  diff->pool,
					  "%zu databases have the suffix %s, which slapd would not "
					  "start with; remove all but one, then",
					  n_found, suffix),
			n_found == 0 ? holders_without_self(diff, wanted) : "syncward apply");
	else if ((refusal = database_refusal(diff->pool, diff->in->live, live)))
		database_hold(diff, suffix,
			      pool_printf(diff->pool,
					  "%s (%s) %s: syncward does not replicate it; take out of "
					  "peers.json the database with",
					  suffix, live->entry->dn, refusal),
			      pool_printf(diff->pool, "\"suffix\": \"%s\"", suffix));
	else if (!live->root_dn)
		database_hold(diff, suffix,
			      pool_printf(diff->pool,
					  "%s has no olcRootDN, and slapd refuses olcSyncrepl "
					  "without one; add "
					  "to that entry a line like",
					  live->entry->dn),
			      pool_printf(diff->pool, "olcRootDN: cn=admin,%s", suffix));
	else
		return live;
	return NULL;
}

static bool database_is_taken(Diff *diff, const LiveDatabase *const *taken, size_t n_taken,
			      const LiveDatabase *live, const char *suffix)
{
	for (size_t i = 0; i < n_taken; i++)
		if (taken[i] == live) {
			database_hold(
				diff, suffix,
				pool_printf(diff->pool,
					    "two databases of peers.json are the same one "
					    "here: %s holds "
					    "both suffixes; take out of peers.json the one with",
					    live->entry->dn),
				pool_printf(diff->pool, "\"suffix\": \"%s\"", suffix));
			return true;
		}
	return false;
}

static void database_diff(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const DesiredDatabase *desired = wanted->desired;
	bool lacks_overlay = desired->manages_syncprov && !live->syncprov;

	if (desired->manages_syncprov)
		overlay_diff(diff, wanted, live,
			     lacks_overlay ? joining_judge(diff, wanted, live) : NULL);
	diff_session_log(diff, wanted, live);
	diff_old_entries(diff, wanted, live);
	if (desired->manages_index)
		diff_index(diff, wanted, live);
	if (desired->manages_limits)
		limits_diff(diff, wanted, live);
	if (desired->manages_access)
		diff_access(diff, wanted, live);
	diff_consumers(diff, wanted, live);
	diff_read_only(diff, wanted, live);
}

/* Legal, and every consumer keeps apart; but logs and cn=monitor tell consumers by rid. */
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
						 "tells consumers "
						 "by rid: set \"rid_offset\" of one of them, for "
						 "example to 100",
						 *first, suffix);
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
			"slapd runs more consumers than its size limit lets us see, so nobody "
			"checks that they are the declared ones; add to the monitor database in "
			"cn=config: olcLimits: dn.exact=\"gidNumber=0+uidNumber=0,cn=peercred,"
			"cn=external,cn=auth\" size=unlimited");
}

void diff_databases(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;
	const LiveDatabase **taken = NULL;
	size_t n_taken = 0;

	limited_monitor_report(diff);
	shared_rids_report(diff);
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];
		const LiveDatabase *live = database_find(diff, database);

		if (!live ||
		    database_is_taken(diff, taken, n_taken, live, database->desired->suffix))
			continue;
		POOL_PUSH(diff->pool, taken, n_taken, live);
		database_diff(diff, database, live);
	}
}
