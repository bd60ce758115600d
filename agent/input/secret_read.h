/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SECRET_READ_H
#define SYNCWARD_SECRET_READ_H

#include "agent/files/file.h"
#include "common/desired/secret.h"

/* Every password that peers.json names, and which file each came from (zeros: from no file). */
typedef struct SecretsRead {
	Secret *items;
	FileIdentity *identities; /* one for each item */
	size_t n_items;
} SecretsRead;

/*
 * Reads them all, each once. Never fails: what could not be read has no text and a problem that
 * names what to mend, never the password. file_is_private: whether peers.json itself may hold one.
 */
SecretsRead secrets_read(Pool *pool, const Desired *desired, bool file_is_private);

/* Reads the one password that agent.json names, in the same way; a literal one was checked with its
 * file. */
Secret secret_read_one(Pool *pool, const Credentials *credentials);

/* The same as the core takes it. */
static inline Secrets secrets_view(const SecretsRead *read)
{
	return (Secrets){.items = read->items, .n_items = read->n_items};
}

#endif
