/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_changes.h"
#include "common/delta/log_shut.h"
#include "common/syncrepl/syncrepl_log.h"

bool log_word_is_said(const LiveDatabase *log)
{
	return entry_has_value(log->entry, LOG_WORD_ATTRIBUTE, LOG_WORD);
}

bool log_is_closed(const LiveDatabase *log)
{
	return entry_has_value(log->entry, LOG_WORD_ATTRIBUTE, LOG_CLOSED);
}

static void value_change(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log,
			 const char *attribute, const char *former, const char *value,
			 const char *why)
{
	(void)plan_add_change(diff->pool, diff->plan,
			      (Change){.kind = CHANGE_LOG_SETTING,
				       .suffix = wanted->desired->suffix,
				       .dn = log->entry->dn,
				       .attribute = attribute,
				       .subject = entry_first(log->entry, "olcSuffix"),
				       .old_value = former,
				       .new_value = value,
				       .why = why});
}

static void restriction_change(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log,
			       const char *former, const char *value, const char *why)
{
	value_change(diff, wanted, log, LOG_WORD_ATTRIBUTE, former, value, why);
}

/* A release of syncward that knows no closed logs says the word beside it, and nobody reads. */
static void both_end(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log)
{
	restriction_change(diff, wanted, log,
			   wanted->log_stand == LOG_IN_ORDER ? LOG_CLOSED : LOG_WORD, NULL,
			   "a log that is closed is not one that peers are to read");
}

static void restriction_diff(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log)
{
	const bool is_said = log_word_is_said(log), is_closed = log_is_closed(log);

	if (is_said && is_closed)
		both_end(diff, wanted, log);
	else if (wanted->log_stand == LOG_IN_ORDER && !is_said)
		restriction_change(diff, wanted, log, is_closed ? LOG_CLOSED : NULL, LOG_WORD,
				   "so peers see that this node saw all logs that it is to read");
	else if (wanted->log_stand != LOG_IN_ORDER && is_said)
		restriction_change(diff, wanted, log, LOG_WORD, LOG_CLOSED,
				   "this node lacks a log that it is to read, so no peer may "
				   "begin to read its own");
	else if (wanted->log_stand == LOG_LACKING && is_closed)
		restriction_change(diff, wanted, log, LOG_CLOSED, NULL,
				   "no peer reads it any more, and all must see what it holds");
}

/* Who began to read a log that is open would miss what is hidden there. */
static void shut_end(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log)
{
	const char *shut = log_shut_find(log);
	const bool stays = log_is_closed(log) && (wanted->log_stand == LOG_SHUT_NOW ||
						  wanted->log_stand == LOG_CLOSED_NOW);

	if (shut && !stays)
		value_change(diff, wanted, log, "olcAccess", shut, NULL,
			     "no search goes on in it any more from before it was closed");
}

static void shut_make(Diff *diff, const WantedDatabase *wanted, const WantedLog *readers,
		      const LiveDatabase *log, const char *why)
{
	const LiveDatabase *database;
	const char *value = NULL;

	if (live_find_database(diff->in->live, wanted->desired->suffix, &database) == 1)
		value = log_shut_print(diff->pool, readers, database->root_dn, log);
	if (value && !log_shut_find(log))
		value_change(diff, wanted, log, "olcAccess", NULL, value, why);
}

static void shut_begin(Diff *diff, const WantedDatabase *wanted, const WantedLog *readers,
		       const LiveDatabase *log)
{
	if (wanted->log_stand == LOG_SHUT_NOW && (log_is_closed(log) || log_word_is_said(log)))
		shut_make(diff, wanted, readers, log,
			  "slapd goes on with searches that began before it was closed");
}

void diff_log_word(Diff *diff, const WantedDatabase *wanted, const WantedLog *readers,
		   const LiveDatabase *log)
{
	shut_end(diff, wanted, log);
	restriction_diff(diff, wanted, log);
	shut_begin(diff, wanted, readers, log);
}

void diff_log_word_left(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log)
{
	static const char why[] =
		"without \"delta\" this node reads databases, so no peer may read "
		"its log";
	const WantedLog readers = {.readers = wanted->readers, .n_readers = wanted->n_readers};

	/* One that is closed already may not be shut yet. */
	if (!log_word_is_said(log) && !log_is_closed(log))
		return;
	if (log_word_is_said(log))
		restriction_change(diff, wanted, log, LOG_WORD,
				   log_is_closed(log) ? NULL : LOG_CLOSED, why);
	shut_make(diff, wanted, &readers, log, why);
}
