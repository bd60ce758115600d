/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_JUDGE_H
#define SYNCWARD_LINKS_JUDGE_H

#include "common/topology/links.h"

/* What is said besides a database in parts, which is an error in peers.json. */
typedef struct LinksJudgement {
	const char **warnings; /* nodes whose loss would part it, that read only one other, at
				  intervals, or with pauses that nobody can want */
	size_t n_warnings;
	const char **notes; /* nodes that read very many others */
	size_t n_notes;
} LinksJudgement;

/* One sentence for each kind and database, with the first case and how many there are; none for a
 * mesh of a few nodes. */
LinksJudgement links_judge(Pool *pool, const Links *links);

#endif
