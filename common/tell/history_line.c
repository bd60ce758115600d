/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/history_line.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/timestamp.h"
#include "common/json/json_document.h"
#include "common/slapd/dn.h"

bool record_keeps(EventKind kind)
{
	switch (kind) {
	case EVENT_DRIFT_FOUND:
	case EVENT_CONSUMERS_SCRAMBLED:
	case EVENT_HAND_EDIT:
	case EVENT_CORRECTION_INTENDED:
	case EVENT_CORRECTION_APPLIED:
	case EVENT_CORRECTION_FAILED:
	case EVENT_VERIFY_FAILED:
	case EVENT_INTERRUPTED:
	case EVENT_HEALED:
	case EVENT_DECIDED:
	case EVENT_LEFT:
	case EVENT_PAUSED:
	case EVENT_RESUMED:
	case EVENT_FENCE_CLOSED:
	case EVENT_FENCE_OPENED:
	case EVENT_RELAY_APART:
		return true;
	default:
		return false;
	}
}

/* --- to and from a line --- */

/* Members that are texts, by name. */
typedef struct TextMember {
	const char *key;
	size_t offset;
} TextMember;

static const TextMember texts[] = {
	{"by", offsetof(Record, operator.command)},
	{"sudo_user", offsetof(Record, operator.sudo_user)},
	{"pass", offsetof(Record, pass)},
	{"trigger", offsetof(Record, trigger)},
	{"suffix", offsetof(Record, event.suffix)},
	{"dn", offsetof(Record, event.dn)},
	{"attribute", offsetof(Record, event.attribute)},
	{"old", offsetof(Record, event.old_value)},
	{"new", offsetof(Record, event.new_value)},
	{"actor", offsetof(Record, event.actor)},
	{"actor_time", offsetof(Record, event.actor_time)},
	{"peer", offsetof(Record, event.peer)},
	{"desired_sha256", offsetof(Record, sha256)},
	{"result", offsetof(Record, event.result)},
	{"text", offsetof(Record, event.text)},
};

void record_json(JsonOut *out, const Record *record)
{
	char at[TIMESTAMP_SIZE];

	json_out_open(out, NULL, '{');
	json_out_text(out, "time", timestamp_print(record->at_sec, at));
	json_out_text(out, "event", event_name(record->event.kind));
	if (record->event.cause != CAUSE_NOT_TOLD)
		json_out_text(out, "cause", cause_name(record->event.cause));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *const *text = (const void *)((const char *)record + texts[i].offset);

		if (*text)
			json_out_text(out, texts[i].key, *text);
	}
	if (record->operator.has_login)
		json_out_number(out, "login_uid", record->operator.login_uid);
	if (record->operator.has_uid)
		json_out_number(out, "uid", record->operator.uid);
	if (record->has_revision)
		json_out_number(out, "revision", (int64_t)record->revision);
	if (record->event.duration_usec > 0)
		json_out_number(out, "duration_usec", record->event.duration_usec);
	json_out_close(out, '{');
}

const char *record_print(Pool *pool, const Record *record)
{
	Buf line = BUF_IN(pool);
	JsonOut out = {.text = &line, .is_one_line = true};

	record_json(&out, record);
	return buf_text(&line);
}

static int64_t number_of(const JsonNode *root, const char *key)
{
	const JsonNode *member = json_member(root, key);

	return member && member->type == JSON_NUMBER ? strtoll(member->number, NULL, 10) : -1;
}

static const char *text_of(const JsonNode *root, const char *key)
{
	const JsonNode *member = json_member(root, key);

	return member && member->type == JSON_STRING ? member->string : NULL;
}

static bool uid_of(const JsonNode *root, const char *key, unsigned *ret)
{
	const int64_t number = number_of(root, key);

	if (number < 0 || number >= UINT_MAX)
		return false;
	*ret = (unsigned)number;
	return true;
}

bool record_parse(Pool *pool, const char *line, size_t len, Record *ret)
{
	Record record = {.event = {.kind = EVENT_KIND_COUNT}};
	const JsonNode *root;
	const char *name;

	if (json_parse(pool, "history", line, len, &root, NULL) < 0 || root->type != JSON_OBJECT)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*(const char **)(void *)((char *)&record + texts[i].offset) =
			text_of(root, texts[i].key);
	name = text_of(root, "event");
	for (int kind = 0; name && kind < EVENT_KIND_COUNT; kind++)
		if (strcmp(event_name((EventKind)kind), name) == 0)
			record.event.kind = (EventKind)kind;
	record.event.cause = cause_named(text_of(root, "cause"));
	record.operator.has_login = uid_of(root, "login_uid", &record.operator.login_uid);
	record.operator.has_uid = uid_of(root, "uid", &record.operator.uid);
	record.at_sec = timestamp_parse(text_of(root, "time"));
	record.has_revision = number_of(root, "revision") >= 0;
	record.revision = record.has_revision ? (unsigned long)number_of(root, "revision") : 0;
	record.event.duration_usec = number_of(root, "duration_usec");
	*ret = record;
	return record.at_sec >= 0 && record.event.kind < EVENT_KIND_COUNT && record.event.text;
}

/* --- what is asked for --- */

static bool names_line(const char *lines, const char *name)
{
	const size_t len = strlen(name);

	while (lines) {
		const size_t line_len = strcspn(lines, "\n");

		if (line_len == len && strncasecmp(lines, name, len) == 0)
			return true;
		lines = lines[line_len] ? lines + line_len + 1 : NULL;
	}
	return false;
}

/* What belongs to no database is the server's. */
static bool is_of(const Event *event, const char *database)
{
	const char *of = event->suffix ? event->suffix : event->dn ? "cn=config" : NULL;

	return of && dn_equal(of, database);
}

bool record_concerns(const Record *record, const RecordQuery *query)
{
	const Event *event = &record->event;

	if (query->suffix && !is_of(event, query->suffix))
		return false;
	if (!query->attribute)
		return true;
	return event->attribute ? names_line(event->attribute, query->attribute)
				: event->kind == EVENT_HAND_EDIT;
}

/* --- for people --- */

static const char *who(Pool *pool, const Operator *operator)
{
	if (!operator->command)
		return "";
	return pool_printf(pool, "  %s%s", operator->command, operator_text(pool, operator));
}

const char *record_text(Pool *pool, const Record *record)
{
	const Event *event = &record->event;
	const char *cause = cause_name(event->cause);
	Buf text = BUF_IN(pool);
	char at[TIMESTAMP_SIZE];

	buf_printf(&text, "%s  %s%s  %s: ", timestamp_print(record->at_sec, at),
		   cause ? cause : "-", who(pool, &record->operator),
		   event->suffix ? event->suffix : "server");
	buf_put_line(&text, event->text);
	/* Drift says so in its own words. */
	if (event->actor && event->kind != EVENT_DRIFT_FOUND)
		buf_printf(&text, "; last written by %s at %s", event->actor,
			   event->actor_time ? event->actor_time : "?");
	if (event->duration_usec > 0)
		buf_printf(&text, " (%lld ms)", (long long)event->duration_usec / 1000);
	return buf_text(&text);
}
