/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_log.h"

#include "common/desired/desired_internal.h"
#include "common/syncrepl/syncrepl_log.h"
#include "common/syncrepl/syncrepl_partial.h"

static bool is_provider(const Links *links, size_t at)
{
	return at < links->n_providers;
}

/* slapd writes a change into its log after the database: one that it got from another node is
 * missing there for good when it was killed between the two. So a node that reads the log must get
 * that node's changes by another way, too. */
static bool brings_something_alone(const Links *links, size_t reader, size_t provider)
{
	RelaySet alone = links->reads[provider];

	if (reader < links->n_relays)
		relay_set_remove(&alone, reader);
	for (size_t i = 0; i < RELAY_WORDS; i++)
		alone.words[i] &= ~links->reads[reader].words[i];
	return relay_set_count(&alone) > 0;
}

/* In its own log slapd looks for which of two changes of an entry is newer. Of one provider changes
 * come in their order, and only providers get logs. */
static bool can_tell_the_newer(const Links *links, size_t reader)
{
	return is_provider(links, reader) || relay_set_count(&links->reads[reader]) == 1;
}

/* From a log a link gets every change whole, and as long as it stays connected. */
static bool is_whole(const Links *links, size_t reader, size_t provider)
{
	AUTO(Pool) *scratch = pool_new();
	Syncrepl link = {0};

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		link.value[keyword] = desired_setting(links->database, links->nodes[provider],
						      links->nodes[reader], keyword);
	return !syncrepl_partial(scratch, &link) && !syncrepl_is_refresh_only(&link);
}

static bool may_read(const Links *links, size_t reader, size_t provider)
{
	return is_provider(links, provider) && relay_set_has(&links->reads[reader], provider) &&
	       can_tell_the_newer(links, reader) &&
	       !brings_something_alone(links, reader, provider) &&
	       is_whole(links, reader, provider);
}

/* What a provider gets in a refresh comes into its log in no order and not whole: a node that reads
 * that takes the newest for all of it (2.5.13, 2.6.10). */
static bool log_has_refreshes(const Links *links, size_t reader, size_t provider)
{
	RelaySet refreshed = links->reads[provider];

	if (reader < links->n_relays)
		relay_set_remove(&refreshed, reader);
	for (size_t i = 0; i < RELAY_WORDS; i++)
		refreshed.words[i] &= ~links->by_log[provider].words[i];
	return relay_set_count(&refreshed) > 0;
}

/* Returns whether any was. */
static bool row_take_away(Links *links, size_t reader)
{
	RelaySet *row = &links->by_log[reader];
	bool was_any = false;

	for (size_t at = relay_set_next(row, 0); at < RELAYS_MAX; at = relay_set_next(row, at + 1))
		if (log_has_refreshes(links, reader, at)) {
			relay_set_remove(row, at);
			was_any = true;
		}
	return was_any;
}

void links_log_make(Pool *pool, Links *links)
{
	bool goes_on = true;

	if (!links->database->delta)
		return;
	links->by_log = pool_alloc(pool, (links->n_providers + 1) * sizeof(*links->by_log));
	for (size_t i = 0; i < links->n_providers; i++)
		for (size_t at = 0; at < links->n_providers; at++)
			if (may_read(links, i, at))
				relay_set_add(&links->by_log[i], at);
	while (goes_on) { /* a link that goes may take others with it */
		goes_on = false;
		for (size_t i = 0; i < links->n_providers; i++)
			goes_on |= row_take_away(links, i);
	}
}

bool links_read_log(const Links *links, size_t reader, size_t provider)
{
	if (!links->by_log)
		return false;
	if (is_provider(links, reader))
		return relay_set_has(&links->by_log[reader], provider);
	return may_read(links, reader, provider) && !log_has_refreshes(links, reader, provider);
}

bool links_need_log(const Links *links, size_t reader)
{
	for (size_t at = 0; is_provider(links, reader) && at < links->n_providers; at++)
		if (links_read_log(links, reader, at))
			return true;
	return false;
}
