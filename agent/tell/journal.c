/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tell/journal.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "agent/system/say.h"
#include "common/base/buf.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define MAX_FIELDS     48

typedef struct Fields {
	Pool *pool;
	struct iovec items[MAX_FIELDS];
	int n_items;
} Fields;

static void field_add(Fields *fields, const char *name, const char *value)
{
	char *text;

	if (!value || fields->n_items == MAX_FIELDS)
		return;
	text = pool_printf(fields->pool, "%s=%s", name, value);
	fields->items[fields->n_items++] =
		(struct iovec){.iov_base = text, .iov_len = strlen(text)};
}

static void field_add_number(Fields *fields, const char *name, long long number)
{
	field_add(fields, name, pool_printf(fields->pool, "%lld", number));
}

/* Each line is a field of its own: so a name is found by its value. */
static void field_add_lines(Fields *fields, const char *name, const char *lines)
{
	while (lines) {
		const char *end = strchr(lines, '\n');
		const size_t len = end ? (size_t)(end - lines) : strlen(lines);

		field_add(fields, name, pool_copy(fields->pool, lines, len));
		lines = end ? end + 1 : NULL;
	}
}

static void operator_add(Fields *fields, const Operator *operator)
{
	field_add(fields, "SYNCWARD_BY", operator->command);
	if (operator->has_login)
		field_add_number(fields, "SYNCWARD_LOGIN_UID", operator->login_uid);
	field_add(fields, "SYNCWARD_SUDO_USER", operator->sudo_user);
	if (operator->has_uid)
		field_add_number(fields, "SYNCWARD_UID", operator->uid);
}

static void context_add(Fields *fields, const JournalContext *context)
{
	field_add(fields, "SYNCWARD_PASS", context->pass);
	field_add(fields, "SYNCWARD_TRIGGER", context->trigger);
	field_add(fields, "SYNCWARD_DESIRED_SHA256", context->sha256);
	operator_add(fields, &context->operator);
	if (context->has_revision)
		field_add_number(fields, "SYNCWARD_REVISION", (long long)context->revision);
}

static void event_add(Fields *fields, const Event *event)
{
	field_add(fields, "MESSAGE", event->text);
	field_add(fields, "MESSAGE_ID", event_message_id(event->kind));
	field_add_number(fields, "PRIORITY", event_priority(event->kind));
	field_add(fields, "DOCUMENTATION", "man:syncward-journal(7)");
	field_add(fields, "SYNCWARD_EVENT", event_name(event->kind));
	field_add(fields, "SYNCWARD_CAUSE", cause_name(event->cause));
	field_add(fields, "SYNCWARD_SUFFIX", event->suffix);
	field_add(fields, "SYNCWARD_DN", event->dn);
	field_add_lines(fields, "SYNCWARD_ATTRIBUTE", event->attribute);
	field_add(fields, "SYNCWARD_OLD", event->old_value);
	field_add(fields, "SYNCWARD_NEW", event->new_value);
	field_add(fields, "SYNCWARD_ACTOR", event->actor);
	field_add(fields, "SYNCWARD_ACTOR_TIME", event->actor_time);
	field_add(fields, "SYNCWARD_PEER", event->peer);
	field_add(fields, "SYNCWARD_RESULT", event->result);
	if (event->duration_usec > 0)
		field_add_number(fields, "SYNCWARD_DURATION_USEC", event->duration_usec);
}

/* sd_journal_sendv() reports success even where nothing listens. */
static bool has_journald(void)
{
	return access(JOURNAL_SOCKET, F_OK) == 0;
}

bool journal_send(const JournalContext *context, const Event *event)
{
	AUTO(Pool) *pool = pool_new();
	Fields fields = {.pool = pool};

	event_add(&fields, event);
	context_add(&fields, context);
	return has_journald() && sd_journal_sendv(fields.items, fields.n_items) >= 0;
}

static void say_event(const Event *event)
{
	AUTO(Pool) *pool = pool_new();
	Buf line = BUF_IN(pool);

	buf_put_line(&line, event->text);
	say("%s: %s", event_name(event->kind), buf_text(&line));
}

void journal_repeat(const Event *event)
{
	if (!has_journald())
		say_event(event);
}

void journal_tell(const JournalContext *context, const Event *event)
{
	if (!journal_send(context, event))
		say_event(event);
}
