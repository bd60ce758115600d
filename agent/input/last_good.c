/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/last_good.h"

#include <string.h>

#include "agent/state/state.h"
#include "agent/state/state_names.h"
#include "common/json/json_scan.h"

struct LastGood {
	Pool *pool; /* of this */
	const char *state_dir;
	Pool *file_pool;
	FileContent file; /* bytes NULL: none */
	bool is_stored;   /* the state folder has it */
	Pool *secrets_pool;
	SecretsRead secrets;
};

static int stored_read(Pool *pool, const char *state_dir, FileContent *ret)
{
	const FileCheck check = {.max_bytes = JSON_MAX_BYTES};

	return file_read_checked(pool, pool_printf(pool, "%s/" STATE_LAST_GOOD, state_dir), &check,
				 ret, NULL);
}

int last_good_stored(Pool *pool, const char *state_dir, const char *path, PeersFile *ret)
{
	FileContent content;

	if (stored_read(pool, state_dir, &content) < 0)
		return -1;
	return peers_file_parse_kept(pool, path, &content, ret, NULL);
}

LastGood *last_good_new(const char *state_dir)
{
	Pool *pool = pool_new();
	LastGood *good = pool_alloc(pool, sizeof(*good));

	*good = (LastGood){
		.pool = pool,
		.state_dir = pool_strdup(pool, state_dir),
		.file_pool = pool_new(),
		.secrets_pool = pool_new(),
	};
	if (stored_read(good->file_pool, state_dir, &good->file) < 0)
		good->file = (FileContent){0};
	good->is_stored = good->file.bytes != NULL;
	return good;
}

void last_good_free(LastGood *good)
{
	if (!good)
		return;
	pool_free(good->file_pool);
	pool_free(good->secrets_pool);
	pool_free(good->pool);
}

int last_good_file(const LastGood *good, Pool *pool, const char *path, PeersFile *ret, Error *err)
{
	if (!good->file.bytes)
		return error_set(err, ERROR_INPUT, 0, "%s: there is no earlier one to go on with",
				 path);
	return peers_file_parse_kept(pool, path, &good->file, ret, err);
}

static const Secret *find_kept(const LastGood *good, const Secret *secret)
{
	for (size_t i = 0; i < good->secrets.n_items; i++)
		if (good->secrets.items[i].kind == secret->kind &&
		    strcmp(good->secrets.items[i].name, secret->name) == 0)
			return &good->secrets.items[i];
	return NULL;
}

void last_good_secrets(const LastGood *good, Pool *pool, SecretsRead *secrets)
{
	for (size_t i = 0; i < secrets->n_items; i++) {
		Secret *secret = &secrets->items[i];
		const Secret *kept = secret->text ? NULL : find_kept(good, secret);

		if (kept)
			secret->text = pool_strdup(pool, kept->text);
	}
}

static bool same_file(const LastGood *good, const FileContent *content)
{
	return good->file.bytes && good->file.len == content->len &&
	       good->file.is_private == content->is_private &&
	       memcmp(good->file.bytes, content->bytes, content->len) == 0;
}

static void take_file(LastGood *good, const PeersFile *file)
{
	Pool *pool = pool_new();

	good->file = file->content;
	good->file.bytes = pool_copy(pool, file->content.bytes, file->content.len);
	pool_free(good->file_pool);
	good->file_pool = pool;
	good->is_stored = false;
}

static int keep_file(LastGood *good, const PeersFile *file, Error *err)
{
	int result;

	if (!same_file(good, &file->content))
		take_file(good, file);
	if (good->is_stored)
		return 0;
	result = file->desired->has_literal_secret
			 ? state_remove_last_good(good->state_dir, err)
			 : state_write_last_good(good->state_dir, good->file.bytes, good->file.len,
						 err);
	good->is_stored = result == 0;
	return result;
}

static void keep_secrets(LastGood *good, const SecretsRead *secrets)
{
	Pool *pool = pool_new();
	SecretsRead kept = {0};

	for (size_t i = 0; i < secrets->n_items; i++) {
		const Secret *secret = &secrets->items[i];

		if (secret->text)
			POOL_PUSH(pool, kept.items, kept.n_items,
				  {.kind = secret->kind,
				   .name = pool_strdup(pool, secret->name),
				   .text = pool_strdup(pool, secret->text)});
	}
	pool_free(good->secrets_pool);
	good->secrets_pool = pool;
	good->secrets = kept;
}

int last_good_keep(LastGood *good, const PeersFile *file, const SecretsRead *secrets, Error *err)
{
	keep_secrets(good, secrets);
	return keep_file(good, file, err);
}
