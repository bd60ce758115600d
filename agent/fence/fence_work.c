/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_work.h"

#include "agent/state/state_fence.h"
#include "agent/state/state_told.h"
#include "agent/system/clock.h"
#include "agent/system/say.h"
#include "agent/tell/history.h"

int fence_records_write(const Fence *fence, Error *err)
{
	return state_write_fence(fence->context->paths.state_dir, &fence->records, err);
}

void fence_forget_entry(const Fence *fence, const char *dn)
{
	Error err;

	if (state_forget_entries(fence->context->paths.state_dir, &dn, 1, &err) < 0)
		say("%s", err.text);
}

void fence_tell_event(const Fence *fence, const Event *event)
{
	const JournalContext journal = {.trigger = "fence", .operator= {.command = "fence"} };
	const HistoryWriter writer = {.state_dir = fence->context->paths.state_dir,
				      .now_sec = clock_system.realtime_sec(NULL),
				      .context = &journal,
				      .has_lock = fence->has_lock};
	Event told = *event;
	Error err;

	journal_tell(&journal, &told);
	if (history_append(&writer, &(EventList){&told, 1}, &err) < 0)
		say("%s", err.text);
}

void fence_tell(const Fence *fence, EventKind kind, const FenceRecord *record, const Entry *written,
		const char *text)
{
	Event event = {.kind = kind, .suffix = record->suffix, .text = text};

	if (written) {
		event.cause = kind == EVENT_FENCE_OPENED ? CAUSE_PUT_BACK : CAUSE_FENCE;
		event.dn = fence_site_dn(fence->pool, written);
		event.attribute = "olcReadOnly";
		event.new_value = kind == EVENT_FENCE_OPENED ? "FALSE" : "TRUE";
	}
	fence_tell_event(fence, &event);
}

void fence_result_push(Fence *fence, const FenceRecord *record, FenceResult result)
{
	result.suffix = record->suffix;
	result.verdict = record->verdict;
	POOL_PUSH(fence->pool, fence->report->items, fence->report->n_items, result);
}

void fence_result_add(Fence *fence, const FenceRecord *record, const char *text, bool is_closed)
{
	fence_result_push(fence, record, (FenceResult){.text = text, .is_closed = is_closed});
}
