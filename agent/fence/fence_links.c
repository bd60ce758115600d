/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_links.h"

#include <string.h>

#include "agent/fence/fence_gate.h"
#include "common/base/base64.h"
#include "common/base/buf.h"
#include "common/base/tree.h"
#include "common/plan/render.h"
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

/* What would be changed, and how it may be shown; no ldif: no link reads a log. */
typedef struct PlainLinks {
	const char *dn;
	const char *own_log_dn; /* of the log whose word is taken back; NULL: it is not said */
	const char *ldif;
	const char *old_values; /* one a line, of those that change */
	const char *new_values;
} PlainLinks;

static void shown_add(Pool *pool, Buf *shown, const char *value)
{
	buf_printf(shown, "%s%s", shown->len > 0 ? "\n" : "",
		   render_value(pool, "olcSyncrepl", value));
}

/* This node's own log, where its readers find the word that it sees all logs. */
static const char *own_log_find(Pool *pool, const FenceSite *site, const char *log)
{
	const Entry *own = log ? fence_site_database(site, log) : NULL;

	return own && entry_has_value(own, LOG_WORD_ATTRIBUTE, LOG_WORD) ? fence_site_dn(pool, own)
									 : NULL;
}

/* The log is closed before the links change. */
static const char *ldif_join(Pool *pool, const char *own_log_dn, const char *links)
{
	return own_log_dn ? pool_printf(pool,
					"dn: %s\nchangetype: modify\ndelete: " LOG_WORD_ATTRIBUTE
					"\n" LOG_WORD_ATTRIBUTE ": " LOG_WORD
					"\n-\nadd: " LOG_WORD_ATTRIBUTE "\n" LOG_WORD_ATTRIBUTE
					": " LOG_CLOSED "\n\n%s",
					own_log_dn, links)
			  : links;
}

static PlainLinks links_find(Pool *pool, const FenceSite *site, const Entry *database)
{
	const Attribute *links = entry_attribute(database, "olcSyncrepl");
	const char *dn = fence_site_dn(pool, database);
	const char *log = NULL, *own_log_dn;
	Buf ldif = BUF_IN(pool), old_values = BUF_IN(pool), new_values = BUF_IN(pool);

	buf_printf(&ldif, "dn: %s\nchangetype: modify\nreplace: olcSyncrepl\n", dn);
	for (size_t i = 0; links && i < links->n_values; i++) {
		const char *value = links->values[i].bytes;
		const char *plain = value_plain(pool, value, &log);
		const char *kept = plain ? plain : value;

		buf_printf(&ldif, "olcSyncrepl:: %s\n", base64_encode(pool, kept, strlen(kept)));
		if (!plain)
			continue;
		shown_add(pool, &old_values, value);
		shown_add(pool, &new_values, plain);
	}
	own_log_dn = own_log_find(pool, site, log);
	return (PlainLinks){.dn = dn,
			    .own_log_dn = own_log_dn,
			    .ldif = log ? ldif_join(pool, own_log_dn, buf_text(&ldif)) : NULL,
			    .old_values = buf_text(&old_values),
			    .new_values = buf_text(&new_values)};
}

static void tell(const Fence *fence, EventKind kind, const FenceRecord *record,
		 const PlainLinks *links, const char *what)
{
	fence_tell_event(
		fence,
		&(Event){.kind = kind,
			 .text = pool_printf(fence->pool,
					     "%s: %s, because %s: its links %s databases "
					     "instead of logs of changes, also those that "
					     "peers.json does not list",
					     record->suffix, fence_verdict_name(record->verdict),
					     record->text, what),
			 .cause = CAUSE_FENCE,
			 .suffix = record->suffix,
			 .dn = links->dn,
			 .attribute = "olcSyncrepl",
			 .old_value = *links->old_values ? links->old_values : NULL,
			 .new_value = *links->new_values ? links->new_values : NULL,
			 .result = kind == EVENT_CORRECTION_APPLIED  ? "success"
				   : kind == EVENT_CORRECTION_FAILED ? "failed"
								     : NULL});
}

/* What the links were is reported, and the intent is on disk, before anything is written. */
static int links_write(Fence *fence, FenceRecord *record, const PlainLinks *links, Error *err)
{
	int result;

	tell(fence, EVENT_CORRECTION_INTENDED, record, links, "are about to read");
	record->is_plaining = true;
	result = fence_records_write(fence, err);
	if (result == 0)
		result = fence_gate_modify(&fence->site.tool, links->ldif, err);
	record->is_plaining = false;
	fence_forget_entry(fence, links->dn);
	if (links->own_log_dn)
		fence_forget_entry(fence, links->own_log_dn);
	tell(fence, result == 0 ? EVENT_CORRECTION_APPLIED : EVENT_CORRECTION_FAILED, record, links,
	     result == 0 ? "read" : "should read");
	return result;
}

/* Without slapmodify's own words, which might hold a password. */
const char *fence_links_make_plain(Fence *fence, FenceRecord *record, const Entry *database)
{
	const PlainLinks links = links_find(fence->pool, &fence->site, database);
	const bool was_cut_off = record->is_plaining;
	Error err;

	record->is_plaining = false;
	if (!links.ldif) {
		if (was_cut_off)
			tell(fence, EVENT_CORRECTION_APPLIED, record, &links,
			     "read, by a run that was cut off,");
		return "";
	}
	if (links_write(fence, record, &links, &err) == 0)
		return "; until then its links read databases, not logs of changes (the history "
		       "shows what they were)";
	return pool_printf(fence->pool,
			   "; its links read logs of changes, which may leave out what is missing "
			   "here, and that could not be changed; `%s` shows what it lacks",
			   remedy_text(REMEDY_COMPARE));
}
