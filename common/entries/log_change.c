/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/log_change.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/copy/csn_set.h"

const char *const log_change_attributes[] = {"reqDN",      "reqType",   "reqMod",
					     "reqAuthzID", "reqNewRDN", "reqEntryUUID",
					     "entryCSN",   "entryUUID", NULL};
const char log_change_filter[] = "(&(objectClass=auditWriteObject)(reqResult=0))";

static const char modifier[] = "modifiersName:";

/* What slapd itself writes with every change. */
static const char *const own_attributes[] = {
	"entryCSN",        "modifiersName",         "modifyTimestamp", "creatorsName",
	"createTimestamp", "structuralObjectClass", "entryUUID",
};

static const char *const kind_names[] = {
	[LOG_CHANGE_ADD] = "add",
	[LOG_CHANGE_DELETE] = "delete",
	[LOG_CHANGE_MODIFY] = "modify",
	[LOG_CHANGE_RENAME] = "modrdn",
};
_Static_assert(ARRAY_SIZE(kind_names) == LOG_CHANGE_KIND_COUNT, "name every kind");

const char *log_change_kind_name(LogChangeKind kind)
{
	return kind_names[kind];
}

/* reqMod: "NAME:+ value", "NAME:-", ":" between two of one attribute (slapo-accesslog(5)). */
static size_t name_len(const char *bytes, size_t len)
{
	const char *colon = memchr(bytes, ':', len);

	return colon ? (size_t)(colon - bytes) : 0;
}

size_t log_change_wanted_len(const char *name, const char *bytes, size_t len)
{
	const size_t wanted = name_len(bytes, len) + 1;

	if (strcasecmp(name, "reqMod") != 0 ||
	    (len >= sizeof(modifier) - 1 &&
	     strncasecmp(bytes, modifier, sizeof(modifier) - 1) == 0))
		return len;
	return wanted < len ? wanted : len;
}

static bool kind_read(const char *text, LogChangeKind *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(kind_names); i++) {
		if (strcasecmp(text, kind_names[i]) == 0) {
			*ret = (LogChangeKind)i;
			return true;
		}
	}
	return false;
}

/* slapd makes UUIDs from the time (RFC 4122, version 1), those of entries of a log in the order in
 * which it writes them down. reqStart does not show that: its fraction is a count where a client
 * writes, and a time in a refresh. */
static bool order_read(const char *uuid, uint64_t *ret)
{
	char *end;
	uint64_t low, mid, high;

	low = strtoull(uuid, &end, 16);
	if (end - uuid != 8 || *end != '-')
		return false;
	mid = strtoull(uuid + 9, &end, 16);
	if (end - uuid != 13 || *end != '-')
		return false;
	high = strtoull(uuid + 14, &end, 16) & 0xfff;
	*ret = high << 48 | mid << 32 | low;
	return end - uuid == 18;
}

static bool is_own(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_attributes); i++)
		if (strcasecmp(name, own_attributes[i]) == 0)
			return true;
	return false;
}

static void attribute_add(Pool *pool, LogChange *change, const char *name)
{
	for (size_t i = change->n_attributes; i-- > 0;)
		if (strcasecmp(change->attributes[i], name) == 0)
			return;
	POOL_PUSH(pool, change->attributes, change->n_attributes, name);
}

/* Of ten thousand members the name is looked at once. */
static void mods_read(Pool *pool, const Attribute *mods, LogChange *change)
{
	const char *last = "";

	for (size_t i = 0; i < mods->n_values; i++) {
		const Value *value = &mods->values[i];
		const size_t len = name_len(value->bytes, value->len);

		if (len == 0 || (strlen(last) == len && strncmp(last, value->bytes, len) == 0))
			continue;
		last = pool_copy(pool, value->bytes, len);
		if (!is_own(last))
			attribute_add(pool, change, last);
	}
}

/* "modifiersName:= cn=x", or with + */
static const char *modifier_of(Pool *pool, const Attribute *mods)
{
	const size_t len = sizeof(modifier) - 1;

	for (size_t i = 0; mods && i < mods->n_values; i++) {
		const Value *value = &mods->values[i];

		if (value->len > len + 2 && strncasecmp(value->bytes, modifier, len) == 0)
			return pool_copy(pool, value->bytes + len + 2, value->len - len - 2);
	}
	return NULL;
}

/* Of a change that came from elsewhere the log names the consumer's own identity. */
static const char *writer(Pool *pool, const Entry *entry, const Attribute *mods, bool is_own_change)
{
	const char *by = modifier_of(pool, mods);

	return by || !is_own_change ? by : pool_strdup(pool, entry_first(entry, "reqAuthzID"));
}

bool log_change_read(Pool *pool, const Entry *entry, unsigned own_sid, LogChange *ret)
{
	const Attribute *mods = entry_attribute(entry, "reqMod");
	const char *dn = entry_first(entry, "reqDN"), *kind = entry_first(entry, "reqType"),
		   *csn = entry_first(entry, "entryCSN"), *uuid = entry_first(entry, "entryUUID");
	LogChange change = {0};

	if (!dn || !kind || !csn || !uuid || csn_sid(csn) < 0 || !kind_read(kind, &change.kind) ||
	    !order_read(uuid, &change.order))
		return false;
	if (mods)
		mods_read(pool, mods, &change);
	if (change.n_attributes == 1 && strcasecmp(change.attributes[0], "contextCSN") == 0)
		return false;
	change.dn = pool_strdup(pool, dn);
	change.csn = pool_strdup(pool, csn);
	change.entry_uuid = pool_strdup(pool, entry_first(entry, "reqEntryUUID"));
	change.by = writer(pool, entry, mods, (unsigned)csn_sid(csn) == own_sid);
	change.is_dropped = change.kind == LOG_CHANGE_MODIFY && change.n_attributes == 0;
	*ret = change;
	return true;
}
