/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_compare.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include "common/base/buf.h"
#include "common/link/view.h"

/* Of a peer with millions of entries no search may take long: what it found until then is enough.
 */
#define SEARCH_LIMIT_SEC   2
#define PASSWORDS_MAX      20
#define FIRST_MAX          60
#define CHILDREN_MAX       20
#define BELOW_MAX          5 /* of each child of the suffix */
#define CLASSES_MAX        8
#define OF_CLASS_MAX       3
#define SAMPLE_MAX         250
#define ROUNDS             2 /* an entry that somebody deletes meanwhile is not hidden */
#define PROBE_COMPARE_MSEC 30000

static const char *const all_attributes[] = {LDAP_ALL_USER_ATTRIBUTES,
					     LDAP_ALL_OPERATIONAL_ATTRIBUTES, NULL};
static const char *const class_attributes[] = {"structuralObjectClass", NULL};

typedef struct Search {
	const char *base;
	int scope;
	const char *filter;
	int size_limit;
	bool wants_classes; /* their values; else the names of all attributes */
} Search;

static int search_send(const PeerLink *link, const Search *search, int *ret_id)
{
	struct timeval limit = {.tv_sec = SEARCH_LIMIT_SEC};
	const char *const *attributes = search->wants_classes ? class_attributes : all_attributes;

	return ldap_search_ext(link->ldap, search->base, search->scope, search->filter,
			       (char **)(uintptr_t)attributes, !search->wants_classes, NULL, NULL,
			       &limit, search->size_limit, ret_id);
}

static LdapAnswer search_do(PeerLink *link, const Search *search)
{
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = search_send(link, search, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	return answer;
}

/* --- which entries --- */

static void sample_add(Pool *pool, Tree *sample, const Tree *found)
{
	for (size_t i = 0; i < found->n_entries && sample->n_entries < SAMPLE_MAX; i++) {
		size_t k = 0;

		while (k < sample->n_entries &&
		       strcmp(sample->entries[k].dn, found->entries[i].dn) != 0)
			k++;
		if (k == sample->n_entries)
			POOL_PUSH(pool, sample->entries, sample->n_entries, found->entries[i]);
	}
}

static Tree sample_take(PeerLink *link, Tree *sample, const Search *search)
{
	const LdapAnswer answer = search_do(link, search);

	sample_add(link->pool, sample, &answer.entries);
	return answer.entries;
}

static bool is_word(const char *text)
{
	while (isalnum((unsigned char)*text) || *text == '-' || *text == '.')
		text++;
	return !*text;
}

/* Rules name attributes of few kinds of entries: of each kind some are looked at, also where
 * thousands of another kind come first. */
static void sample_classes(PeerLink *link, Tree *sample)
{
	Buf known = BUF_IN(link->pool);

	for (int i = 0; i < CLASSES_MAX; i++) {
		const Search search = {
			link->probe->suffix, LDAP_SCOPE_SUBTREE,
			pool_printf(link->pool, "(!(|(!(objectClass=*))%s))", buf_text(&known)),
			OF_CLASS_MAX, true};
		const LdapAnswer answer = search_do(link, &search);
		const char *class =
			answer.entries.n_entries > 0
				? entry_first(answer.entries.entries, "structuralObjectClass")
				: NULL;

		if (!class || !is_word(class))
			return;
		buf_printf(&known, "(structuralObjectClass=%s)", class);
		for (size_t k = 0; k < answer.entries.n_entries; k++)
			(void)sample_take(link, sample,
					  &(Search){answer.entries.entries[k].dn, LDAP_SCOPE_BASE,
						    "(objectClass=*)", 1, false});
	}
}

static Tree sample_read(PeerLink *link)
{
	const char *suffix = link->probe->suffix;
	Tree sample = {0}, children;

	(void)sample_take(link, &sample,
			  &(Search){suffix, LDAP_SCOPE_BASE, "(objectClass=*)", 1, false});
	(void)sample_take(
		link, &sample,
		&(Search){suffix, LDAP_SCOPE_SUBTREE, "(userPassword=*)", PASSWORDS_MAX, false});
	children = sample_take(
		link, &sample,
		&(Search){suffix, LDAP_SCOPE_ONELEVEL, "(objectClass=*)", CHILDREN_MAX, false});
	for (size_t i = 0; i < children.n_entries; i++)
		(void)sample_take(link, &sample,
				  &(Search){children.entries[i].dn, LDAP_SCOPE_SUBTREE,
					    "(objectClass=*)", BELOW_MAX, false});
	sample_classes(link, &sample);
	(void)sample_take(
		link, &sample,
		&(Search){suffix, LDAP_SCOPE_SUBTREE, "(objectClass=*)", FIRST_MAX, false});
	return sample;
}

/* --- the same entries, as the other --- */

/* False when the peer stopped to answer. */
static bool same_read(PeerLink *link, const Tree *sample, Tree *ret)
{
	int *ids = pool_alloc(link->pool, (sample->n_entries + 1) * sizeof(*ids));

	for (size_t i = 0; i < sample->n_entries; i++)
		if (search_send(link,
				&(Search){sample->entries[i].dn, LDAP_SCOPE_BASE, "(objectClass=*)",
					  1, false},
				&ids[i]) != LDAP_SUCCESS)
			return false;
	for (size_t i = 0; i < sample->n_entries; i++) {
		LdapAnswer answer;

		peer_link_restart(link);
		answer = ldap_answer_wait(link->pool, link->ldap, ids[i], link->timeout_msec);
		if (answer.code < 0 || answer.code == LDAP_BUSY || answer.code == LDAP_UNAVAILABLE)
			return false;
		for (size_t k = 0; k < answer.entries.n_entries; k++)
			POOL_PUSH(link->pool, ret->entries, ret->n_entries,
				  answer.entries.entries[k]);
	}
	return true;
}

static const char *identity_name(Pool *pool, const Syncrepl *syncrepl)
{
	const char *dn = syncrepl->value[SYNCREPL_BINDDN];

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
	const char *lacks = "";

	for (int i = 0; lacks && i < ROUNDS; i++) {
		const Tree sample = sample_read(former);
		Tree seen = {0};

		if (sample.n_entries == 0 || !same_read(now, &sample, &seen)) {
			tell_silent(now->pool, probe);
			return;
		}
		lacks = view_lacks(now->pool, &sample, &seen);
	}
	if (lacks)
		tell_loss(former->syncrepl, now, lacks, probe);
	else
		probe->steps[PROBE_FORMER] = PROBE_GOOD;
}

static void tell_unasked(Pool *pool, const Syncrepl *former, const Probe *aside, Probe *probe)
{
	const bool is_refused = probe_has_fault(aside, PROBE_BIND_REFUSED) ||
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
