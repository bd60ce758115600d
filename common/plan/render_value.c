/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/desired/secret.h"
#include "common/plan/render.h"

static const char *const change_kind_names[] = {
	[CHANGE_SERVER_ID] = "server-id",
	[CHANGE_MODULE] = "module",
	[CHANGE_OVERLAY] = "overlay",
	[CHANGE_CHECKPOINT] = "checkpoint",
	[CHANGE_CONTEXT_CSN] = "context-csn",
	[CHANGE_SESSIONLOG] = "sessionlog",
	[CHANGE_INDEX] = "index",
	[CHANGE_LIMITS] = "limits",
	[CHANGE_ACCESS] = "access",
	[CHANGE_CONSUMER_ADD] = "peer-add",
	[CHANGE_CONSUMER_EDIT] = "peer-change",
	[CHANGE_CONSUMER_REMOVE] = "peer-remove",
	[CHANGE_CONSUMERS_RESTART] = "consumers-restart",
	[CHANGE_CONSUMERS_RENEW] = "consumers-renew",
	[CHANGE_CONSUMERS_RETRY] = "consumers-retry",
	[CHANGE_MULTI_PROVIDER_ON] = "multi-provider-on",
	[CHANGE_MULTI_PROVIDER_OFF] = "multi-provider-off",
	[CHANGE_UPDATE_REF] = "update-ref",
	[CHANGE_READ_ONLY_ON] = "read-only-on",
	[CHANGE_READ_ONLY_OFF] = "read-only-off",
	[CHANGE_READERS_OFF] = "readers-off",
	[CHANGE_READERS_ON] = "readers-on",
	[CHANGE_LOG_MODULE] = "log-module",
	[CHANGE_LOG_DATABASE] = "log-database",
	[CHANGE_LOG_SYNCPROV] = "log-syncprov",
	[CHANGE_LOG_OVERLAY] = "log-overlay",
	[CHANGE_LOG_OPEN] = "log-open",
	[CHANGE_LOG_SETTING] = "log-setting",
	[CHANGE_LOG_STOP] = "log-stop",
	[CHANGE_SAVE] = "save",
};
_Static_assert(ARRAY_SIZE(change_kind_names) == CHANGE_KIND_COUNT, "name every kind of change");

const char *change_kind_name(ChangeKind kind)
{
	return change_kind_names[kind];
}

static const char *const secret_attributes[] = {
	"olcSyncrepl", "olcRootPW", "olcDbACLBind", "olcDbIDAssertBind", "userPassword",
};

bool attribute_is_secret(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(secret_attributes); i++)
		if (strcasecmp(secret_attributes[i], name) == 0)
			return true;
	return false;
}

static const char *consumer_masked(Pool *pool, const char *value)
{
	const char *text = ordered_text(value);
	const char *masked;
	Syncrepl syncrepl;
	Error err;

	if (syncrepl_parse(pool, value, &syncrepl, &err) < 0)
		return pool_printf(pool, "%.*s" PASSWORD_MASK, (int)(text - value), value);
	for (int keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (syncrepl.value[keyword] && syncrepl_keyword_is_secret(keyword))
			syncrepl.value[keyword] = PASSWORD_MASK;
	if (syncrepl_print(pool, &syncrepl, &masked, &err) < 0)
		masked = PASSWORD_MASK;
	return pool_printf(pool, "%.*s%s", (int)(text - value), value, masked);
}

const char *render_value(Pool *pool, const char *attribute, const char *value)
{
	if (strcasecmp(attribute, "olcSyncrepl") == 0)
		return consumer_masked(pool, value);
	return attribute_is_secret(attribute) ? PASSWORD_MASK : value;
}

static const char *value_shown(Pool *pool, const Change *change, const char *value)
{
	return value && change->attribute ? render_value(pool, change->attribute, value) : NULL;
}

const char *render_old(Pool *pool, const Change *change)
{
	return value_shown(pool, change, change->old_value);
}

/* A peer's value is made only when it is needed. */
const char *render_new(Pool *pool, const Change *change)
{
	const char *text;
	Error err;

	if (!change->consumer.wanted ||
	    syncrepl_print(pool, &change->consumer.wanted->syncrepl, &text, &err) < 0)
		text = change->new_value;
	return value_shown(pool, change, text);
}

bool render_value_is_secret(Pool *pool, const char *attribute, const char *value)
{
	Syncrepl syncrepl;
	Error err;

	if (strcasecmp(attribute, "olcSyncrepl") != 0)
		return attribute_is_secret(attribute);
	return syncrepl_parse(pool, value, &syncrepl, &err) < 0 ||
	       syncrepl.value[SYNCREPL_CREDENTIALS] != NULL;
}
