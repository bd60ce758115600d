/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_changes.h"
#include "common/syncrepl/syncrepl_log.h"

bool log_word_is_said(const LiveDatabase *log)
{
	return entry_has_value(log->entry, LOG_WORD_ATTRIBUTE, LOG_WORD);
}

void diff_log_word(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *log)
{
	const bool is_said = log_word_is_said(log), is_so = !wanted->lacks_log;

	if (is_said != is_so)
		(void)plan_add_change(
			diff->pool, diff->plan,
			(Change){.kind = CHANGE_LOG_SETTING,
				 .suffix = wanted->desired->suffix,
				 .dn = log->entry->dn,
				 .attribute = LOG_WORD_ATTRIBUTE,
				 .subject = wanted->desired->delta->logbase,
				 .old_value = is_said ? LOG_WORD : NULL,
				 .new_value = is_so ? LOG_WORD : NULL,
				 .why = is_so ? "so peers see that this node saw all logs that it "
						"is to read"
					      : "or peers would think that this node sees all "
						"logs that it is to read"});
}
