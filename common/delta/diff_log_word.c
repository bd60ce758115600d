/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_changes.h"
#include "common/syncrepl/syncrepl_log.h"

bool log_word_is_said(const LiveDatabase *log)
{
	return entry_has_value(log->entry, LOG_WORD_ATTRIBUTE, LOG_WORD);
}

bool log_is_closed(const LiveDatabase *log)
{
	return entry_has_value(log->entry, LOG_WORD_ATTRIBUTE, LOG_CLOSED);
}

static void restriction_change(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log,
			       const char *value, const char *why)
{
	(void)plan_add_change(diff->pool, diff->plan,
			      (Change){.kind = CHANGE_LOG_SETTING,
				       .suffix = wanted->desired->suffix,
				       .dn = log->entry->dn,
				       .attribute = LOG_WORD_ATTRIBUTE,
				       .subject = wanted->desired->delta->logbase,
				       .old_value = log_word_is_said(log) ? LOG_WORD
						    : log_is_closed(log)  ? LOG_CLOSED
									  : NULL,
				       .new_value = value,
				       .why = why});
}

void diff_log_word(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log)
{
	const bool is_said = log_word_is_said(log);

	if (wanted->log_stand == LOG_IN_ORDER && !is_said)
		restriction_change(diff, wanted, log, LOG_WORD,
				   "so peers see that this node saw all logs that it is to read");
	else if (wanted->log_stand != LOG_IN_ORDER && is_said)
		restriction_change(diff, wanted, log, LOG_CLOSED,
				   "this node lacks a log that it is to read, so no peer may "
				   "begin to read its own");
	else if (wanted->log_stand == LOG_LACKING && log_is_closed(log))
		restriction_change(diff, wanted, log, NULL,
				   "no peer reads it any more, and all must see what it holds");
}
