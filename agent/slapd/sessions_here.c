/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/sessions_here.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"

/* As RFC 4515 wants it. */
static void filter_value(Buf *text, const char *value)
{
	for (; *value; value++)
		if (strchr("()*\\", *value))
			buf_printf(text, "\\%02x", (unsigned char)*value);
		else
			buf_printf(text, "%c", *value);
}

static const char *filter_make(Pool *pool, const char *const *dns, size_t n_dns)
{
	Buf text = BUF_IN(pool);

	buf_puts(&text, "(|");
	for (size_t i = 0; i < n_dns; i++) {
		buf_puts(&text, "(monitorConnectionAuthzDN=");
		filter_value(&text, dns[i]);
		buf_puts(&text, ")");
	}
	buf_puts(&text, ")");
	return buf_text(&text);
}

/* A consumer's search goes on for as long as it is connected; one that is only bound may have to
 * wait for another refresh of its server. */
static bool is_reading(const Entry *session, int64_t before_sec)
{
	const char *executing = entry_first(session, "monitorConnectionOpsExecuting");
	const int64_t began_sec =
		timestamp_of_generalized(entry_first(session, "monitorConnectionStartTime"));

	return began_sec >= 0 && began_sec < before_sec && executing &&
	       strtol(executing, NULL, 10) > 0;
}

int sessions_here_count(Directory *directory, const char *const *dns, size_t n_dns,
			int64_t before_sec)
{
	static const char *const attributes[] = {"monitorConnectionStartTime",
						 "monitorConnectionOpsExecuting", NULL};
	AUTO(Pool) *pool = pool_new();
	const DirectoryQuery query = {
		.base = "cn=Connections,cn=Monitor",
		.scope = DIRECTORY_SUBTREE,
		.filter = filter_make(pool, dns, n_dns),
		.attributes = attributes,
	};
	Tree tree = {0};
	Error err = {0};
	int n = 0;

	if (directory_read(directory, &query, pool, &tree, &err) < 0)
		return -1;
	for (size_t i = 0; i < tree.n_entries; i++)
		n += is_reading(&tree.entries[i], before_sec);
	return n;
}
