/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_hidden.h"

#include "agent/ldap/ldap_copies.h"
#include "agent/ldap/ldap_local.h"
#include "agent/session/session.h"

#define FIRST_MAX   40 /* entries of the database that are looked at in any case */
#define HIDDEN_MSEC 5000

static void link_begins(const void *link)
{
	peer_link_restart(link);
}

static void copies_compare(LDAP *here, const Budget *budget, const PeerLink *link, Probe *probe)
{
	const LdapViewer ours = {.pool = link->pool,
				 .ldap = here,
				 .suffix = probe->suffix,
				 .timeout_msec = HIDDEN_MSEC,
				 .budget = *budget};
	const LdapViewer theirs = {.pool = link->pool,
				   .ldap = link->ldap,
				   .suffix = probe->suffix,
				   .dn = link->syncrepl->value[SYNCREPL_BINDDN],
				   .timeout_msec = link->timeout_msec,
				   .budget = *budget,
				   .begins = link_begins,
				   .data = link};
	CopyView view;

	if (!ldap_copies_compare(&ours, &theirs, &(LdapSample){.n_first = FIRST_MAX}, &view))
		return;
	probe->hides = view.lacks;
	probe->sight = view.lacks ? COPY_HIDES : view.shows_all ? COPY_SHOWS_ALL : COPY_NOT_SURE;
}

void peer_hidden_find(Pool *pool, const char *here_uri, const Syncrepl *link,
		      const LinkHooks *hooks, Probe *probe)
{
	const Budget budget = budget_of(HIDDEN_MSEC, NULL);
	const LdapLocal local = {.uri = here_uri, .budget = budget};
	Probe aside = {.uri = probe->uri, .suffix = probe->suffix, .peer_id = probe->peer_id};
	LinkHooks quiet = *hooks;
	LDAP *here = NULL;
	PeerLink there;

	quiet.may_bind = NULL;
	if (ldap_local_open(pool, &local, &here).code != LDAP_SUCCESS)
		return;
	if (peer_link_open_watched(pool, link, &quiet, &aside, &there)) {
		hooks->enter(hooks->data, PROBE_FORMER, 2 * HIDDEN_MSEC);
		copies_compare(here, &budget, &there, probe);
	}
	peer_link_close(&there);
	ldap_handle_release(here);
}
