/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_content.h"

#include <stdint.h>

#include "common/copy/copy_coverage.h"

Content content_read_over(PeerLink *link, const char *suffix)
{
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_BASE, "(objectClass=*)",
				      (char **)(uintptr_t)content_attributes, 0, NULL, NULL, NULL,
				      1, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.code == LDAP_SUCCESS || answer.code == LDAP_NO_SUCH_OBJECT)
		return content_of(link->pool, &answer.entries);
	peer_link_fail(link, PROBE_READ_REFUSED, pool_printf(link->pool, "search '%s'", suffix),
		       &answer);
	return peer_link_failure(link);
}

/* Of a thousand entries each, at most: all are in the memory of one look. */
#define PARTS_MAX 20

static LdapAnswer below_ask(PeerLink *link, const char *suffix, const char *filter,
			    const char *const *attributes, int n_entries_max)
{
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_SUBTREE, filter,
				      (char **)(uintptr_t)attributes, 0, NULL, NULL, NULL,
				      n_entries_max, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	return answer;
}

static LdapAnswer part_ask(PeerLink *link, const char *suffix, const CsnWindow *window)
{
	return below_ask(link, suffix, csn_window_filter(link->pool, window), coverage_attributes,
			 COVERAGE_PART_MAX);
}

static bool is_seen(PeerLink *link, const char *suffix)
{
	const LdapAnswer answer = below_ask(link, suffix, COVERAGE_SIGHT_FILTER,
					    coverage_sight_attributes, COVERAGE_SIGHT_MAX);

	return (answer.code == LDAP_SUCCESS || answer.code == LDAP_SIZELIMIT_EXCEEDED) &&
	       coverage_is_seen(&answer.entries);
}

void content_coverage_over(PeerLink *link, const char *suffix, unsigned sid, Content *there)
{
	CoverageLook look = coverage_begin(there, sid, PARTS_MAX);

	while (!look.is_over) {
		const LdapAnswer answer = part_ask(link, suffix, &look.window);
		const bool is_cut = coverage_unread(answer.code) == COPY_COVERAGE_CUT;
		Content again;

		if (answer.code != LDAP_SUCCESS && !is_cut) {
			look.verdict = COPY_COVERAGE_UNKNOWN;
			break;
		}
		coverage_take(link->pool, &look, &answer.entries, is_cut);
		if (!look.newest)
			continue;
		again = content_read_over(link, suffix);
		coverage_again(&look, &again);
	}
	there->view.coverage = look.verdict == COPY_IS_COVERED && !is_seen(link, suffix)
				       ? COPY_COVERAGE_UNKNOWN
				       : look.verdict;
}
