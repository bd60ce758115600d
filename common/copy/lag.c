/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/lag.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"

#define FRACTION_AT 15 /* of "YYYYmmddHHMMSS.uuuuuuZ" */

int64_t csn_msec(const char *csn)
{
	char when[sizeof("20260701100000.123456Z")];
	const size_t length = strcspn(csn, "#");
	int64_t sec, msec = 0;

	if (csn_sid(csn) < 0 || length >= sizeof(when))
		return -1;
	memcpy(when, csn, length);
	when[length] = '\0';
	sec = timestamp_of_generalized(when);
	if (sec < 0)
		return -1;
	for (int i = 0; i < 3 && csn[FRACTION_AT - 1] == '.'; i++) {
		const char digit = csn[FRACTION_AT + i];

		if (digit < '0' || digit > '9')
			return sec * 1000;
		msec = msec * 10 + (digit - '0');
	}
	return sec * 1000 + msec;
}

void newest_add(Pool *pool, Newest *newest, const char *const *csns, size_t n_csns)
{
	for (size_t i = 0; i < n_csns; i++) {
		const int sid = csn_sid(csns[i]);
		size_t k = 0;

		if (sid < 0)
			continue;
		while (k < newest->n_csns && csn_sid(newest->csns[k]) != sid)
			k++;
		if (k == newest->n_csns)
			POOL_PUSH(pool, newest->csns, newest->n_csns, csns[i]);
		else if (strcmp(newest->csns[k], csns[i]) < 0)
			newest->csns[k] = csns[i];
	}
}

Lag lag_measure(Pool *pool, const Newest *newest, const char *const *csns, size_t n_csns)
{
	Lag lag = {0};

	for (size_t i = 0; i < newest->n_csns; i++) {
		const unsigned sid = (unsigned)csn_sid(newest->csns[i]);
		const char *have = csn_newest(csns, n_csns, sid);

		if (have && strcmp(have, newest->csns[i]) >= 0)
			continue;
		POOL_PUSH(pool, lag.behind, lag.n_behind,
			  {.sid = sid,
			   .have = have,
			   .newest = newest->csns[i],
			   .lag_msec = have ? csn_msec(newest->csns[i]) - csn_msec(have) : -1});
	}
	return lag;
}

/* "2026-07-01 09:55:00Z": until when the server has everything of that server ID. */
static void until_put(Buf *text, const char *csn)
{
	buf_printf(text, "%.4s-%.2s-%.2s %.2s:%.2s:%.2sZ", csn, csn + 4, csn + 6, csn + 8, csn + 10,
		   csn + 12);
}

const char *lag_describe(Pool *pool, const Lag *lag)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < lag->n_behind; i++) {
		const SidLag *behind = &lag->behind[i];

		buf_puts(&text, i > 0 ? ", " : "");
		buf_printf(&text, "%s of server ID %u (hex %03x)", behind->have ? "changes" : "all",
			   behind->sid, behind->sid);
		if (behind->have) {
			buf_puts(&text, " after ");
			until_put(&text, behind->have);
		}
	}
	return buf_text(&text);
}
