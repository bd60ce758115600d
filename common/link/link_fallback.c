/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/link_fallback.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

#define AGAIN        3 /* once or twice is what falling back is for */
#define TOGETHER_SEC 3600

static bool is_one_more(const LinkFallbacks *fallbacks, const RunningConsumer *running)
{
	return fallbacks->sent && strcmp(fallbacks->sent, running->cookie_sent) != 0 &&
	       fallbacks->connect_sec == timestamp_of_generalized(running->last_connect);
}

void link_fallbacks_count(LinkFallbacks *fallbacks, const Syncrepl *syncrepl,
			  const RunningConsumer *running, int64_t now_sec)
{
	if (fallbacks->n > 0 && now_sec - fallbacks->last_sec > TOGETHER_SEC)
		fallbacks->n = 0;
	if (!running || !running->is_connected || !running->cookie_sent || !syncrepl ||
	    !syncrepl_log(syncrepl)) {
		fallbacks->sent = NULL;
		return;
	}
	if (is_one_more(fallbacks, running)) {
		fallbacks->n++;
		fallbacks->last_sec = now_sec;
	}
	fallbacks->sent = running->cookie_sent;
	fallbacks->connect_sec = timestamp_of_generalized(running->last_connect);
}

const char *link_fallbacks_describe(Pool *pool, const LinkFallbacks *fallbacks)
{
	char when[TIMESTAMP_SIZE];

	if (fallbacks->n < AGAIN)
		return NULL;
	return pool_printf(
		pool,
		"at least %u times, last at %s, slapd here gave up its log of changes and read the "
		"whole database: changes in that log do not fit what this node has, for instance "
		"because it also holds those of another database; %s",
		fallbacks->n, timestamp_print(fallbacks->last_sec, when),
		remedy_text(REMEDY_LOG_THERE));
}
