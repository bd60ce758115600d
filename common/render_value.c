/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/render.h"

#define MASK "********"

static const char *const change_kind_names[] = {
	[CHANGE_SERVER_ID] = "server-id",
	[CHANGE_MODULE] = "module",
	[CHANGE_OVERLAY] = "overlay",
	[CHANGE_CHECKPOINT] = "checkpoint",
	[CHANGE_SESSIONLOG] = "sessionlog",
	[CHANGE_INDEX] = "index",
	[CHANGE_LIMITS] = "limits",
	[CHANGE_ACCESS] = "access",
	[CHANGE_CONSUMER_ADD] = "peer-add",
	[CHANGE_CONSUMER_EDIT] = "peer-change",
	[CHANGE_CONSUMER_REMOVE] = "peer-remove",
	[CHANGE_CONSUMERS_RESTART] = "consumers-restart",
	[CHANGE_MULTI_PROVIDER_ON] = "multi-provider-on",
	[CHANGE_MULTI_PROVIDER_OFF] = "multi-provider-off",
	[CHANGE_SAVE] = "save",
};
_Static_assert(ARRAY_SIZE(change_kind_names) == CHANGE_KIND_COUNT, "name every kind of change");

static const char *const mod_kind_names[] = {
	[MOD_ADD] = "add",
	[MOD_DELETE] = "delete",
	[MOD_REPLACE] = "replace",
};
_Static_assert(ARRAY_SIZE(mod_kind_names) == MOD_KIND_COUNT, "name every kind of mod");

const char *change_kind_name(ChangeKind kind)
{
	return change_kind_names[kind];
}

const char *mod_kind_name(ModKind kind)
{
	return mod_kind_names[kind];
}

static bool attribute_is_secret(const char *attribute)
{
	return strcasecmp(attribute, "olcRootPW") == 0;
}

static const char *consumer_masked(Pool *pool, const char *value)
{
	const char *text = ordered_text(value);
	const char *masked;
	Syncrepl syncrepl;
	Error err;

	if (syncrepl_parse(pool, value, &syncrepl, &err) < 0)
		return pool_printf(pool, "%.*s" MASK, (int)(text - value), value);
	for (int keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (syncrepl.value[keyword] && syncrepl_keyword_is_secret(keyword))
			syncrepl.value[keyword] = MASK;
	if (syncrepl_print(pool, &syncrepl, &masked, &err) < 0)
		masked = MASK;
	return pool_printf(pool, "%.*s%s", (int)(text - value), value, masked);
}

const char *render_value(Pool *pool, const char *attribute, const char *value)
{
	if (attribute_is_secret(attribute))
		return MASK;
	if (strcasecmp(attribute, "olcSyncrepl") == 0)
		return consumer_masked(pool, value);
	return value;
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

const char *render_step(Pool *pool, const Step *step)
{
	Buf text = BUF_IN(pool);

	buf_printf(&text, "%s %s",
		   step->kind == STEP_MODIFY      ? "modify"
		   : step->kind == STEP_ADD_ENTRY ? "add"
						  : "delete",
		   step->dn);
	for (size_t i = 0; step->kind == STEP_MODIFY && i < step->n_mods; i++)
		buf_printf(&text, "%s%s %s", i == 0 ? ": " : ", ",
			   mod_kind_name(step->mods[i].kind), step->mods[i].attribute);
	return buf_text(&text);
}
