/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/diff/diff_parts.h"

/*
 * Each thread of slapd has room for 32 keys (libldap's tpool.c), of which back-mdb takes one for
 * each database that the thread works on. With 27 databases all goes well; with 28 some operations
 * are answered with 80 (2.4.57, 2.5.13, 2.6.10).
 */
#define MDB_DATABASES_MAX 27

void diff_many_databases(Diff *diff)
{
	const Live *live = diff->in->live;
	size_t n = 0;

	for (size_t i = 0; i < live->n_databases; i++)
		n += strstr(live->databases[i].entry->dn, "}mdb,") != NULL;
	if (n > MDB_DATABASES_MAX)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "many-databases", NULL,
			"cn=config has %zu mdb databases: no thread of slapd can work on more than "
			"about %d, and what it is asked for the others it answers with 80 "
			"(internal error), to clients and peers alike. Fewer in one slapd avoid "
			"that",
			n, MDB_DATABASES_MAX);
}
