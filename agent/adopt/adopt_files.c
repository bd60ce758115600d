/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/adopt/adopt_files.h"

#include <stdio.h>

#include "agent/input/peers_file.h"
#include "agent/system/say.h"
#include "common/adopt/merge.h"

/* All files are read before any is judged, so that every bad one is reported. */
static int sources_read(const Options *options, MergeSource *sources)
{
	int status = 0;

	for (size_t i = 0; i < options->merge.n_items; i++) {
		const char *path = options->merge.items[i];
		PeersFile file;
		Error err = {0};

		if (peers_file_read(options->pool, path, &file, &err) < 0)
			status = say_error(&err);
		else
			sources[i] = (MergeSource){.name = path, .desired = file.desired};
	}
	return status;
}

static void texts_say(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say("%s", texts[i]);
}

int adopt_merge_files(const Options *options)
{
	const size_t n = options->merge.n_items;
	MergeSource *sources = pool_alloc(options->pool, n * sizeof(*sources));
	Error err = {0};
	Merged merged;
	int status;

	if (options->secrets_dir || options->peer_ids.n_items > 0) {
		(void)error_set(
			&err, ERROR_USAGE, 0,
			"--merge looks at files alone: --secrets and --peer-id are for adopt "
			"on a node");
		return say_error(&err);
	}
	status = sources_read(options, sources);
	if (status != 0)
		return status;
	merged = adopt_merge(options->pool, sources, n);
	texts_say(merged.disagreements, merged.n_disagreements);
	if (!merged.text)
		return 1;
	texts_say(merged.notes, merged.n_notes);
	(void)fputs(merged.text, stdout);
	return 0;
}
