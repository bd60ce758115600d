/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_DOCUMENT_H
#define SYNCWARD_STATE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/files/file.h"
#include "agent/files/file_write.h"
#include "common/json/json_document.h"

/* The files of the state folder: JSON documents with a schema_version. For state_*.c only. */

/* One reading of the folder. */
typedef struct StateFolder {
	Pool *pool;
	const char *state_dir;
	int fd; /* -1: there is no folder */
	bool may_write;
	const char **notices; /* what had to be put aside */
	size_t n_notices;
} StateFolder;

/* A folder that does not exist is an empty one. */
int state_folder_open(Pool *pool, const char *state_dir, bool may_write, StateFolder *ret,
		      Error *err);
void state_folder_close(StateFolder *folder);

/* 1 read, 0 there is none, -1 failed. */
int state_content_read(const StateFolder *folder, const char *name, FileContent *ret, Error *err);

/* Takes a document over; -1 when it is damaged. What is kept lives in the pool. */
typedef int StateLoad(Pool *pool, const JsonNode *root, void *target);

/* Which file, and what becomes of it. */
typedef struct StateFile {
	const char *name;
	StateLoad *load;
	bool is_plain; /* what it says counts whoever wrote it */
	bool is_loose; /* written without syncing: an empty one is what a power cut left */
} StateFile;

/* Reads one file into target. One that is damaged or newer is put aside and counts as missing;
 * what is plain counts all the same. */
int state_document_read(StateFolder *folder, const StateFile *file, void *target, Error *err);

/* The string member of that name; NULL when it is absent or no string. */
const char *member_string(const JsonNode *object, const char *key);
const JsonNode *member_array(const JsonNode *object, const char *key);
/* 0 and the number, or -1 when the member is no whole number that fits. */
int member_number(const JsonNode *object, const char *key, unsigned long *ret);

/* --- writing --- */

struct json_object;

/* An empty document with its schema_version. */
struct json_object *state_document_new(void);

/* NULL becomes null. */
struct json_object *state_text(const char *text);

/* Writes the document, and frees it. Durable before it returns, or not at all. */
int state_document_write(const char *state_dir, const char *name, struct json_object *document,
			 Error *err);
int state_document_replace(const char *state_dir, const char *name, struct json_object *document,
			   Error *err);

/* Removes the file by one of the functions of file_write.h; none there, or no folder, is fine. */
int state_document_remove(const char *state_dir, const char *name,
			  int (*remove)(const FileTarget *target, Error *err), Error *err);

#endif
