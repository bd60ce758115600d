/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/heartbeat.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/macros.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"
#include "common/slapd/dn.h"

#define RDN_PREFIX "cn=syncward-heartbeat-"
#define NO_VALUE   "-"
#define TEXT_MAX   200 /* of one value: more is none of ours */

#define USEC               1000000ULL
#define APART_USEC         (10 * USEC)
#define AFTER_FAILURE_USEC (30 * USEC)

const char *const heartbeat_attributes[] = {"description", "creatorsName", "modifiersName",
					    "entryCSN", NULL};

const char *heartbeat_dn(Pool *pool, const char *container, unsigned id)
{
	return pool_printf(pool, RDN_PREFIX "%u,%s", id, container);
}

size_t heartbeat_values(Pool *pool, const Heartbeat *beat,
			const char *ret[static HEARTBEAT_VALUES_MAX])
{
	char time[TIMESTAMP_SIZE];
	size_t n = 0;

	ret[n++] = "format=1";
	ret[n++] = pool_printf(pool, "id=%u", beat->id);
	ret[n++] = pool_printf(pool, "version=%s", beat->version);
	if (beat->has_revision)
		ret[n++] = pool_printf(pool, "revision=%lu", beat->revision);
	ret[n++] = pool_printf(pool, "sha256=%s", beat->sha256 ? beat->sha256 : NO_VALUE);
	ret[n++] = pool_printf(pool, "mode=%s", beat->mode);
	ret[n++] = pool_printf(pool, "state=%s", beat->state);
	/* A description may not be empty, nor end in a blank. */
	ret[n++] = pool_printf(pool, "held=%s", *beat->held ? beat->held : NO_VALUE);
	if (beat->rollout)
		ret[n++] = pool_printf(pool, "rollout=%s", beat->rollout);
	ret[n++] = pool_printf(pool, "time=%s",
			       timestamp_print(beat->time_sec, time) ? time : NO_VALUE);
	return n;
}

Heartbeat heartbeat_copy(Pool *pool, const Heartbeat *beat)
{
	Heartbeat copy = *beat;

	copy.version = pool_strdup(pool, beat->version);
	copy.sha256 = pool_strdup(pool, beat->sha256);
	copy.mode = pool_strdup(pool, beat->mode);
	copy.state = pool_strdup(pool, beat->state);
	copy.held = pool_strdup(pool, beat->held);
	copy.rollout = pool_strdup(pool, beat->rollout);
	copy.csn = pool_strdup(pool, beat->csn);
	return copy;
}

bool heartbeat_says_same(const Heartbeat *one, const Heartbeat *other)
{
	return one->id == other->id && text_equal(one->version, other->version) &&
	       one->has_revision == other->has_revision &&
	       (!one->has_revision || one->revision == other->revision) &&
	       text_equal(one->sha256, other->sha256) && text_equal(one->mode, other->mode) &&
	       text_equal(one->state, other->state) && text_equal(one->held, other->held) &&
	       text_equal(one->rollout, other->rollout);
}

bool heartbeat_is_due(const HeartbeatSaid *said, const Heartbeat *beat, uint64_t now_usec)
{
	if (said->failed_usec > 0 && now_usec < said->failed_usec + AFTER_FAILURE_USEC)
		return false;
	if (said->beat.id == 0 || now_usec >= said->at_usec + said->interval_sec * USEC)
		return true;
	return !heartbeat_says_same(&said->beat, beat) && now_usec >= said->at_usec + APART_USEC;
}

/* A whole number without sign, in its one spelling; false: it is none, or larger than max. */
static bool number_read(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;

	if (!text || *text < '0' || *text > '9' || (*text == '0' && text[1]) || strlen(text) > 18)
		return false;
	*ret = strtoul(text, &end, 10);
	return *end == '\0' && *ret <= max;
}

unsigned heartbeat_id_of(const char *dn)
{
	AUTO(Pool) *scratch = pool_new();
	const char *normal = dn_normalise(scratch, dn);
	const size_t prefix = strlen(RDN_PREFIX);
	unsigned long id;

	if (!normal || strncmp(normal, RDN_PREFIX, prefix) != 0 ||
	    !number_read(pool_copy(scratch, normal + prefix, strcspn(normal + prefix, ",")), 65535,
			 &id))
		return 0;
	return (unsigned)id;
}

/* --- what an entry says --- */

/* What stands after "KEY="; NULL: no value has that key, or more than one has. */
static const char *field(const Attribute *values, const char *key)
{
	const size_t len = strlen(key);
	const char *found = NULL;

	for (size_t i = 0; i < values->n_values; i++) {
		const Value *value = &values->values[i];

		if (value->len <= len || strncmp(value->bytes, key, len) != 0 ||
		    value->bytes[len] != '=')
			continue;
		if (found || strlen(value->bytes) != value->len || value->len > TEXT_MAX)
			return NULL;
		found = value->bytes + len + 1;
	}
	return found;
}

/* Words that people read on a terminal: letters, digits and what versions and codes are made of. */
static bool is_plain(const char *text)
{
	return text && *text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    " .,:+~_-") == strlen(text);
}

static const char *optional(const char *text)
{
	return strcmp(text, NO_VALUE) == 0 ? NULL : text;
}

static bool beat_read(Pool *pool, const Attribute *values, Heartbeat *ret)
{
	static const char *const words[] = {"version", "sha256", "mode", "state", "held"};
	const char *texts[ARRAY_SIZE(words)];
	const char *revision = field(values, "revision"), *rollout = field(values, "rollout");
	unsigned long id = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		texts[i] = field(values, words[i]);
		if (!is_plain(texts[i]))
			return false;
		texts[i] = pool_strdup(pool, texts[i]);
	}
	*ret = (Heartbeat){
		.version = texts[0],
		.has_revision = revision != NULL,
		.sha256 = optional(texts[1]),
		.mode = texts[2],
		.state = texts[3],
		.held = optional(texts[4]) ? texts[4] : "",
		.rollout = is_plain(rollout) ? pool_strdup(pool, rollout) : NULL,
		.time_sec = timestamp_parse(field(values, "time")),
	};
	if (!number_read(field(values, "id"), 65535, &id) || id == 0 || ret->time_sec < 0 ||
	    (revision && !number_read(revision, 9007199254740992, &ret->revision)))
		return false;
	ret->id = (unsigned)id;
	return true;
}

static bool is_by(const Entry *entry, const char *attribute, const char *account)
{
	const char *dn = entry_first(entry, attribute);

	return dn && dn_equal(dn, account);
}

static bool is_server_id(const HeartbeatWriter *writer, int sid)
{
	for (size_t i = 0; i < writer->n_server_ids; i++)
		if (sid == (int)writer->server_ids[i])
			return true;
	return false;
}

const char *heartbeat_read(Pool *pool, const Entry *entry, const HeartbeatWriter *writer,
			   Heartbeat *ret)
{
	const Attribute *values = entry_attribute(entry, "description");
	const char *csn = entry_first(entry, "entryCSN");
	Heartbeat beat;

	if (!is_by(entry, "creatorsName", writer->account))
		return "another account made it";
	if (!is_by(entry, "modifiersName", writer->account))
		return "another account changed it";
	if (!csn || !is_server_id(writer, csn_sid(csn)))
		return writer->n_server_ids == 1
			       ? pool_printf(pool, "it was not written under server ID %u",
					     writer->server_ids[0])
			       : "it was not written at a provider";
	if (!values || !beat_read(pool, values, &beat))
		return "what it says cannot be read";
	if (beat.id != heartbeat_id_of(entry->dn))
		return pool_printf(pool, "it says that it is of node %u", beat.id);
	if (beat.time_sec > writer->now_sec + HEARTBEAT_CLOCK_SEC)
		return "its time has not come yet";
	*ret = beat;
	ret->csn = pool_strdup(pool, csn);
	return NULL;
}
