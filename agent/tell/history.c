/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tell/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/files/file.h"
#include "agent/files/file_write.h"
#include "agent/files/folder.h"
#include "agent/system/fd.h"
#include "common/base/buf.h"

const char *history_lines(Pool *pool, const HistoryWriter *writer, const EventList *events)
{
	const JournalContext *context = writer->context;
	Buf lines = BUF_IN(pool);

	for (size_t i = 0; i < events->n_items; i++) {
		const Record record = {
			.at_sec = writer->now_sec,
			.operator= context->operator,
			.pass = context->pass,
			.trigger = context->trigger,
			.has_revision = context->has_revision,
			.revision = context->revision,
			.sha256 = context->sha256,
			.event = events->items[i],
		};

		if (record_keeps(record.event.kind))
			buf_puts(&lines, record_print(pool, &record));
	}
	return buf_text(&lines);
}

/* Only under the lock: a process that appends meanwhile would append to the older file, or have it
 * replaced. */
static void make_room(int folder_fd, size_t len)
{
	struct stat status;

	if (fstatat(folder_fd, HISTORY_FILE, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    status.st_size + (off_t)len > HISTORY_MAX_BYTES)
		(void)renameat(folder_fd, HISTORY_FILE, folder_fd, HISTORY_OLDER);
}

/* What a power cut left of a line must not spoil the next one. */
static bool ends_within_line(int folder_fd)
{
	AUTO_FD fd = openat(folder_fd, HISTORY_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char last = '\n';
	struct stat status;

	return fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0 &&
	       pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

int history_append(const HistoryWriter *writer, const EventList *events, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	return history_append_lines(writer->state_dir, writer->has_lock,
				    history_lines(pool, writer, events), err);
}

int history_append_lines(const char *state_dir, bool has_lock, const char *lines, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	AUTO_FD folder = -1;
	FileTarget target = {.folder_path = state_dir, .name = HISTORY_FILE, .mode = 0600};

	if (!*lines)
		return 0;
	folder = folder_open(state_dir, 0700, err);
	if (folder < 0)
		return -1;
	target.folder_fd = folder;
	if (has_lock)
		make_room(folder, strlen(lines));
	if (ends_within_line(folder))
		lines = pool_printf(pool, "\n%s", lines);
	return file_append(&target, lines, strlen(lines), err);
}

/* --- reading --- */

static void lines_read(Pool *pool, const FileContent *content, int64_t since_sec, RecordList *list)
{
	const char *at = content->bytes, *end = content->bytes + content->len;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		const size_t len = (size_t)((line_end ? line_end : end) - at);
		Record record;
		const bool is_record = record_parse(pool, at, len, &record);

		if (!is_record)
			list->n_damaged++;
		else if (list->oldest_sec < 0)
			list->oldest_sec = record.at_sec;
		if (is_record && record.at_sec >= since_sec)
			POOL_PUSH(pool, list->items, list->n_items, record);
		at += len + 1;
	}
}

static int file_lines(Pool *pool, const char *path, int64_t since_sec, RecordList *list, Error *err)
{
	/* One write(2) may have been larger than the room that was made for it. */
	const FileCheck check = {.max_bytes = 4 * HISTORY_MAX_BYTES};
	FileContent content;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read_checked(pool, path, &check, &content, err) < 0)
		return -1;
	lines_read(pool, &content, since_sec, list);
	return 0;
}

int history_read(Pool *pool, const char *state_dir, int64_t since_sec, RecordList *ret, Error *err)
{
	static const char *const names[] = {HISTORY_OLDER, HISTORY_FILE};
	RecordList list = {.oldest_sec = -1};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (file_lines(pool, pool_printf(pool, "%s/%s", state_dir, names[i]), since_sec,
			       &list, err) < 0)
			return -1;
	*ret = list;
	return 0;
}
