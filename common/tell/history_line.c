/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/history_line.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/timestamp.h"
#include "common/json/json_document.h"
#include "common/json/json_write.h"

bool record_keeps(EventKind kind)
{
	return kind == EVENT_CORRECTION_INTENDED || kind == EVENT_CORRECTION_APPLIED ||
	       kind == EVENT_CORRECTION_FAILED || kind == EVENT_VERIFY_FAILED ||
	       kind == EVENT_HEALED;
}

/* --- to and from a line --- */

/* Members that are texts, by name. */
typedef struct TextMember {
	const char *key;
	size_t offset;
} TextMember;

static const TextMember texts[] = {
	{"by", offsetof(Record, by)},
	{"pass", offsetof(Record, pass)},
	{"trigger", offsetof(Record, trigger)},
	{"cause", offsetof(Record, event.cause)},
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

const char *record_print(Pool *pool, const Record *record)
{
	Buf line = BUF_IN(pool);
	JsonOut out = {.text = &line, .is_one_line = true};
	char at[TIMESTAMP_SIZE];

	json_out_open(&out, NULL, '{');
	json_out_text(&out, "time", timestamp_print(record->at_sec, at));
	json_out_text(&out, "event", event_name(record->event.kind));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *const *text = (const void *)((const char *)record + texts[i].offset);

		if (*text)
			json_out_text(&out, texts[i].key, *text);
	}
	if (record->has_revision)
		json_out_number(&out, "revision", (int64_t)record->revision);
	if (record->event.duration_usec > 0)
		json_out_number(&out, "duration_usec", record->event.duration_usec);
	json_out_close(&out, '{');
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
	record.at_sec = timestamp_parse(text_of(root, "time"));
	record.has_revision = number_of(root, "revision") >= 0;
	record.revision = record.has_revision ? (unsigned long)number_of(root, "revision") : 0;
	record.event.duration_usec = number_of(root, "duration_usec");
	*ret = record;
	return record.at_sec >= 0 && record.event.kind < EVENT_KIND_COUNT && record.event.text;
}

/* --- for people --- */

const char *record_text(Pool *pool, const Record *record)
{
	const Event *event = &record->event;
	Buf text = BUF_IN(pool);
	char at[TIMESTAMP_SIZE];

	buf_printf(&text, "%s  %s%s%s  %s: ", timestamp_print(record->at_sec, at),
		   event->cause ? event->cause : "-", record->by ? "  " : "",
		   record->by ? record->by : "", event->suffix ? event->suffix : "server");
	buf_put_line(&text, event->text);
	if (event->actor)
		buf_printf(&text, "; last written by %s at %s", event->actor,
			   event->actor_time ? event->actor_time : "?");
	if (event->duration_usec > 0)
		buf_printf(&text, " (%lld ms)", (long long)event->duration_usec / 1000);
	return buf_text(&text);
}
