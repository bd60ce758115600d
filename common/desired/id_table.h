/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ID_TABLE_H
#define SYNCWARD_ID_TABLE_H

#include "common/base/pool.h"
#include "common/desired/desired.h"

/* A number for each id of a peer: no longer than the highest of them, for a file has several such
 * tables, and most have small ids. */
typedef struct IdTable {
	unsigned short *numbers;
	size_t n;
} IdTable;

/* All have 0. It lives in pool. */
IdTable id_table_make(Pool *pool, const Desired *desired);

/* 0 for an id that no peer has, too. */
unsigned id_table_get(const IdTable *table, unsigned id);

/* Does nothing for an id above those of all peers. */
void id_table_set(IdTable *table, unsigned id, unsigned short number);

#endif
