/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_inherit.h"

/* slapd takes the value without a look, and its consumer fails later. */

/* The first link that names the file, of all databases; the keyword by which it does. */
static const char *suffix_of(const Wanted *wanted, const char *path, SyncreplKeyword *ret)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t j = 0; j < wanted->databases[i].n_consumers; j++)
			for (size_t k = 0; k < LINK_TLS_PATHS; k++) {
				const Syncrepl *link = &wanted->databases[i].consumers[j].syncrepl;
				const char *named = link->value[link_tls_paths[k]];

				*ret = link_tls_paths[k];
				if (named && strcmp(named, path) == 0)
					return wanted->databases[i].desired->suffix;
			}
	return NULL;
}

void diff_tls_refused(Diff *diff)
{
	const Machine *machine = &diff->in->facts->machine;

	for (size_t i = 0; i < machine->tls.n_refusals; i++) {
		const TlsFileRefusal *refusal = &machine->tls.refusals[i];
		SyncreplKeyword keyword;
		const char *suffix = suffix_of(diff->in->wanted, refusal->path, &keyword);

		if (suffix)
			plan_add_finding(
				diff->pool, diff->plan, SEVERITY_WARNING, "tls-file", suffix,
				"%s=%s: slapd, which runs as user %u, cannot read it (%s): its "
				"consumers will not connect; see `%s`",
				syncrepl_keyword_name(keyword), refusal->path,
				machine->tls.tried_uid, refusal->problem,
				remedy_fill(diff->pool, REMEDY_PATH_RIGHTS, refusal->path));
	}
}
