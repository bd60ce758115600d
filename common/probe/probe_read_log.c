/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"
#include "common/probe/probe_read.h"
#include "common/remedies/remedies.h"

/* LDAP results (RFC 4511) */
enum {
	SUCCESS = 0,
	TIME_LIMIT = 3,
	SIZE_LIMIT = 4,
	ADMIN_LIMIT = 11,
	CRITICAL_EXTENSION = 12,
	BUSY = 51,
	UNAVAILABLE = 52,
	UNWILLING = 53,
};

static bool is_busy(const ProbeAnswer *answer)
{
	return answer->code == BUSY || answer->code == UNAVAILABLE;
}

/* Up to a limit of ours, or of the account's: what was shown was shown. */
static bool is_cut(const ProbeAnswer *answer)
{
	return answer->code == TIME_LIMIT || answer->code == SIZE_LIMIT ||
	       answer->code == ADMIN_LIMIT;
}

/* Of the log's suffix entry; NULL where that was not shown: a log may be closed at any time, also
 * between two questions of one probe. */
static const Attribute *of_root(const ProbeLog *log, const char *name)
{
	const Tree *found = log->root.entries;

	return found->n_entries > 0 ? entry_attribute(found->entries, name) : NULL;
}

static const Attribute *log_csns(const ProbeLog *log)
{
	return of_root(log, "contextCSN");
}

static bool log_covers(Pool *pool, const Probe *probe, const Attribute *csns)
{
	const char **ours = pool_alloc(pool, csns->n_values * sizeof(*ours));

	for (size_t i = 0; i < csns->n_values; i++)
		ours[i] = csns->values[i].bytes;
	return csn_covers(ours, csns->n_values, probe->context_csns, probe->n_context_csns);
}

bool probe_log_is_behind(const Probe *probe, const ProbeLog *log)
{
	AUTO(Pool) *scratch = pool_new();
	const Attribute *csns = log_csns(log);

	return log->is_accesslog && csns && probe->n_context_csns > 0 &&
	       !log_covers(scratch, probe, csns);
}

/* What a consumer needs of each change, and does not get; NULL: nothing. */
static const char *hidden_type(const Tree *changes)
{
	static const char *const needed[] = {"reqDN", "reqType", "reqMod", "entryCSN"};

	for (size_t i = 0; i < changes->n_entries; i++)
		for (size_t k = 0; k < ARRAY_SIZE(needed); k++)
			if (!entry_attribute(&changes->entries[i], needed[k]))
				return needed[k];
	return NULL;
}

static void take_bad(Pool *pool, Probe *probe, const ProbeLog *log, const char *what)
{
	probe->steps[PROBE_LOG] = PROBE_BAD;
	probe_add_fault(pool, probe, PROBE_NO_LOG, "the log of changes '%s' (logbase) %s",
			log->base, what);
}

static bool can_be_read(Pool *pool, Probe *probe, const ProbeLog *log)
{
	const ProbeAnswer *root = &log->sync;

	if (root->code == SUCCESS && root->entries->n_entries > 0)
		return true;
	if (is_busy(root))
		probe_add_fault(pool, probe, PROBE_BUSY, "read the log of changes: result %d",
				root->code);
	else if (root->code == CRITICAL_EXTENSION)
		take_bad(pool, probe, log,
			 "has no syncprov overlay there, so nothing can be read from it");
	else
		take_bad(pool, probe, log,
			 pool_printf(pool,
				     "is not there, or the bind DN may not read it (result %d)",
				     root->code));
	return false;
}

/*
 * slapd 2.5.13 begins a log with the contextCSN that its database has on disk, and writes each
 * server once more there at its next change. To a consumer that lacks something it refuses such a
 * log at every connection (4096), which reads the whole database instead. Where clients write
 * meanwhile that ended with acknowledged entries deleted at all nodes, contextCSN equal.
 */
static bool names_a_server_twice(const ProbeLog *log)
{
	const Attribute *begins = of_root(log, "minCSN");

	for (size_t i = 0; begins && i < begins->n_values; i++)
		for (size_t k = 0; k < i; k++)
			if (csn_sid(begins->values[i].bytes) == csn_sid(begins->values[k].bytes))
				return true;
	return false;
}

/* A log without any change may be new, purged, or hidden: nobody can tell. In the middle of a
 * node's first refresh its log has contextCSN already, of what came so far, and its database has
 * none (2.6.10). */
static void take_changes(Pool *pool, Probe *probe, const ProbeLog *log)
{
	const ProbeAnswer *changes = &log->changes;
	const char *hidden = hidden_type(changes->entries);

	if (hidden)
		take_bad(pool, probe, log,
			 pool_printf(pool, "shows its changes without %s", hidden));
	else if (changes->code != SUCCESS && !is_cut(changes) && !is_busy(changes))
		take_bad(pool, probe, log,
			 pool_printf(pool, "does not let the bind DN search it (result %d)",
				     changes->code));
	else if (changes->entries->n_entries > 0 && log_csns(log) && probe->n_context_csns > 0)
		probe->steps[PROBE_LOG] = PROBE_GOOD;
}

/* "reqStart=20260701100000.000001Z,cn=log": when the change was made there. */
static int64_t begun_sec(const char *dn)
{
	static const char name[] = "reqStart=";
	char when[sizeof("20260701100000.123456Z")];
	const size_t skip = sizeof(name) - 1, len = strcspn(dn, ",");

	if (strncasecmp(dn, name, skip) != 0 || len - skip >= sizeof(when))
		return -1;
	memcpy(when, dn + skip, len - skip);
	when[len - skip] = '\0';
	return timestamp_of_generalized(when);
}

/* slapd shows entries in the order in which they were added: of few the oldest is one. */
static int64_t oldest_sec(const Tree *changes)
{
	int64_t oldest = 0;

	for (size_t i = 0; changes && i < changes->n_entries; i++) {
		const int64_t sec = begun_sec(changes->entries[i].dn);

		if (sec > 0 && (oldest == 0 || sec < oldest))
			oldest = sec;
	}
	return oldest;
}

/* LOG_WORD, unless slapd there compares nowhere. */
static bool says_in_order(const ProbeLog *log)
{
	return log->compared == UNWILLING && log->compared_here >= 0 &&
	       log->compared_here != UNWILLING;
}

/* Its refusal here says nothing where it refuses that everywhere. */
static bool is_mute(const ProbeLog *log)
{
	return !says_in_order(log) && (log->compared < 0 || log->compared == UNWILLING);
}

/* LOG_CLOSED, unless slapd there is seen to do nothing at all with its log. Where comparisons say
 * nothing it may be closed, and must not be read on when it is opened: what came meanwhile is in no
 * order. */
static bool is_closed(const ProbeLog *log)
{
	return log->is_accesslog && log->sync.code == UNWILLING && !says_in_order(log);
}

void probe_take_log(Pool *pool, Probe *probe, const ProbeLog *log)
{
	probe->steps[PROBE_LOG] = PROBE_UNKNOWN;
	probe->log_oldest_sec = oldest_sec(log->changes.entries);
	probe->log_is_in_order = says_in_order(log);
	probe->log_is_closed = is_closed(log);
	probe->log_is_mute = is_mute(log) && !probe->log_is_closed;
	if (probe->log_is_closed || !can_be_read(pool, probe, log))
		return;
	if (!log->is_accesslog)
		probe->steps[PROBE_LOG] = PROBE_GOOD;
	else if (probe_log_is_behind(probe, log))
		take_bad(pool, probe, log,
			 "lacks changes that its database has: slapd there was killed before it "
			 "wrote them down, which its next change ends, no accesslog overlay writes "
			 "into it, or it was begun too late");
	else if (names_a_server_twice(log))
		take_bad(
			pool, probe, log,
			pool_printf(pool,
				    "begins twice with a server (minCSN), as slapd may begin it "
				    "where there was data: a node that was away is refused it, and "
				    "may lose entries; %s",
				    remedy_text(REMEDY_LOG_TWICE)));
	else
		take_changes(pool, probe, log);
}
