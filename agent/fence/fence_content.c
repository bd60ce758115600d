/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_content.h"

#include <string.h>

#include "common/copy/csn_set.h"

#define CSN_SIZE 64

/* One pass over a dump. */
typedef struct Dump {
	Pool *pool;
	bool all_entries;
	size_t n_entries;
	const char **csns;
	size_t n_csns;
	char **newest; /* CSN_SIZE bytes each: the newest entryCSN of one server ID */
	size_t n_newest;
} Dump;

/* The value after the name; NULL when the line is another one. CSNs are never folded nor
 * encoded. */
static const char *line_value(const char *line, const char *name)
{
	const size_t len = strlen(name);

	return strncmp(line, name, len) == 0 ? line + len : NULL;
}

static void newest_take(Dump *dump, const char *csn)
{
	const int sid = csn_sid(csn);
	size_t i = 0;

	if (sid < 0 || strlen(csn) >= CSN_SIZE)
		return;
	while (i < dump->n_newest && csn_sid(dump->newest[i]) != sid)
		i++;
	if (i == dump->n_newest)
		POOL_PUSH(dump->pool, dump->newest, dump->n_newest,
			  pool_alloc(dump->pool, CSN_SIZE));
	if (strcmp(dump->newest[i], csn) < 0)
		memcpy(dump->newest[i], csn, strlen(csn) + 1);
}

/* The values of contextCSN stand together in the suffix entry. */
static bool line_take(void *userdata, const char *line)
{
	Dump *dump = userdata;
	const char *value;

	if (!*line)
		return dump->n_csns > 0 && !dump->all_entries;
	if (line_value(line, "dn:"))
		dump->n_entries++;
	else if ((value = line_value(line, "contextCSN: ")))
		POOL_PUSH(dump->pool, dump->csns, dump->n_csns, pool_strdup(dump->pool, value));
	else if ((value = line_value(line, "entryCSN: ")))
		newest_take(dump, value);
	return false;
}

int fence_content_read(Pool *pool, const SlapdTool *tool, const char *suffix, bool all_entries,
		       FenceLook *look, Error *err)
{
	Dump dump = {.pool = pool, .all_entries = all_entries};
	const char *const arguments[] = {"-g", "-b", suffix, NULL};

	if (slapd_tool_run(tool, "cat", arguments, NULL, line_take, &dump, err) < 0)
		return -1;
	look->has_content = true;
	look->has_suffix = dump.n_entries > 0;
	look->csns = dump.csns;
	look->n_csns = dump.n_csns;
	look->has_entries = all_entries || dump.n_csns == 0;
	look->entry_csns = (const char *const *)dump.newest;
	look->n_entry_csns = dump.n_newest;
	return 0;
}
