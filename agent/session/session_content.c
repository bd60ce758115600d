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

static LdapAnswer part_ask(PeerLink *link, const char *suffix, const CsnWindow *window)
{
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_SUBTREE,
				      csn_window_filter(link->pool, window),
				      (char **)(uintptr_t)coverage_attributes, 0, NULL, NULL, NULL,
				      COVERAGE_PART_MAX, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	return answer;
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
	there->view.coverage = look.verdict;
}
