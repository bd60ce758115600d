/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/access/limits.h"
#include "common/access/read_rights.h"
#include "common/delta/log_changes.h"
#include "common/delta/log_shut.h"
#include "common/draft/diff.h"
#include "common/live/live_log.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

/*
 * The logs of changes that other peers read here (delta-syncrepl): by peers.json they are this
 * node's, and without "delta" syncward makes none. Each piece that is missing is reported
 * separately, with what makes it, in the order of slapo-accesslog(5).
 */
typedef struct Log {
	Diff *diff;
	const WantedLog *wanted;
	const LiveDatabase *database; /* whose changes it has */
	const LiveDatabase *live;     /* the log's own */
	const char *suffix;
} Log;

static void piece_tell_as(const Log *log, Severity severity, const char *piece, const char *lead,
			  const char *remedy)
{
	Plan *plan = log->diff->plan;

	plan_add_finding(log->diff->pool, plan, severity, "log-incomplete", log->suffix,
			 "by peers.json peers read %s from the log of changes '%s' here, and %s; "
			 "%s%s",
			 log->suffix, log->wanted->base, piece, lead, remedy);
	plan->findings[plan->n_findings - 1].key = piece;
}

static void piece_tell(const Log *log, const char *piece, const char *lead, const char *remedy)
{
	piece_tell_as(log, SEVERITY_WARNING, piece, lead, remedy);
}

static const char *ldapi_of(const Log *log)
{
	return machine_ldap_uri(&log->diff->in->facts->machine);
}

static bool has_module(const LiveModules *loaded, const char *name)
{
	for (size_t i = 0; i < loaded->n_lists; i++)
		for (size_t k = 0; k < loaded->lists[i]->n_values; k++)
			if (strstr(loaded->lists[i]->values[k].bytes, name))
				return true;
	return false;
}

/* --- what writes into it --- */

static void overlay_tell(const Log *log)
{
	const Live *live = log->diff->in->live;
	Pool *pool = log->diff->pool;
	const char *dn = log->database->entry->dn;
	const char *remedy =
		remedy_fill(pool, REMEDY_LOG_OVERLAY, dn, log->wanted->base, ldapi_of(log));

	if (live->loaded.dn && !has_module(&live->loaded, "accesslog"))
		piece_tell(log, "the module that writes it is not loaded",
			   pool_printf(pool, "if it is not built into slapd, give %s the line ",
				       live->loaded.dn),
			   remedy_text(REMEDY_LOG_MODULE));
	piece_tell(log, "no overlay writes changes into it",
		   "once its database is there: ", remedy);
}

/* Consumers meet changes of entries that they have not, and read the whole database each time. */
static void intruder_judge(const Log *log)
{
	const Entry *other =
		live_log_intruder(log->diff->in->live, log->database, log->wanted->base);

	if (other)
		piece_tell(log,
			   pool_printf(log->diff->pool,
				       "%s writes another database's changes into it, which makes "
				       "its readers read the whole database again and again",
				       other->dn),
			   "", remedy_text(REMEDY_LOG_ALONE));
}

static void writer_judge(const Log *log)
{
	const Entry *overlay =
		live_log_overlay(log->diff->in->live, log->database, log->wanted->base);

	if (!overlay)
		overlay_tell(log);
	else if (!live_log_is_whole(overlay))
		piece_tell(log, "its overlay leaves out kinds of changes (olcAccessLogOps)",
			   pool_printf(log->diff->pool, "give %s the line ", overlay->dn),
			   remedy_text(REMEDY_LOG_OPERATIONS));
}

/* --- who may read it --- */

static void syncprov_judge(const Log *log)
{
	const Entry *overlay = log->live->syncprov;
	Pool *pool = log->diff->pool;
	static const struct {
		const char *attribute;
		const char *piece;
		Remedy line;
	} settings[] = {
		{"olcSpNoPresent", "its syncprov overlay lacks olcSpNoPresent TRUE",
		 REMEDY_LOG_NO_PRESENT},
		{"olcSpReloadHint", "its syncprov overlay lacks olcSpReloadHint TRUE",
		 REMEDY_LOG_RELOAD_HINT},
	};

	if (!overlay) {
		const char *remedy =
			remedy_fill(pool, REMEDY_LOG_SYNCPROV, log->live->entry->dn, ldapi_of(log));

		piece_tell(log, "the log has no syncprov overlay", "", remedy);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (!entry_has_value(overlay, settings[i].attribute, "TRUE"))
			piece_tell(log, settings[i].piece,
				   pool_printf(pool, "give %s the line ", overlay->dn),
				   remedy_text(settings[i].line));
}

static void access_judge(const Log *log, const char *reader)
{
	Pool *pool = log->diff->pool;
	AccessLists lists = live_access_lists(log->diff->in->live, log->live, log->wanted->base);
	ReadRights rights;
	const char *remedy;

	/* In one that is open, what shuts it loses changes. */
	if (log_is_closed(log->live))
		lists = log_shut_except(pool, lists);
	rights = read_rights_judge(pool, &lists, reader);
	if (rights.outcome == READS_EVERYTHING)
		return;
	remedy = remedy_fill(pool, REMEDY_LOG_ACCESS, reader);
	/* What is hidden from a consumer that reads the log is lost there, contextCSN equal. */
	piece_tell_as(log, rights.outcome == READS_DENIED ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		      pool_printf(pool, "%s %s read all of it, by %s", reader,
				  rights.outcome == READS_DENIED ? "may not" : "perhaps may not",
				  read_rights_place_print(pool, &rights)),
		      pool_printf(pool, "give %s, in front of its other olcAccess, the line ",
				  log->live->entry->dn),
		      remedy);
}

static void limits_judge(const Log *log, const char *reader)
{
	const Attribute *limits = entry_attribute(log->live->entry, "olcLimits");
	Pool *pool = log->diff->pool;
	const char *remedy;

	if (limits_are_unlimited(limits, log->live->cuts_unchecked, reader))
		return;
	remedy = remedy_fill(pool, REMEDY_LOG_LIMITS, reader);
	piece_tell(log, pool_printf(pool, "a limit cuts off what %s reads of it", reader),
		   pool_printf(pool, "give %s, in front of its other olcLimits, the line ",
			       log->live->entry->dn),
		   remedy);
}

/*
 * slapd looks in its own log which of two changes of an entry is newer, with the rights of the
 * database's rootdn there (2.5.13, 2.6.10). Where that sees nothing the older change is carried out
 * after the newer one, under the newer one's entryCSN.
 */
static void root_judge(const Log *log)
{
	const char *root = log->database->root_dn;
	Pool *pool = log->diff->pool;
	AccessLists lists;
	ReadRights rights;

	if (!root || log->database->n_consumers == 0 ||
	    (log->live->root_dn && dn_equal(log->live->root_dn, root)))
		return;
	lists = live_access_lists(log->diff->in->live, log->live, log->wanted->base);
	rights = read_rights_judge(pool, &lists, root);
	if (rights.outcome == READS_EVERYTHING)
		return;
	piece_tell_as(
		log, rights.outcome == READS_DENIED ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		pool_printf(
			pool,
			"%s, the rootdn of the database, %s read it: of two conflicting changes "
			"the older one wins here",
			root, rights.outcome == READS_DENIED ? "may not" : "perhaps may not"),
		pool_printf(pool, "give %s, in front of its other olcAccess, the line ",
			    log->live->entry->dn),
		remedy_fill(pool, REMEDY_LOG_ACCESS, root));
}

/* slapd ends no search that has begun: a reader from whom nothing is hidden goes on in a log that
 * is in no order any more. */
static void shut_judge(const Log *log, const WantedDatabase *wanted)
{
	Pool *pool = log->diff->pool;
	const char *root = log->database->root_dn;
	const char *reader = log_shut_misses(log->wanted, root, log->live);

	if (reader)
		piece_tell(
			log,
			pool_printf(pool,
				    "%s, as which they bind, is a rootdn, from whom slapd hides "
				    "nothing: a node that stays in the log when it is closed may "
				    "lose changes",
				    reader),
			"only for accounts that are no rootdn the log can be shut", "");
	else if (wanted->has_unknown_reader)
		piece_tell(log,
			   "as whom one of them binds is not known: if it stays in the log when "
			   "that is closed, it may lose changes",
			   "only for accounts that are known the log can be shut", "");
}

static void readers_judge(const Log *log)
{
	root_judge(log);
	for (size_t i = 0; i < log->wanted->n_readers; i++) {
		const char *reader = log->wanted->readers[i];

		if (log->live->root_dn && dn_equal(log->live->root_dn, reader))
			continue;
		access_judge(log, reader);
		limits_judge(log, reader);
	}
}

static bool is_made(const Diff *diff, const WantedDatabase *wanted)
{
	return wanted->desired->delta && !peer_is_consumer(diff->in->wanted->self);
}

void diff_logs(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	for (size_t i = 0; i < wanted->n_logs; i++) {
		Log log = {.diff = diff,
			   .wanted = &wanted->logs[i],
			   .database = live,
			   .suffix = wanted->desired->suffix};

		/* All pieces except the right to read are then changes of the plan, made or held.
		 */
		const bool is_told = !is_made(diff, wanted);

		if (live_find_database(diff->in->live, log.wanted->base, &log.live) == 1) {
			if (is_told) {
				syncprov_judge(&log);
			} else {
				diff_log_word(diff, wanted, log.wanted, log.live);
				shut_judge(&log, wanted);
			}
			readers_judge(&log);
		} else if (is_told) {
			piece_tell(&log, "no database has that suffix", "",
				   remedy_text(REMEDY_LOG_DATABASE));
		}
		if (is_told)
			writer_judge(&log);
		intruder_judge(&log);
		diff_log_reach(diff, wanted, live, log.wanted->base);
	}
}
