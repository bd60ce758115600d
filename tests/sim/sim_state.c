/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_state.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "agent/state/state.h"
#include "agent/state/state_document.h"
#include "common/json/json_scan.h"

/* Parsed when it is first read: most are read in every pass, and seldom written. */
typedef struct Document {
	const char *state_dir;
	const char *name;
	const char *text;
	const JsonNode *root;
} Document;

static Document documents[96];
static size_t n_documents;
static Pool *memory; /* of all of them, also of former ones: a pass keeps what it read */

static Document *document_find(const char *state_dir, const char *name)
{
	for (size_t i = 0; i < n_documents; i++)
		if (strcmp(documents[i].state_dir, state_dir) == 0 &&
		    strcmp(documents[i].name, name) == 0)
			return &documents[i];
	return NULL;
}

static void document_remove(Document *document)
{
	*document = documents[--n_documents];
}

static void document_put(const char *state_dir, const char *name, const char *text)
{
	Document *document = document_find(state_dir, name);

	if (document)
		document_remove(document);
	if (n_documents == ARRAY_SIZE(documents))
		abort();
	documents[n_documents++] = (Document){.state_dir = pool_strdup(memory, state_dir),
					      .name = pool_strdup(memory, name),
					      .text = pool_strdup(memory, text)};
}

void sim_state_begin(void)
{
	pool_free(memory);
	memory = pool_new();
	n_documents = 0;
}

static int *actions_left;

void sim_state_budget(int *left)
{
	actions_left = left;
}

static int act(Error *err)
{
	if (actions_left && *actions_left == 0)
		return error_set(err, ERROR_UNREACHABLE, 0, "syncward was killed");
	if (actions_left && *actions_left > 0)
		--*actions_left;
	return 0;
}

void sim_state_forget(const char *state_dir)
{
	for (size_t i = n_documents; i-- > 0;)
		if (strcmp(documents[i].state_dir, state_dir) == 0)
			document_remove(&documents[i]);
}

int __wrap_state_folder_open(Pool *pool, const char *state_dir, bool may_write, StateFolder *ret,
			     Error *err);
void __wrap_state_folder_close(StateFolder *folder);
int __wrap_state_content_read(const StateFolder *folder, const char *name, FileContent *ret,
			      Error *err);
int __wrap_state_document_read(StateFolder *folder, const StateFile *file, void *target,
			       Error *err);
int __wrap_state_document_write(const char *state_dir, const char *name,
				struct json_object *document, Error *err);
int __wrap_state_document_replace(const char *state_dir, const char *name,
				  struct json_object *document, Error *err);
int __wrap_state_document_remove(const char *state_dir, const char *name,
				 int (*remove)(const FileTarget *target, Error *err), Error *err);
int __wrap_state_write_intent(const char *state_dir, const char *json, Error *err);
int __wrap_state_remove_intent(const char *state_dir, Error *err);

int __wrap_state_folder_open(Pool *pool, const char *state_dir, bool may_write, StateFolder *ret,
			     Error *err)
{
	(void)err;
	(void)may_write; /* nothing is put aside */
	*ret = (StateFolder){.pool = pool, .state_dir = state_dir};
	return 0;
}

void __wrap_state_folder_close(StateFolder *folder)
{
	folder->fd = -1;
}

int __wrap_state_content_read(const StateFolder *folder, const char *name, FileContent *ret,
			      Error *err)
{
	(void)folder;
	(void)name;
	(void)ret;
	(void)err;
	return 0;
}

int __wrap_state_document_read(StateFolder *folder, const StateFile *file, void *target, Error *err)
{
	Document *document = document_find(folder->state_dir, file->name);

	if (!document)
		return 0;
	if (!document->root && json_parse_ours(memory, file->name, document->text,
					       strlen(document->text), &document->root, err) < 0)
		return -1;
	return file->load(folder->pool, document->root, target);
}

int __wrap_state_document_write(const char *state_dir, const char *name,
				struct json_object *document, Error *err)
{
	const int result = act(err);

	if (result == 0)
		document_put(state_dir, name, json_object_to_json_string(document));
	json_object_put(document);
	return result;
}

int __wrap_state_document_replace(const char *state_dir, const char *name,
				  struct json_object *document, Error *err)
{
	return __wrap_state_document_write(state_dir, name, document, err);
}

int __wrap_state_document_remove(const char *state_dir, const char *name,
				 int (*remove)(const FileTarget *target, Error *err), Error *err)
{
	Document *document = document_find(state_dir, name);

	(void)remove;
	if (act(err) < 0)
		return -1;
	if (document)
		document_remove(document);
	return 0;
}

/* What a pass set out to do is reported to people only. */
int __wrap_state_write_intent(const char *state_dir, const char *json, Error *err)
{
	(void)state_dir;
	(void)json;
	(void)err;
	return 0;
}

int __wrap_state_remove_intent(const char *state_dir, Error *err)
{
	(void)state_dir;
	(void)err;
	return 0;
}
