/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/secret_read.h"
#include "common/remedies/remedies.h"

#include <stdlib.h>
#include <string.h>

#define SECRET_MAX_BYTES 4096

static const char *file_hint(Pool *pool, const char *path)
{
	return pool_printf(pool, "%s into it, then `%s`", remedy_text(REMEDY_PASSWORD_ALONE),
			   remedy_fill(pool, REMEDY_FILE_MODE, "0600", path));
}

/* Decides whether bytes are a password; returns what is wrong, NULL when nothing is. */
static const char *secret_problem(Pool *pool, const char *bytes, size_t len)
{
	if (len == 0)
		return "is empty";
	if (memchr(bytes, '\0', len))
		return "holds a NUL byte, which no password has";
	if (memchr(bytes, '\n', len))
		return pool_printf(pool, "holds more than one line: %s",
				   remedy_text(REMEDY_PASSWORD_ALONE));
	if (memchr(bytes, '\r', len))
		return pool_printf(pool, "holds a carriage return: %s",
				   remedy_text(REMEDY_PASSWORD_ALONE));
	return NULL;
}

/* Keeps the text when slapd can be given it. where: the file or the place, for the problem. */
static void secret_accept(Pool *pool, const char *where, const char *bytes, size_t len, Secret *ret)
{
	const char *problem = secret_problem(pool, bytes, len);
	Error err = {0};

	if (problem) {
		ret->problem = pool_printf(pool, "%s: %s", where, problem);
		return;
	}
	ret->text = pool_copy(pool, bytes, len);
	if (syncrepl_check(SYNCREPL_CREDENTIALS, ret->text, &err) == 0)
		return;
	ret->problem = pool_printf(pool, "%s: %s", where, err.text);
	ret->text = NULL;
}

static void secret_read_file(Pool *pool, const char *path, const char *hint, Secret *ret,
			     FileIdentity *identity)
{
	const FileCheck check = {
		.max_bytes = SECRET_MAX_BYTES,
		.is_secret = true,
		.missing_hint = hint,
	};
	FileContent content;
	Error err = {0};
	size_t len;

	if (file_read_checked(pool, path, &check, &content, &err) < 0) {
		ret->problem = pool_strdup(pool, err.text);
		ret->is_denied = err.class == ERROR_DENIED;
		return;
	}
	*identity = content.identity;
	len = content.len;
	if (len > 0 && content.bytes[len - 1] == '\n')
		len--;
	secret_accept(pool, path, content.bytes, len, ret);
}

static void secret_read_credential(Pool *pool, Secret *ret, FileIdentity *identity)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (!folder || !*folder) {
		ret->problem = pool_printf(pool,
					   "credential '%s': $CREDENTIALS_DIRECTORY is not set: "
					   "only a systemd unit with LoadCredential=%s:PATH has it",
					   ret->name, ret->name);
		return;
	}
	if (strchr(ret->name, '/')) {
		ret->problem =
			pool_printf(pool, "credential '%s': a name holds no slash", ret->name);
		return;
	}
	secret_read_file(pool, pool_printf(pool, "%s/%s", folder, ret->name),
			 remedy_fill(pool, REMEDY_CREDENTIAL_UNIT, ret->name), ret, identity);
}

static void secret_read_literal(Pool *pool, const Desired *desired, bool file_is_private,
				const JsonPlace *place, Secret *ret)
{
	const char *where =
		pool_printf(pool, "%s:%u:%u", desired->name, place->line, place->column);

	if (!file_is_private) {
		ret->problem = pool_printf(
			pool,
			"%s: the file holds a password, so only root may read "
			"it: `%s`, or write the password into a file of its own "
			"and %s",
			where, remedy_fill(pool, REMEDY_FILE_MODE, "0600", desired->name),
			remedy_fill(pool, REMEDY_CREDENTIALS_FILE,
				    "/etc/syncward/secrets/replicator"));
		return;
	}
	secret_accept(pool, where, ret->name, strlen(ret->name), ret);
}

static void secret_add(Pool *pool, const Desired *desired, bool file_is_private,
		       const Credentials *credentials, SecretsRead *read)
{
	const Secrets known = secrets_view(read);
	Secret secret = {.kind = credentials->kind, .name = credentials->name};
	FileIdentity identity = {0};
	size_t n_identities = read->n_items;

	if (credentials->kind == CREDENTIALS_NONE || secrets_find(&known, credentials))
		return;
	switch (credentials->kind) {
	case CREDENTIALS_FILE:
		secret_read_file(pool, secret.name, file_hint(pool, secret.name), &secret,
				 &identity);
		break;
	case CREDENTIALS_CREDENTIAL:
		secret_read_credential(pool, &secret, &identity);
		break;
	default:
		secret_read_literal(pool, desired, file_is_private, &credentials->place, &secret);
	}
	if (identity.inode != 0)
		secret.identity = pool_printf(pool, "%s:%s", secret.name,
					      file_identity_text(pool, &identity));
	POOL_PUSH(pool, read->identities, n_identities, identity);
	POOL_PUSH(pool, read->items, read->n_items, secret);
}

SecretsRead secrets_read(Pool *pool, const Desired *desired, bool file_is_private)
{
	SecretsRead read = {0};

	for (size_t i = 0; i < desired->n_databases; i++)
		secret_add(pool, desired, file_is_private,
			   &desired->databases[i].syncrepl.credentials, &read);
	for (size_t i = 0; i < desired->topology.n_sites; i++)
		secret_add(pool, desired, file_is_private,
			   &desired->topology.sites[i].syncrepl.credentials, &read);
	for (size_t i = 0; i < desired->n_peers; i++) {
		secret_add(pool, desired, file_is_private, &desired->peers[i].syncrepl->credentials,
			   &read);
		secret_add(pool, desired, file_is_private,
			   &desired->peers[i].as_consumer->credentials, &read);
	}
	return read;
}

Secret secret_read_one(Pool *pool, const Credentials *credentials)
{
	Secret secret = {.kind = credentials->kind, .name = credentials->name};
	FileIdentity identity;

	if (credentials->kind == CREDENTIALS_FILE)
		secret_read_file(pool, secret.name, file_hint(pool, secret.name), &secret,
				 &identity);
	else if (credentials->kind == CREDENTIALS_CREDENTIAL)
		secret_read_credential(pool, &secret, &identity);
	else
		secret.text = credentials->name;
	return secret;
}
