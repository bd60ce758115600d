/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/csn_window.h"

#include <stdlib.h>
#include <string.h>

const char *csn_window_filter(Pool *pool, const CsnWindow *window)
{
	const char *from = window->from;

	if (!window->until)
		return pool_printf(pool, "(&(entryCSN>=%s)(!(entryCSN=%s)))", from, from);
	return pool_printf(pool, "(&(entryCSN>=%s)(!(entryCSN=%s))(entryCSN<=%s))", from, from,
			   window->until);
}

static int csn_order(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

CsnWindowStep csn_window_next(CsnWindow *window, const char **shown, size_t n_shown, bool is_cut)
{
	const char *middle;

	if (!is_cut && !window->until)
		return CSN_WINDOW_OVER;
	if (!is_cut) {
		*window = (CsnWindow){.from = window->until};
		return CSN_WINDOW_AGAIN;
	}
	if (n_shown == 0)
		return CSN_WINDOW_STUCK;
	qsort(shown, n_shown, sizeof(*shown), csn_order);
	middle = shown[(n_shown - 1) / 2];
	if (strcmp(middle, window->from) <= 0 ||
	    (window->until && strcmp(middle, window->until) >= 0))
		return CSN_WINDOW_STUCK;
	window->until = middle;
	return CSN_WINDOW_AGAIN;
}
