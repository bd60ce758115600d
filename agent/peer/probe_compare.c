/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_compare.h"

#include "agent/ldap/ldap_view.h"

#define FIRST_MAX          60 /* entries of the database that are looked at in any case */
#define PROBE_COMPARE_MSEC 30000

static void link_begins(const void *link)
{
	peer_link_restart(link);
}

static LdapViewer viewer_of(const PeerLink *link)
{
	return (LdapViewer){.pool = link->pool,
			    .ldap = link->ldap,
			    .suffix = link->probe->suffix,
			    .timeout_msec = link->timeout_msec,
			    .begins = link_begins,
			    .data = link};
}

static const char *identity_name(Pool *pool, const Syncrepl *syncrepl)
{
	const char *dn = syncrepl->value[SYNCREPL_BINDDN];
	const char *authzid = syncrepl->value[SYNCREPL_AUTHZID];

	if (authzid && *authzid)
		return pool_printf(pool, "'%s'", authzid);
	if (!syncrepl->value[SYNCREPL_SASLMECH])
		return pool_printf(pool, "'%s'", dn ? dn : "");
	return pool_printf(pool, "whom SASL %s makes of it", syncrepl->value[SYNCREPL_SASLMECH]);
}

static void tell_loss(const Syncrepl *former, const PeerLink *now, const char *lacks, Probe *probe)
{
	Pool *pool = now->pool;

	probe->steps[PROBE_FORMER] = PROBE_BAD;
	probe_add_fault(pool, probe, PROBE_SEES_LESS,
			"as %s this node would not see what it sees as %s: %s; entries lose that "
			"here, and then at every node",
			identity_name(pool, now->syncrepl), identity_name(pool, former), lacks);
}

static void tell_silent(Pool *pool, Probe *probe)
{
	probe->steps[PROBE_FORMER] = PROBE_UNKNOWN;
	probe_add_fault(pool, probe, PROBE_SILENT,
			"it stopped answering while entries were compared");
}

static void views_compare(PeerLink *former, PeerLink *now, Probe *probe)
{
	const LdapViewer viewers[] = {viewer_of(former), viewer_of(now)};
	const LdapSample sample = {.n_first = FIRST_MAX, .counts_values = true};
	const char *lacks;

	if (!ldap_view_compare(&viewers[0], &viewers[1], &sample, &lacks))
		tell_silent(now->pool, probe);
	else if (lacks)
		tell_loss(former->syncrepl, now, lacks, probe);
	else
		probe->steps[PROBE_FORMER] = PROBE_GOOD;
}

static void tell_unasked(Pool *pool, const Syncrepl *former, const Probe *aside, Probe *probe)
{
	const bool is_refused = probe_has_fault(aside, PROBE_BIND_REFUSED) ||
				probe_has_fault(aside, PROBE_RESTRICTED) ||
				probe_has_fault(aside, PROBE_PASSWORD_RESET) ||
				probe_has_fault(aside, PROBE_ACCOUNT_LOCKED);

	probe->steps[PROBE_FORMER] = PROBE_UNKNOWN;
	probe_add_fault(pool, probe, is_refused ? PROBE_FORMER_REFUSED : PROBE_FORMER_NOT_ASKED,
			"whether it shows as much as to %s could not be found out (%s)",
			identity_name(pool, former),
			aside->n_faults > 0 ? aside->faults[0].text : "it cannot be reached");
}

void peer_compare(Pool *pool, const Syncrepl *former, const Syncrepl *now, const LinkHooks *hooks,
		  Probe *probe)
{
	LinkHooks quiet = *hooks;
	const char *uri = former->value[SYNCREPL_PROVIDER];
	Probe aside = {.uri = uri ? uri : "", .suffix = probe->suffix, .peer_id = probe->peer_id};
	Probe again = {.uri = probe->uri, .suffix = probe->suffix, .peer_id = probe->peer_id};
	PeerLink former_link, now_link;

	quiet.may_bind = NULL;
	if (!peer_link_open_watched(pool, former, &quiet, &aside, &former_link)) {
		tell_unasked(pool, former, &aside, probe);
		peer_link_close(&former_link);
		return;
	}
	if (peer_link_open_watched(pool, now, &quiet, &again, &now_link)) {
		hooks->enter(hooks->data, PROBE_FORMER, PROBE_COMPARE_MSEC);
		views_compare(&former_link, &now_link, probe);
	} else {
		tell_silent(pool, probe);
	}
	peer_link_close(&now_link);
	peer_link_close(&former_link);
}
