/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/reader_views.h"

#include <string.h>

#include "common/slapd/dn.h"

/* Groups and entries change without a change of olcAccess. */
#define VIEW_AGE_MAX_SEC 3600
#define SLOW_AGE_MAX_SEC 300 /* where it takes long it does not happen in each pass */

const ReaderView *reader_view_find(const ReaderViews *views, const char *suffix, const char *reader,
				   const char *basis)
{
	for (size_t i = 0; views && i < views->n_items; i++) {
		const ReaderView *view = &views->items[i];

		if (strcmp(view->basis, basis) == 0 && dn_equal(view->suffix, suffix) &&
		    dn_equal(view->reader, reader))
			return view;
	}
	return NULL;
}

ViewOutcome reader_lacks_judge(const ReaderLacks *lacks)
{
	if (lacks->n_hidden > 0)
		return VIEW_LESS;
	return lacks->n_gone < lacks->n_lacking ? VIEW_UNTESTABLE : VIEW_EQUAL;
}

static void keep(Pool *pool, const ReaderViews *views, int64_t now_sec, ReaderViews *ret)
{
	for (size_t i = 0; views && i < views->n_items; i++) {
		ReaderView view = views->items[i];
		const int64_t age_sec = now_sec - view.at_sec;
		const int64_t max_sec = view.is_slow ? SLOW_AGE_MAX_SEC : VIEW_AGE_MAX_SEC;

		/* A clock that went back makes nothing younger. */
		if (view.is_passing || age_sec < 0 || age_sec > max_sec ||
		    reader_view_find(ret, view.suffix, view.reader, view.basis))
			continue;
		view.suffix = pool_strdup(pool, view.suffix);
		view.reader = pool_strdup(pool, view.reader);
		view.text = pool_strdup(pool, view.text);
		POOL_PUSH(pool, ret->items, ret->n_items, view);
	}
}

ReaderViews reader_views_keep(Pool *pool, const ReaderViews *old, const ReaderViews *more,
			      int64_t now_sec)
{
	const ReaderViews *newest = more && more->sessions.is_known ? more : old;
	ReaderViews views = {0};

	if (newest)
		views.sessions = reader_sessions_keep(pool, &newest->sessions, now_sec);
	keep(pool, more, now_sec, &views);
	keep(pool, old, now_sec, &views);
	return views;
}
