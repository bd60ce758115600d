/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_shut.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/slapd/dn.h"

#define SHUT_BEGINS "to * attrs=entry by dn."
#define SHUT_ENDS   " search by * break"

static bool must_see(const LiveDatabase *log, const char *root_dn, const char *reader)
{
	return (log->root_dn && dn_equal(log->root_dn, reader)) ||
	       (root_dn && dn_equal(root_dn, reader));
}

const char *log_shut_print(Pool *pool, const WantedLog *wanted, const char *root_dn,
			   const LiveDatabase *log)
{
	Buf text = BUF_IN(pool);
	size_t n = 0;

	buf_puts(&text, "{0}to * attrs=entry");
	for (size_t i = 0; i < wanted->n_readers; i++)
		if (!must_see(log, root_dn, wanted->readers[i])) {
			buf_printf(&text, " by dn.exact=\"%s\" search", wanted->readers[i]);
			n++;
		}
	buf_puts(&text, " by * break");
	return n > 0 ? buf_text(&text) : NULL;
}

const char *log_shut_misses(const WantedLog *wanted, const char *root_dn, const LiveDatabase *log)
{
	for (size_t i = 0; i < wanted->n_readers; i++)
		if (must_see(log, root_dn, wanted->readers[i]))
			return wanted->readers[i];
	return NULL;
}

bool log_shut_hides_all(const WantedDatabase *wanted, const char *base, const char *root_dn,
			const LiveDatabase *log)
{
	size_t n = 0;

	for (size_t i = 0; i < wanted->n_logs; i++) {
		if (!dn_equal(wanted->logs[i].base, base))
			continue;
		if (log_shut_misses(&wanted->logs[i], root_dn, log))
			return false;
		n += wanted->logs[i].n_readers;
	}
	return n > 0 && !wanted->has_unknown_reader;
}

static bool shuts(const char *value)
{
	const char *text = ordered_text(value);
	const size_t len = strlen(text);

	return strncmp(text, SHUT_BEGINS, strlen(SHUT_BEGINS)) == 0 && len > strlen(SHUT_ENDS) &&
	       strcmp(text + len - strlen(SHUT_ENDS), SHUT_ENDS) == 0;
}

/* Only in front it is what syncward wrote, and hides something for certain. */
static const char *find(const Attribute *list)
{
	const char *first = list && list->n_values > 0 ? list->values[0].bytes : NULL;

	return first && shuts(first) ? first : NULL;
}

const char *log_shut_find(const LiveDatabase *log)
{
	return find(entry_attribute(log->entry, "olcAccess"));
}

AccessLists log_shut_except(Pool *pool, AccessLists lists)
{
	Entry rest = {0};

	if (!find(lists.database))
		return lists;
	for (size_t i = 1; i < lists.database->n_values; i++)
		entry_add_value(pool, &rest, "olcAccess", lists.database->values[i].bytes,
				lists.database->values[i].len);
	lists.database = entry_attribute(&rest, "olcAccess");
	return lists;
}
