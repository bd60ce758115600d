/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/session_content.h"

#include <stdint.h>

#include "common/copy/copy_coverage.h"
#include "common/copy/csn_set.h"

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

static LdapAnswer newer_ask(PeerLink *link, const char *suffix, const char *csn)
{
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_SUBTREE,
				      coverage_filter(link->pool, csn),
				      (char **)(uintptr_t)coverage_attributes, 0, NULL, NULL, NULL,
				      COVERAGE_NEWER_MAX, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	return answer;
}

void content_coverage_over(PeerLink *link, const char *suffix, unsigned sid, Content *there)
{
	const char *csn = csn_newest(there->context_csns, there->n_context_csns, sid);
	LdapAnswer answer;
	const char *newest;
	Content again;

	there->coverage = COPY_COVERAGE_UNKNOWN;
	if (!csn)
		return;
	answer = newer_ask(link, suffix, csn);
	newest = coverage_newest(&answer.entries, sid, csn);
	if (newest) {
		again = content_read_over(link, suffix);
		there->coverage = coverage_again(&again, sid, newest);
	} else {
		there->coverage = answer.code == LDAP_SUCCESS ? COPY_IS_COVERED
							      : coverage_unread(answer.code);
	}
}
