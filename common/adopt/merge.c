/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/merge.h"

#include <string.h>

#include "common/adopt/merge_internal.h"

/* What was put together must be a document like any other: peers.json has rules of its own. */
static const Desired *read_back(Merge *merge, const char *text)
{
	const Desired *desired;
	Error err = {0};

	if (desired_parse(merge->pool, "the file of all", text, strlen(text), &desired, &err) == 0)
		return desired;
	merge_disagree(merge, "together the files make no peers.json: %s", err.text);
	return NULL;
}

static const char *document_make(Merge *merge)
{
	Desired desired = merge_document(merge);
	const Desired *read;
	const char *text;

	merge_policy(merge, &desired);
	if (merge->said.n_disagreements > 0)
		return NULL;
	text = desired_print(merge->pool, &desired);
	read = read_back(merge, text);
	if (read)
		merge_prove(merge, read);
	return merge->said.n_disagreements > 0 ? NULL : text;
}

Merged adopt_merge(Pool *pool, const MergeSource *sources, size_t n_sources)
{
	static void (*const stages[])(Merge *) = {
		merge_peers,    merge_databases, merge_reads,   merge_topology,
		merge_keywords, merge_rids,      merge_managed,
	};
	Merge merge = {.pool = pool, .sources = sources, .n_sources = n_sources};
	const char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(stages) && merge.said.n_disagreements == 0; i++)
		stages[i](&merge);
	if (merge.said.n_disagreements == 0)
		text = document_make(&merge);
	return (Merged){.text = text,
			.disagreements = merge.said.disagreements,
			.n_disagreements = merge.said.n_disagreements,
			.notes = merge.said.notes,
			.n_notes = merge.said.n_notes};
}
