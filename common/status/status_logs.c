/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_logs.h"

#include "common/status/metric.h"
#include "common/status/status_get.h"

StatusLogs status_logs_take(Pool *pool, const Machine *machine)
{
	StatusLogs logs = {0};

	for (size_t i = 0; i < machine->n_log_folders; i++) {
		const LogFolder *folder = &machine->log_folders[i];

		if (folder->suffix && folder->base)
			POOL_PUSH(pool, logs.items, logs.n_items,
				  {.suffix = pool_strdup(pool, folder->suffix),
				   .base = pool_strdup(pool, folder->base),
				   .size_bytes = folder->has_size ? folder->size_bytes : -1,
				   .room_bytes = folder->has_room ? folder->room_bytes : -1,
				   .keeps_sec = folder->keeps_sec});
	}
	return logs;
}

StatusLogs status_logs_copy(Pool *pool, const StatusLogs *logs)
{
	StatusLogs copy = {0};

	for (size_t i = 0; i < logs->n_items; i++) {
		StatusLog log = logs->items[i];

		log.suffix = pool_strdup(pool, log.suffix);
		log.base = pool_strdup(pool, log.base);
		POOL_PUSH(pool, copy.items, copy.n_items, log);
	}
	return copy;
}

/* --- as a document --- */

static void put_known(JsonOut *out, const char *name, int64_t number)
{
	if (number < 0)
		json_out_null(out, name);
	else
		json_out_number(out, name, number);
}

void logs_put(JsonOut *out, const StatusLogs *logs)
{
	if (logs->n_items == 0)
		return;
	json_out_open(out, "logs", '[');
	for (size_t i = 0; i < logs->n_items; i++) {
		const StatusLog *log = &logs->items[i];

		json_out_open(out, NULL, '{');
		json_out_text(out, "suffix", log->suffix);
		json_out_text(out, "logbase", log->base);
		put_known(out, "size_bytes", log->size_bytes);
		put_known(out, "room_bytes", log->room_bytes);
		put_known(out, "keeps_seconds", log->keeps_sec);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

static int64_t get_known(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_NUMBER ? (int64_t)get_number(object, key) : -1;
}

StatusLogs logs_read(Pool *pool, const JsonNode *root)
{
	StatusLogs logs = {0};
	const JsonNode *item;

	for (size_t i = 0; (item = get_item(root, "logs", i)); i++)
		if (get_text(item, "suffix") && get_text(item, "logbase"))
			POOL_PUSH(pool, logs.items, logs.n_items,
				  {.suffix = get_text(item, "suffix"),
				   .base = get_text(item, "logbase"),
				   .size_bytes = get_known(item, "size_bytes"),
				   .room_bytes = get_known(item, "room_bytes"),
				   .keeps_sec = get_known(item, "keeps_seconds")});
	return logs;
}

/* --- as metrics --- */

static void sample(Buf *out, const char *name, const StatusLog *log, int64_t number)
{
	if (number >= 0)
		metric_number(
			out, name,
			(const char *const[][2]){{"suffix", log->suffix}, {"log", log->base}, {0}},
			number);
}

void logs_metrics(Buf *out, const StatusLogs *logs)
{
	if (logs->n_items == 0)
		return;
	metric_begin(out, "log_size_bytes", "gauge",
		     "The size of this node's log of changes on its disk.");
	for (size_t i = 0; i < logs->n_items; i++)
		sample(out, "log_size_bytes", &logs->items[i], logs->items[i].size_bytes);
	metric_begin(out, "log_room_bytes", "gauge",
		     "The space left on the disk of this log of changes.");
	for (size_t i = 0; i < logs->n_items; i++)
		sample(out, "log_room_bytes", &logs->items[i], logs->items[i].room_bytes);
	metric_begin(out, "log_keeps_seconds", "gauge",
		     "The age at which a change is purged from the log.");
	for (size_t i = 0; i < logs->n_items; i++)
		sample(out, "log_keeps_seconds", &logs->items[i], logs->items[i].keeps_sec);
}
