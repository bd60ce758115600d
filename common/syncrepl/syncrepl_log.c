/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_log.h"

#include <strings.h>

const char *syncrepl_log_value(SyncreplKeyword keyword, const char *logbase)
{
	switch (keyword) {
	case SYNCREPL_SYNCDATA:
		return "accesslog";
	case SYNCREPL_LOGBASE:
		return logbase;
	case SYNCREPL_LOGFILTER: /* what each change is that a consumer needs: a write, and done */
		return "(&(objectClass=auditWriteObject)(reqResult=0))";
	default:
		return NULL;
	}
}

bool syncrepl_is_log_keyword(SyncreplKeyword keyword)
{
	return syncrepl_log_value(keyword, "") != NULL;
}

const char *syncrepl_log(const Syncrepl *syncrepl)
{
	const char *syncdata = syncrepl->value[SYNCREPL_SYNCDATA];

	return syncdata && strcasecmp(syncdata, "default") != 0 ? syncrepl->value[SYNCREPL_LOGBASE]
								: NULL;
}

bool syncrepl_log_is_accesslog(const Syncrepl *syncrepl)
{
	const char *syncdata = syncrepl->value[SYNCREPL_SYNCDATA];

	return syncdata && strcasecmp(syncdata, "accesslog") == 0;
}

bool syncrepl_log_same(const Syncrepl *one, const Syncrepl *other)
{
	const bool has_one = syncrepl_log(one) != NULL, has_other = syncrepl_log(other) != NULL;

	return has_one == has_other && (!has_one || (syncrepl_same(SYNCREPL_SYNCDATA, one, other) &&
						     syncrepl_same(SYNCREPL_LOGBASE, one, other)));
}

Syncrepl syncrepl_with_log(const Syncrepl *syncrepl, const Syncrepl *other)
{
	Syncrepl with = *syncrepl;

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (syncrepl_is_log_keyword(keyword))
			with.value[keyword] = other->value[keyword];
	return with;
}

Syncrepl syncrepl_plain(const Syncrepl *syncrepl)
{
	static const Syncrepl none;

	return syncrepl_with_log(syncrepl, &none);
}
