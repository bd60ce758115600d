/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/known_keywords.h"

#include <string.h>

#include "common/base/buf.h"

static bool is_left_out(const WantedDatabase *database, SyncreplKeyword keyword)
{
	for (size_t i = 0; syncrepl_is_left_out_by_2_4(keyword) && i < database->n_consumers; i++)
		if (database->consumers[i].syncrepl.value[keyword])
			return true;
	return false;
}

static bool lacks_some(const WantedDatabase *database)
{
	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (is_left_out(database, keyword))
			return true;
	return false;
}

static void leave_out(Pool *pool, WantedDatabase *database)
{
	const size_t n = wanted_count_consumers(database);
	WantedConsumer *consumers = pool_alloc(pool, (n + 1) * sizeof(*consumers));

	memcpy(consumers, database->consumers, n * sizeof(*consumers));
	for (size_t i = 0; i < n; i++)
		for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
			if (syncrepl_is_left_out_by_2_4(keyword))
				consumers[i].syncrepl.value[keyword] = NULL;
	database->consumers = consumers;
}

const Wanted *known_keywords_of(Diff *diff, const Wanted *wanted)
{
	Wanted *known = NULL;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++) {
		if (!lacks_some(&wanted->databases[i]) || diff_release(diff) != LIVE_RELEASE_2_4)
			continue;
		if (!known) {
			known = pool_alloc(diff->pool, sizeof(*known));
			*known = *wanted;
			known->databases = pool_alloc(
				diff->pool, wanted->n_databases * sizeof(*known->databases));
			memcpy(known->databases, wanted->databases,
			       wanted->n_databases * sizeof(*known->databases));
		}
		leave_out(diff->pool, &known->databases[i]);
	}
	return known ? known : wanted;
}

static const char *left_out_names(Pool *pool, const WantedDatabase *asked)
{
	Buf text = BUF_IN(pool);

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (is_left_out(asked, keyword))
			buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
				   syncrepl_keyword_name(keyword));
	return buf_text(&text);
}

void known_keywords_tell(Diff *diff, const Wanted *asked)
{
	for (size_t i = 0; i < asked->n_databases; i++) {
		const WantedDatabase *database = &asked->databases[i];

		if (lacks_some(database) && diff_release(diff) == LIVE_RELEASE_2_4)
			plan_add_finding(
				diff->pool, diff->plan, SEVERITY_NOTE, "keyword-not-known",
				database->desired->suffix,
				"slapd 2.4 does not know what peers.json asks of links (%s): they "
				"are written here without it until slapd is upgraded",
				left_out_names(diff->pool, database));
	}
}
