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
static const char *value_plain(Pool *pool, const char *value, const char **ret_log)
{
	const char *text = ordered_text(value);
	const char *plain_text;
	Syncrepl link, plain;
	Error err;

	if (syncrepl_parse(pool, text, &link, &err) < 0 || !syncrepl_log(&link))
		return NULL;
	*ret_log = syncrepl_log(&link);
	plain = syncrepl_plain(&link);
	if (syncrepl_print(pool, &plain, &plain_text, &err) < 0)
		return NULL;
	return pool_printf(pool, "%.*s%s", (int)(text - value), value, plain_text);
}

/* What takes the word back, before links change; "": it is not said. */
static const char *word_ldif(Pool *pool, const FenceSite *site, const char *log)
{
	const Entry *own = fence_site_database(site, log);

	return own && entry_has_value(own, LOG_WORD_ATTRIBUTE, LOG_WORD)
		       ? pool_printf(pool,
				     "dn: %s\nchangetype: modify\ndelete: " LOG_WORD_ATTRIBUTE
				     "\n" LOG_WORD_ATTRIBUTE ": " LOG_WORD "\n\n",
				     fence_site_dn(pool, own))
		       : "";
}

/* NULL: none reads a log. */
static const char *ldif_make(Pool *pool, const FenceSite *site, const Entry *database,
			     const char *dn)
{
	const Attribute *links = entry_attribute(database, "olcSyncrepl");
	Buf ldif = BUF_IN(pool);
	const char *log = NULL;

	buf_printf(&ldif, "dn: %s\nchangetype: modify\nreplace: olcSyncrepl\n", dn);
	for (size_t i = 0; links && i < links->n_values; i++) {
		const char *value = links->values[i].bytes;
		const char *plain = value_plain(pool, value, &log);
		const char *kept = plain ? plain : value;

		buf_printf(&ldif, "olcSyncrepl:: %s\n", base64_encode(pool, kept, strlen(kept)));
	}
	return log ? pool_printf(pool, "%s%s", word_ldif(pool, site, log), buf_text(&ldif)) : NULL;
}

/* Without slapmodify's own words, which might hold a password. */
const char *fence_links_make_plain(Pool *pool, const FenceSite *site, const Entry *database,
				   const char *dn)
{
	const char *ldif = ldif_make(pool, site, database, dn);
	Error err;

	if (!ldif)
		return "";
	if (fence_gate_modify(&site->tool, ldif, &err) == 0)
		return "; until then its links read databases, not logs of changes";
	return pool_printf(pool,
			   "; its links read logs of changes, which may leave out what is missing "
			   "here, and that could not be changed; what it misses tells %s",
			   remedy_text(REMEDY_COMPARE));
}
