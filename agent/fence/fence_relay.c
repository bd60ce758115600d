/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_relay.h"

#include "agent/fence/fence_parts.h"
#include "agent/state/state_told.h"
#include "agent/system/say.h"
#include "common/copy/fence_apart.h"
#include "common/remedies/remedies.h"

#define RELAY_TEXT "others get each other's changes through this node alone, and it was away"

/* What slapd then does, it does as at any other start: reported, not stopped. */
static void apart_failed(Fence *fence, FenceRecord *record, const char *why)
{
	fence_tell(
		fence, EVENT_FENCE_UNKNOWN, record, NULL,
		pool_printf(
			fence->pool,
			"%s: " RELAY_TEXT
			", and what makes it a provider could not be taken from it: %s. slapd may "
			"lose some of what both sides wrote meanwhile; when all are in step: %s",
			record->suffix, why, remedy_text(REMEDY_COMPARE)));
	fence_result_push(
		fence, record,
		(FenceResult){.text = RELAY_TEXT ", and it could not be closed", .is_relay = true});
}

/* The intent is on disk first, with what is needed to undo it. */
static int apart_take(Fence *fence, FenceRecord *record, const FenceParts *parts, Error *err)
{
	const char *dns[] = {parts->dn, parts->overlay ? pool_printf(fence->pool, "%s,%s",
								     parts->overlay->dn, parts->dn)
						       : parts->dn};
	Error kept_err;
	int result;

	record->is_parting = true;
	if (parts->overlay)
		record->overlay = fence_overlay_settings(fence->pool, parts->overlay);
	if (fence_records_write(fence, err) < 0)
		return -1;
	result = fence_parts_take(&fence->site, parts, err);
	if (state_forget_entries(fence->context->paths.state_dir, dns, 2, &kept_err) < 0)
		say("%s", kept_err.text);
	return result;
}

/* What was taken all the same is given back, and the rest is not remembered as taken. */
static void apart_settle(const Fence *fence, FenceRecord *record)
{
	FenceSite now = fence->site;
	const Entry *database;
	FenceParts parts;
	Error err;

	if (fence_site_read(fence->pool, &now, &err) == 0 &&
	    (database = fence_site_database(&now, record->suffix)) != NULL &&
	    fence_parts_find(fence->pool, &now, database, &parts, &err) == 0)
		(void)fence_parting_end(record, parts.flag != NULL, parts.overlay != NULL);
}

void fence_take_apart(Fence *fence, FenceRecord *record, const Entry *database)
{
	const LastSeen *seen = last_seen(&fence->known->seen, record->suffix);
	FenceParts parts;
	const char *why;
	Error err;

	if (fence_parts_find(fence->pool, &fence->site, database, &parts, &err) < 0) {
		if (seen && seen->is_relay)
			apart_failed(fence, record, err.text);
		return;
	}
	(void)fence_parting_end(record, parts.flag != NULL, parts.overlay != NULL);
	if (!seen || !seen->is_relay || fence->is_paused || (!parts.flag && !parts.overlay))
		return;
	why = fence_parts_refuse(fence->pool, &parts);
	if (!why && apart_take(fence, record, &parts, &err) < 0) {
		apart_settle(fence, record);
		why = pool_printf(fence->pool, "%s (OpenLDAP before 2.5 has no slapmodify)",
				  err.text);
	}
	if (why) {
		apart_failed(fence, record, why);
		return;
	}
	record->is_parting = false;
	record->is_apart = true;
	fence_tell(
		fence, EVENT_RELAY_APART, record, NULL,
		pool_printf(
			fence->pool,
			"%s: " RELAY_TEXT
			": nobody can read it, and no client can write to it, before it has what "
			"its peers have",
			record->suffix));
	fence_result_push(
		fence, record,
		(FenceResult){.text = RELAY_TEXT ": it is closed until it has what its peers have",
			      .is_closed = true,
			      .is_relay = true});
}
