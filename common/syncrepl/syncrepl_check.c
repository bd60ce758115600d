/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/config_words.h"
#include "common/syncrepl/syncrepl_rule.h"

int syncrepl_check(SyncreplKeyword keyword, const char *value, Error *err)
{
	const SyncreplRule *rule = &syncrepl_rules[keyword];

	/* No message shows the value: somebody may have put a password after the wrong keyword. */
	if (rule->kind == SYNCREPL_KIND_FLAG)
		return *value == '\0'
			       ? 0
			       : error_set(err, ERROR_REFUSED, 0,
					   "%s takes no value: slapd would ignore it", rule->name);
	if ((rule->accepts && !rule->accepts(value)) || (rule->works && !rule->works(value)))
		return error_set(err, ERROR_REFUSED, 0, "%s must be %s", rule->name, rule->wants);
	if (config_word_quoting(value) == WORD_QUOTING_IMPOSSIBLE)
		return error_set(err, ERROR_REFUSED, 0,
				 "%s has a quote before white space, which slapd's quoting cannot "
				 "express: change the value",
				 rule->name);
	return 0;
}
