/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/id_table.h"

IdTable id_table_make(Pool *pool, const Desired *desired)
{
	IdTable table = {.n = 1};

	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].id >= table.n)
			table.n = desired->peers[i].id + 1U;
	table.numbers = pool_alloc(pool, table.n * sizeof(*table.numbers));
	return table;
}

unsigned id_table_get(const IdTable *table, unsigned id)
{
	return id < table->n ? table->numbers[id] : 0;
}

void id_table_set(IdTable *table, unsigned id, unsigned short number)
{
	if (id < table->n)
		table->numbers[id] = number;
}
