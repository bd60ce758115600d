/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOG_CHANGE_H
#define SYNCWARD_LOG_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/tree.h"

typedef enum LogChangeKind {
	LOG_CHANGE_ADD,
	LOG_CHANGE_DELETE,
	LOG_CHANGE_MODIFY,
	LOG_CHANGE_RENAME,
	LOG_CHANGE_KIND_COUNT
} LogChangeKind;

/*
 * One change of an entry as slapo-accesslog(5) recorded it at one server: made by a client there,
 * or received from another server, without what slapd dropped of it because it was older than what
 * was there.
 */
typedef struct LogChange {
	const char *dn;
	const char *entry_uuid; /* NULL: the log does not say */
	const char *csn;        /* under which server ID it was made, and when */
	uint64_t order;         /* larger: slapd wrote it down later */
	LogChangeKind kind;
	const char *by;          /* who made it; NULL: the log does not say */
	const char **attributes; /* users' attributes that it names, each once */
	size_t n_attributes;
	bool is_dropped; /* of a modification nothing was left to be done here */
} LogChange;

/* What is wanted of an entry of the log, for a search; ends in NULL. */
extern const char *const log_change_attributes[];
extern const char log_change_filter[];

/* How much of that value is wanted: what is written into an entry may be secret, and of it the name
 * of the attribute alone is read. */
size_t log_change_wanted_len(const char *name, const char *bytes, size_t len);

/* Reads an entry of the log of the server with that server ID. False for what is no change of an
 * entry by somebody, as contextCSN on disk. Everything is copied into the pool. */
bool log_change_read(Pool *pool, const Entry *entry, unsigned own_sid, LogChange *ret);

const char *log_change_kind_name(LogChangeKind kind);

#endif
