/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/pause.h"
#include "common/remedies/remedies.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"
#include "common/base/utf8.h"

/* It goes into a file of JSON, the journal and systemd's status. */
static bool is_tellable(const char *text)
{
	const size_t len = strlen(text);
	uint32_t character;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &character);
		if (n == 0 || character < 0x20 || character == 0x7f)
			return false;
	}
	return len > 0 && len <= PAUSE_REASON_MAX;
}

int pause_make(const char *reason, const char *duration, int64_t now_sec, Pause *ret, Error *err)
{
	const int64_t length_sec = duration_parse(duration);

	if (!reason || !duration)
		return error_set(err, ERROR_USAGE, 0, "pause needs a reason and a time: %s",
				 remedy_text(REMEDY_PAUSE));
	if (!is_tellable(reason))
		return error_set(err, ERROR_USAGE, 0,
				 "the reason must be one line of 1 to %d bytes of UTF-8",
				 PAUSE_REASON_MAX);
	if (length_sec <= 0 || length_sec > PAUSE_MAX_SEC)
		return error_set(
			err, ERROR_USAGE, 0,
			"--for '%s' is not a time of 1s to 7d, like 90s, 30m, 2h, 1d or 1h30m",
			duration);
	*ret = (Pause){
		.reason = reason,
		.by = "",
		.since_sec = now_sec,
		.until_sec = now_sec + length_sec,
	};
	return 0;
}

bool pause_holds(const Pause *pause, int64_t now_sec)
{
	return pause->reason && now_sec < pause->until_sec &&
	       pause->until_sec - now_sec <= PAUSE_MAX_SEC;
}

bool pause_was_ended(const Pause *pause)
{
	return pause->reason && pause->until_sec <= pause->since_sec;
}

const char *pause_text(Pool *pool, const Pause *pause)
{
	char until[TIMESTAMP_SIZE];

	return pool_printf(pool, "corrections are paused until %s%s: %s",
			   timestamp_print(pause->until_sec, until), pause->by, pause->reason);
}
