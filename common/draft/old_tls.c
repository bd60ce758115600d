/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/old_tls.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"

#define MAX_NAMED 3 /* a cluster may have hundreds of peers */

/* Names, each once; the rest is counted. */
typedef struct NameList {
	Pool *pool;
	const char **items;
	size_t n_items;
} NameList;

static void name_add(NameList *list, const char *name)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (strcmp(list->items[i], name) == 0)
			return;
	POOL_PUSH(list->pool, list->items, list->n_items, name);
}

static const char *names_text(const NameList *list)
{
	Buf text = BUF_IN(list->pool);

	for (size_t i = 0; i < list->n_items && i < MAX_NAMED; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", list->items[i]);
	if (list->n_items > MAX_NAMED)
		buf_printf(&text, " and %zu more", list->n_items - MAX_NAMED);
	return buf_text(&text);
}

bool old_tls_has(const Plan *plan, const WantedConsumer *consumer)
{
	for (size_t i = 0; i < plan->n_old_tls; i++)
		if (plan->old_tls[i].consumer == consumer)
			return true;
	return false;
}

const char *old_tls_describe(Pool *pool, const Plan *plan, const WantedDatabase *database)
{
	NameList peers = {.pool = pool}, files = {.pool = pool};
	char written[TIMESTAMP_SIZE];
	int64_t newest_sec = 0;

	for (size_t i = 0; i < plan->n_old_tls; i++) {
		const OldTlsLink *link = &plan->old_tls[i];

		if (link->database != database)
			continue;
		name_add(&peers, link->consumer->peer->uri);
		for (size_t k = 0; k < ARRAY_SIZE(link->paths); k++)
			if (link->paths[k])
				name_add(&files, link->paths[k]);
		if (link->written_sec > newest_sec)
			newest_sec = link->written_sec;
	}
	if (peers.n_items == 0)
		return NULL;
	return pool_printf(pool,
			   "%s %s written anew (%s) after slapd read %s for its consumer%s of %s, "
			   "which %s on with what was there before: once that is over, or the peer "
			   "believes it no longer, a link that must connect again stays down",
			   names_text(&files), files.n_items == 1 ? "was" : "were",
			   timestamp_print(newest_sec, written), files.n_items == 1 ? "it" : "them",
			   peers.n_items == 1 ? "" : "s", names_text(&peers),
			   peers.n_items == 1 ? "goes" : "go");
}
