/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_FILE_H
#define SYNCWARD_STATUS_FILE_H

#include "agent/files/file.h"
#include "common/status/status.h"

#define STATUS_FILE  "status.json"
#define METRICS_FILE "metrics.prom"

/* Writes status.json into the run folder (created when missing). Not synced: it does not outlive
 * the machine. */
int status_file_write(const char *run_dir, const char *text, Error *err);

/* Writes a file of metrics that others read, by that path; its folder must exist, and may belong
 * to somebody else. */
int metrics_file_write(const char *path, const char *text, Error *err);

/* Reads status.json of the run folder; content may be NULL. ERROR_INPUT for one that cannot be
 * believed, with the code ENOENT when there is none; ERROR_DENIED when we may not read it. */
int status_file_read(Pool *pool, const char *run_dir, FileContent *content, Status *ret,
		     Error *err);

/* Is the process that wrote it still there? Not fooled by another one that got its number. */
Claim status_writer_runs(const Status *status);

/*
 * ERROR_USAGE when a daemon that uses this run folder follows another peers.json: it would undo at
 * once what was applied from this one. A status that nobody alive wrote says nothing.
 */
int status_check_same_file(Pool *pool, const char *run_dir, const char *peers_file, Error *err);

/* When this process started, as the kernel counts; 0 when that cannot be found out. */
uint64_t process_start_ticks(long pid);

#endif
