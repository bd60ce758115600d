/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/slapd/serverid.h"
#include "tests/lib/memory_internal.h"

typedef int Rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err);

/* --- olcServerID --- */

static bool names_listener(const MemoryDirectory *self, const ServerId *id)
{
	return id->url && serverid_url_match(id->url, self->listeners, self->n_listeners,
					     self->fqdn) != URL_MATCH_NONE;
}

static int server_id_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	const Attribute *others = entry_attribute(seen, "olcServerID");
	ServerId id, other;

	if (serverid_parse(self->pool, value, &id, err) < 0)
		return memory_refuse(err, LDAP_OTHER, "illegal server ID");
	for (size_t i = 0; others && i < others->n_values; i++) {
		if (!id.url)
			return memory_refuse(err, LDAP_OTHER,
					     "unqualified server ID not allowed now");
		if (serverid_parse(self->pool, others->values[i].bytes, &other, err) < 0 ||
		    !other.url)
			return memory_refuse(err, LDAP_OTHER, "only one server ID allowed now");
		if (names_listener(self, &id) && names_listener(self, &other))
			return memory_refuse(
				err, LDAP_OTHER,
				"multiple server ID URLs matched, only one is allowed");
	}
	return 0;
}

/* --- olcDbIndex --- */

static char *index_attributes(Pool *pool, const char *value)
{
	return pool_copy(pool, value, strcspn(value, " "));
}

static bool is_indexed(Pool *pool, const Attribute *indices, const char *name)
{
	for (size_t i = 0; indices && i < indices->n_values; i++) {
		char *rest = index_attributes(pool, indices->values[i].bytes);

		for (char *other; (other = strsep(&rest, ","));)
			if (strcasecmp(other, name) == 0)
				return true;
	}
	return false;
}

static bool index_kinds_are_known(Pool *pool, const char *value)
{
	static const char *const known[] = {"pres", "eq", "approx", "sub", "subinitial"};
	const char *kinds = value + strcspn(value, " ");
	char *rest = pool_strdup(pool, kinds + strspn(kinds, " "));

	for (char *kind; (kind = strsep(&rest, ","));) {
		size_t i = 0;

		while (i < ARRAY_SIZE(known) && strcasecmp(known[i], kind) != 0)
			i++;
		if (i == ARRAY_SIZE(known))
			return false;
	}
	return true;
}

static int index_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	const Attribute *indices = entry_attribute(seen, "olcDbIndex");
	char *rest = index_attributes(self->pool, value);

	for (char *name; (name = strsep(&rest, ","));)
		if (is_indexed(self->pool, indices, name))
			return memory_refuse(err, LDAP_OTHER, "duplicate index definition");
	if (!index_kinds_are_known(self->pool, value))
		return memory_refuse(err, LDAP_OTHER, "index type undefined");
	return 0;
}

/* --- the others --- */

static int module_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	static const char *const there[] = {"syncprov", "back_monitor", "back_mdb",
					    "ppolicy",  "memberof",     "accesslog"};
	const char *name = ordered_text(value);
	const size_t len = strcspn(name, ".");

	(void)self;
	(void)seen;
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		if (strlen(there[i]) == len && strncmp(there[i], name, len) == 0)
			return 0;
	return memory_refuse(err, LDAP_OTHER, "<olcModuleLoad> handler exited with 1");
}

static int access_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	const char *text = ordered_text(value);

	(void)self;
	(void)seen;
	if (strncasecmp(text, "to ", 3) == 0 && strcasestr(text, " by "))
		return 0;
	return memory_refuse(err, LDAP_OTHER, "<olcAccess> handler exited with 1");
}

/* Of these there is one each. */
static bool is_general(const char *limits, size_t len)
{
	static const char *const words[] = {"users", "anonymous", "*"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && strncasecmp(words[i], limits, len) == 0)
			return true;
	return false;
}

static int limits_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	const Attribute *others = entry_attribute(seen, "olcLimits");
	const char *limits = ordered_text(value);
	const size_t len = strcspn(limits, " ");

	(void)self;
	for (size_t i = 0; is_general(limits, len) && others && i < others->n_values; i++)
		if (strncasecmp(ordered_text(others->values[i].bytes), limits, len) == 0)
			return memory_refuse(err, LDAP_OTHER, "<olcLimits> handler exited with 1");
	return 0;
}

static int syncrepl_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	return memory_consumer_add(self, seen, value, err);
}

static int flag_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	if (strcmp(value, "FALSE") == 0 || memory_consumers_running(self, seen->dn) > 0)
		return 0;
	return memory_refuse(err, LDAP_OTHER, "<olcMultiProvider> database is not a shadow");
}

static int checkpoint_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	const char *minutes = strchr(value, ' ');

	(void)self;
	(void)seen;
	if (!minutes)
		return memory_refuse(err, LDAP_CONSTRAINT_VIOLATION,
				     "missing <ops> <minutes> argument");
	if (atol(value) <= 0 || atol(minutes) <= 0)
		return memory_refuse(err, LDAP_OTHER, "invalid checkpoint");
	return 0;
}

static int sessionlog_rule(MemoryDirectory *self, const Entry *seen, const char *value, Error *err)
{
	(void)self;
	(void)seen;
	return atol(value) < 0 ? memory_refuse(err, LDAP_OTHER, "size is negative") : 0;
}

static const struct {
	const char *attribute;
	Rule *rule;
} rules[] = {
	{"olcServerID", server_id_rule},      {"olcDbIndex", index_rule},
	{"olcModuleLoad", module_rule},       {"olcAccess", access_rule},
	{"olcLimits", limits_rule},           {"olcSyncrepl", syncrepl_rule},
	{"olcMultiProvider", flag_rule},      {"olcSpCheckpoint", checkpoint_rule},
	{"olcSpSessionlog", sessionlog_rule},
};

int memory_rule_add(MemoryDirectory *self, const Entry *seen, const char *name, const char *value,
		    Error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (strcmp(rules[i].attribute, name) == 0)
			return rules[i].rule(self, seen, value, err);
	return 0;
}

void memory_rule_delete(MemoryDirectory *self, const Entry *seen, const char *name,
			const Positions *positions)
{
	if (strcmp(name, "olcSyncrepl") == 0)
		memory_consumers_delete(self, seen->dn, positions);
}
