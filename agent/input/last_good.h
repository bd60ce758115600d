/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LAST_GOOD_H
#define SYNCWARD_LAST_GOOD_H

#include "agent/input/peers_file.h"
#include "agent/input/secret_read.h"

/*
 * The peers.json and the passwords that were in force last: they stay so while the files on disk
 * cannot be used. peers.json is also kept in the state folder, unless it holds a password itself;
 * passwords are kept in memory alone.
 */
typedef struct LastGood LastGood;

/* Reads what the state folder has kept, if anything. */
LastGood *last_good_new(const char *state_dir);

/* NULL is allowed. */
void last_good_free(LastGood *good);
DEFINE_CLEANUP(LastGood, last_good_free)

/* The last good peers.json under the name of the real one. ERROR_INPUT when there is none. What it
 * gives lives as long as pool and until the next last_good_keep(). */
int last_good_file(const LastGood *good, Pool *pool, const char *path, PeersFile *ret, Error *err);

/* That of the state folder alone, for callers that keep none; -1: there is none that can be used.
 */
int last_good_stored(Pool *pool, const char *state_dir, const char *path, PeersFile *ret);

/* Fills in the last good password where one could not be read. */
void last_good_secrets(const LastGood *good, Pool *pool, SecretsRead *secrets);

/* These are good. Costs nothing when they are the same as before; -1 when the state folder could
 * not be written, although they still count. */
int last_good_keep(LastGood *good, const PeersFile *file, const SecretsRead *secrets, Error *err);

#endif
