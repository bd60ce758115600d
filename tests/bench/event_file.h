/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EVENT_FILE_H
#define SYNCWARD_EVENT_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The file of one database of cn=config, which slapd renames into place at each change. */
typedef struct EventFile {
	int fd;
	char name[256];
	unsigned n_waiting; /* renames that nobody has asked for yet */
} EventFile;

/* dn: "olcDatabase={2}mdb,cn=config". */
static inline bool event_file_open(EventFile *file, const char *config_dir, const char *dn)
{
	char folder[4096];

	(void)snprintf(folder, sizeof(folder), "%s/cn=config", config_dir);
	(void)snprintf(file->name, sizeof(file->name), "%.*s.ldif", (int)strcspn(dn, ","), dn);
	file->n_waiting = 0;
	file->fd = inotify_init1(IN_CLOEXEC);
	/* The kernel makes one event of two alike: slapd's temporary files come in between. */
	return file->fd >= 0 && inotify_add_watch(file->fd, folder, IN_MOVED_TO | IN_CREATE) >= 0;
}

/* Counts what one read(2) tells; false when nothing can be read any more. */
static inline bool event_file_read(EventFile *file)
{
	_Alignas(struct inotify_event) char bytes[4096];
	const ssize_t len = read(file->fd, bytes, sizeof(bytes));

	for (ssize_t at = 0; at < len;) {
		const struct inotify_event *event = (const void *)(bytes + at);

		file->n_waiting += event->len > 0 && strcmp(event->name, file->name) == 0;
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	return len > 0;
}

/* Waits until the file was renamed into place once more. */
static inline bool event_file_wait(EventFile *file)
{
	while (file->n_waiting == 0)
		if (!event_file_read(file))
			return false;
	file->n_waiting--;
	return true;
}

/* Forgets what happened so far. */
static inline void event_file_drain(EventFile *file)
{
	int waiting = 0;

	while (ioctl(file->fd, FIONREAD, &waiting) == 0 && waiting > 0)
		if (!event_file_read(file))
			break;
	file->n_waiting = 0;
}

#endif
