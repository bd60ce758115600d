/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CSN_WINDOW_H
#define SYNCWARD_CSN_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/*
 * All entries that are newer than a change, where a server shows only so many at once and in no
 * order: a window that shows too many is made smaller, by what it showed, until it shows all of
 * its own, and the next one begins after it.
 */
typedef struct CsnWindow {
	const char *from;  /* behind this entryCSN */
	const char *until; /* and not behind this one; NULL: without end */
} CsnWindow;

/* How it goes on after one search. */
typedef enum CsnWindowStep {
	CSN_WINDOW_AGAIN, /* with the window as it is now */
	CSN_WINDOW_OVER,  /* all entries were shown */
	CSN_WINDOW_STUCK  /* it cannot be made smaller */
} CsnWindowStep;

/* The filter that matches what is in the window. */
const char *csn_window_filter(Pool *pool, const CsnWindow *window);

/* What the search showed: is_cut: there may be more in the window. Borrows from shown, which it
 * sorts. */
CsnWindowStep csn_window_next(CsnWindow *window, const char **shown, size_t n_shown, bool is_cut);

#endif
