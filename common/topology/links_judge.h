/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_JUDGE_H
#define SYNCWARD_LINKS_JUDGE_H

#include "common/topology/links.h"

/* Beside a database in parts, which peers.json may not have at all. */
typedef struct LinksJudgement {
	const char **warnings; /* whose loss would part it, who reads only one, or at intervals */
	size_t n_warnings;
	const char **notes; /* who reads very many */
	size_t n_notes;
} LinksJudgement;

/* One sentence a kind and database, with the first case and how many there are; "" and none for a
 * mesh of a few. */
LinksJudgement links_judge(Pool *pool, const Links *links);

#endif
