/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_result.h"

#include <errno.h>
#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "common/plan/render.h"
#include "common/syncrepl/syncrepl.h"

static const struct {
	int code;
	ErrorClass class;
} classes[] = {
	{LDAP_SUCCESS, ERROR_NONE},
	{LDAP_SERVER_DOWN, ERROR_UNREACHABLE},
	{LDAP_CONNECT_ERROR, ERROR_UNREACHABLE},
	{LDAP_TIMEOUT, ERROR_UNREACHABLE},
	{LDAP_BUSY, ERROR_UNREACHABLE},
	{LDAP_UNAVAILABLE, ERROR_UNREACHABLE},
	{LDAP_INSUFFICIENT_ACCESS, ERROR_DENIED},
	{LDAP_INVALID_CREDENTIALS, ERROR_DENIED},
	{LDAP_INAPPROPRIATE_AUTH, ERROR_DENIED},
	{LDAP_STRONG_AUTH_REQUIRED, ERROR_DENIED},
	{LDAP_CONFIDENTIALITY_REQUIRED, ERROR_DENIED},
	{LDAP_NO_SUCH_OBJECT, ERROR_CONFLICT},
	{LDAP_ALREADY_EXISTS, ERROR_CONFLICT},
	{LDAP_NO_SUCH_ATTRIBUTE, ERROR_CONFLICT},
	{LDAP_TYPE_OR_VALUE_EXISTS, ERROR_CONFLICT},
};

ErrorClass error_class_of_ldap(int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].code == code)
			return classes[i].class;
	return ERROR_REFUSED;
}

/* True when the text may quote a part of the value: the parser's errors quote the word at fault.
 * A value that we cannot take apart counts as quoted, whatever the text says. */
static bool text_may_quote(const char *text, const char *value)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl syncrepl;
	const char *password;

	if (syncrepl_parse(pool, value, &syncrepl, NULL) < 0)
		return true;
	password = syncrepl.value[SYNCREPL_CREDENTIALS];
	return password && *password && strstr(text, password);
}

static bool text_may_quote_step(const char *text, const Step *step)
{
	for (size_t i = 0; step && i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];

		for (size_t k = 0; k < mod->n_values; k++) {
			if (strcasecmp(mod->attribute, "olcSyncrepl") == 0
				    ? text_may_quote(text, mod->values[k])
				    : attribute_is_secret(mod->attribute))
				return true;
		}
	}
	return false;
}

bool ldap_code_is_weakness(int code)
{
	return code == LDAP_CONFIDENTIALITY_REQUIRED || code == LDAP_INAPPROPRIATE_AUTH;
}

bool ldap_error_is_absence(const Error *err)
{
	return err->class == ERROR_UNREACHABLE &&
	       (err->code == ENOENT || err->code == ECONNREFUSED);
}

const char *diagnostic_masked(Pool *pool, const char *text, const Step *step)
{
	size_t len;

	if (!text || !*text)
		return "";
	if (strcasestr(text, "credentials") || strcasestr(text, "olcRootPW") ||
	    text_may_quote_step(text, step))
		return "(its text is not shown: it may quote a password)";
	len = strlen(text);
	while (len > 0 && strchr("\r\n ", text[len - 1]))
		len--;
	return pool_copy(pool, text, len);
}
