/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_log.h"

#include "common/desired/desired_internal.h"
#include "common/syncrepl/syncrepl_log.h"
#include "common/syncrepl/syncrepl_partial.h"

static bool is_provider(const Links *links, size_t at)
{
	return at < links->n_providers;
}

/* slapd writes a change into its log behind the database: one that it got from another node is
 * missing there for good when it was killed between the two. So who reads the log must get that
 * node's changes by another way, too. */
static bool brings_something_alone(const Links *links, size_t reader, size_t provider)
{
	RelaySet alone = links->reads[provider];

	if (reader < links->n_relays)
		relay_set_remove(&alone, reader);
	for (size_t i = 0; i < RELAY_WORDS; i++)
		alone.words[i] &= ~links->reads[reader].words[i];
	return relay_set_count(&alone) > 0;
}

/* In its own log slapd looks which of two changes of an entry is newer. Of one provider changes
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

bool links_read_log(const Links *links, size_t reader, size_t provider)
{
	return links->database->delta && is_provider(links, provider) &&
	       relay_set_has(&links->reads[reader], provider) &&
	       can_tell_the_newer(links, reader) &&
	       !brings_something_alone(links, reader, provider) &&
	       is_whole(links, reader, provider);
}

bool links_need_log(const Links *links, size_t reader)
{
	for (size_t at = 0; is_provider(links, reader) && at < links->n_providers; at++)
		if (links_read_log(links, reader, at))
			return true;
	return false;
}
