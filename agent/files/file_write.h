/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FILE_WRITE_H
#define SYNCWARD_FILE_WRITE_H

#include <stddef.h>
#include <sys/types.h>

#include "common/base/error.h"

/* A file to write: the name inside an open folder; folder_path is for messages. */
typedef struct FileTarget {
	int folder_fd;
	const char *folder_path;
	const char *name;
	mode_t mode;
} FileTarget;

/* Writes a temporary file, syncs it, renames it over the name and syncs the folder: readers see the
 * old or the new bytes, also after a power cut. */
int file_write_atomic(const FileTarget *target, const char *bytes, size_t len, Error *err);

/* The same without syncing: readers see the old or the new bytes; a power cut may leave neither. */
int file_replace(const FileTarget *target, const char *bytes, size_t len, Error *err);

/*
 * Writes into a spare file that was written before, renames it over the name and syncs once: its
 * place on the disk is found already, which halves the wait. A power cut on the way may leave what
 * the spare held. The rest of its block is filled with line ends.
 */
int file_write_spare(const FileTarget *target, const char *spare, const char *bytes, size_t len,
		     Error *err);

/* Makes the file the spare again, without syncing; that there is none is no error. */
int file_make_spare(const FileTarget *target, const char *spare, Error *err);

/* Appends in one write(2), without syncing; creates the file when missing. */
int file_append(const FileTarget *target, const char *bytes, size_t len, Error *err);

/* Removes the file and syncs the folder; that there is none is no error. */
int file_remove_synced(const FileTarget *target, Error *err);

/* Removes the file, without syncing: a power cut may bring it back. */
int file_remove(const FileTarget *target, Error *err);

/* Removes what writers that were killed left in the folder. Only for a folder in
 * which nobody else writes now. */
void file_remove_temporaries(int folder_fd);

#endif
