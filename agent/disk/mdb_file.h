/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MDB_FILE_H
#define SYNCWARD_MDB_FILE_H

#include "common/base/error.h"
#include "common/copy/fence.h"

/*
 * Looks at the file of a database that back-mdb keeps in that folder, without LMDB: its identity
 * and the number of its last committed transaction, from the two meta pages (lmdb 0.9, mdb.c:
 * MDB_meta, the newer of both counts). That there is none, or nothing in it, is an answer; -1 when
 * it cannot be looked at.
 */
int mdb_file_look(const char *folder, DatabaseFile *ret, Error *err);

#endif
