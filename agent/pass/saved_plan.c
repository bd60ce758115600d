/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/saved_plan.h"

#include <json-c/json.h>
#include <string.h>

#include "agent/files/file_write.h"
#include "agent/files/folder.h"
#include "agent/system/fd.h"
#include "common/json/json_scan.h"
#include "common/plan/render.h"
#include "common/remedies/remedies.h"

typedef struct json_object Json;

/* --- what a plan was made from --- */

static Json *entries_json(const World *world)
{
	Json *entries = json_object_new_object();

	for (size_t i = 0; i < world->config.n_entries; i++) {
		const char *csn = entry_first(&world->config.entries[i], "entryCSN");

		json_object_object_add(entries, world->config.entries[i].dn,
				       json_object_new_string(csn ? csn : ""));
	}
	return entries;
}

/* Literal passwords stand in peers.json itself, whose digest leaves them out, and have no name to
 * show: there the time of peers.json decides. */
static Json *secrets_json(Pool *pool, const Inputs *inputs)
{
	const SecretsRead *secrets = &inputs->secrets;
	Json *object = json_object_new_object();

	if (inputs->file.desired->has_literal_secret)
		json_object_object_add(
			object, "peers.json",
			json_object_new_string(file_identity_text(pool, &inputs->file.identity)));
	for (size_t i = 0; i < secrets->n_items; i++)
		if (secrets->items[i].kind != CREDENTIALS_LITERAL)
			json_object_object_add(object, secrets->items[i].name,
					       json_object_new_string(file_identity_text(
						       pool, &secrets->identities[i])));
	return object;
}

/* What the plan does, masked: what databases hold here and at peers may change it as well. */
static const char *steps_digest(Pool *pool, const Plan *plan)
{
	const char *ldif = render_ldif(pool, plan, (RenderStyle){0});
	char *digest = pool_alloc(pool, SHA256_HEX_SIZE);

	sha256_hex(ldif, strlen(ldif), digest);
	return digest;
}

static Json *made_from_json(Pool *pool, const PlanBasis *basis)
{
	const Inputs *inputs = basis->inputs;
	Json *object = json_object_new_object();

	json_object_object_add(object, "peers_sha256", json_object_new_string(inputs->file.sha256));
	json_object_object_add(
		object, "node",
		json_object_new_int(inputs->wanted.self ? (int)inputs->wanted.self->id : 0));
	json_object_object_add(object, "entries", entries_json(basis->world));
	json_object_object_add(object, "secrets", secrets_json(pool, inputs));
	json_object_object_add(object, "steps_sha256",
			       json_object_new_string(steps_digest(pool, basis->plan)));
	return object;
}

static const char *json_text(Pool *pool, Json *object)
{
	const char *text =
		pool_printf(pool, "%s\n",
			    json_object_to_json_string_ext(
				    object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(object);
	return text;
}

const char *saved_plan_print(Pool *pool, const PlanBasis *basis)
{
	Json *object = json_object_new_object();

	json_object_object_add(object, "schema_version", json_object_new_int(1));
	json_object_object_add(object, "made_from", made_from_json(pool, basis));
	json_object_object_add(object, "plan", json_tokener_parse(render_json(pool, basis->plan)));
	return json_text(pool, object);
}

/* --- files --- */

int saved_plan_write(const char *path, const char *text, Error *err)
{
	const char *slash = strrchr(path, '/');
	AUTO(Pool) *pool = pool_new();
	const char *folder = !slash          ? "."
			     : slash == path ? "/"
					     : pool_copy(pool, path, (size_t)(slash - path));
	AUTO_FD folder_fd = folder_open_existing(folder, err);
	const FileTarget target = {.folder_fd = folder_fd,
				   .folder_path = folder,
				   .name = slash ? slash + 1 : path,
				   .mode = 0600};

	if (folder_fd < 0)
		return -1;
	return file_write_atomic(&target, text, strlen(text), err);
}

static const char *save_hint(Pool *pool, const char *path)
{
	return pool_printf(pool, "make one with `%s`", remedy_fill(pool, REMEDY_PLAN_SAVE, path));
}

int saved_plan_read(Pool *pool, const char *path, const JsonNode **ret, Error *err)
{
	const FileCheck check = {.max_bytes = JSON_OURS_MAX_BYTES,
				 .missing_hint = save_hint(pool, path)};
	const JsonNode *saved, *made_from;
	FileContent content;

	if (file_read_checked(pool, path, &check, &content, err) < 0 ||
	    json_parse_ours(pool, path, content.bytes, content.len, &saved, err) < 0)
		return -1;
	made_from = saved->type == JSON_OBJECT ? json_member(saved, "made_from") : NULL;
	if (!made_from || made_from->type != JSON_OBJECT)
		return error_set(err, ERROR_INPUT, 0, "%s is no saved plan; %s", path,
				 save_hint(pool, path));
	*ret = made_from;
	return 0;
}

/* --- is it still true? --- */

/* The first difference between what was and what is, as a name: an entry's DN, a file. */
static const char *members_differ(const JsonNode *was, const JsonNode *is)
{
	if (!was || was->type != JSON_OBJECT)
		return "a missing part";
	for (size_t i = 0; i < is->n_children; i++) {
		const JsonNode *now = &is->children[i], *then = json_member(was, now->key);

		if (!then || then->type != JSON_STRING || strcmp(then->string, now->string) != 0)
			return now->key;
	}
	for (size_t i = 0; i < was->n_children; i++)
		if (!json_member(is, was->children[i].key))
			return was->children[i].key;
	return NULL;
}

static bool scalar_differs(const JsonNode *was, const JsonNode *is)
{
	if (!was || was->type != is->type)
		return true;
	return is->type == JSON_STRING ? strcmp(was->string, is->string) != 0
				       : strcmp(was->number, is->number) != 0;
}

static int stale(Pool *pool, Error *err, const char *what)
{
	return error_set(
		err, ERROR_REFUSED, 0,
		"the saved plan is stale, nothing was written: %s changed since; make a new one as "
		"this was made (see `%s`)",
		what, remedy_fill(pool, REMEDY_HELP, "plan"));
}

int saved_plan_check(Pool *pool, const JsonNode *saved, const PlanBasis *basis, Error *err)
{
	const char *text = json_text(pool, made_from_json(pool, basis));
	const JsonNode *now;
	const char *changed;

	if (json_parse_ours(pool, "made_from", text, strlen(text), &now, err) < 0)
		return -1;
	if (scalar_differs(json_member(saved, "peers_sha256"), json_member(now, "peers_sha256")))
		return stale(pool, err, "peers.json");
	if (scalar_differs(json_member(saved, "node"), json_member(now, "node")))
		return stale(pool, err, "which peer this node is");
	changed = members_differ(json_member(saved, "entries"), json_member(now, "entries"));
	if (!changed)
		changed =
			members_differ(json_member(saved, "secrets"), json_member(now, "secrets"));
	if (changed)
		return stale(pool, err, changed);
	if (!basis->is_eased &&
	    scalar_differs(json_member(saved, "steps_sha256"), json_member(now, "steps_sha256")))
		return stale(pool, err,
			     "the content of a database, here or at a peer, or what slapd runs,");
	return 0;
}
