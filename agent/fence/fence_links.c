/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_links.h"

#include <string.h>

#include "agent/fence/fence_gate.h"
#include "common/base/base64.h"
#include "common/base/buf.h"
#include "common/base/tree.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

/* The value without its log, with its number as it is; NULL: it has none, or is no link. */
static const char *value_plain(Pool *pool, const char *value)
{
	const char *text = ordered_text(value);
	const char *plain_text;
	Syncrepl link, plain;
	Error err;

	if (syncrepl_parse(pool, text, &link, &err) < 0 || !syncrepl_log(&link))
		return NULL;
	plain = syncrepl_plain(&link);
	if (syncrepl_print(pool, &plain, &plain_text, &err) < 0)
		return NULL;
	return pool_printf(pool, "%.*s%s", (int)(text - value), value, plain_text);
}

/* NULL: none reads a log. */
static const char *ldif_make(Pool *pool, const Entry *database, const char *dn)
{
	const Attribute *links = entry_attribute(database, "olcSyncrepl");
	Buf ldif = BUF_IN(pool);
	bool reads_log = false;

	buf_printf(&ldif, "dn: %s\nchangetype: modify\nreplace: olcSyncrepl\n", dn);
	for (size_t i = 0; links && i < links->n_values; i++) {
		const char *value = links->values[i].bytes;
		const char *plain = value_plain(pool, value);
		const char *kept = plain ? plain : value;

		reads_log |= plain != NULL;
		buf_printf(&ldif, "olcSyncrepl:: %s\n", base64_encode(pool, kept, strlen(kept)));
	}
	return reads_log ? buf_text(&ldif) : NULL;
}

/* Without slapmodify's own words, which might hold a password. */
const char *fence_links_make_plain(Pool *pool, const SlapdTool *tool, const Entry *database,
				   const char *dn)
{
	const char *ldif = ldif_make(pool, database, dn);
	Error err;

	if (!ldif)
		return "";
	if (fence_gate_modify(tool, ldif, &err) == 0)
		return "; until then its links read databases, not logs of changes";
	return pool_printf(pool,
			   "; its links read logs of changes, which may leave out what is missing "
			   "here, and that could not be changed; what it misses tells %s",
			   remedy_text(REMEDY_COMPARE));
}
