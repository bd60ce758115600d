/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/adopt/adoption.h"
#include "common/remedies/remedies.h"
#include "common/slapd/serverid.h"
#include "common/slapd/url.h"

/* Finds out who this node is. */
typedef struct Search {
	Adoption *adoption;
	const Live *live;
	const char *fqdn;
	ServerId *ids; /* olcServerID, parsed */
	size_t n_ids;
} Search;

/* --- server ID --- */

/* Without listeners slapd's choice cannot be foretold: the bare form, or the value that names this
 * host. */
static ServerIdVerdict judge_without_listeners(const Search *search)
{
	AUTO(Pool) *scratch = pool_new();
	ServerIdVerdict verdict = {.problem = "slapd's listeners are not known, and no value of "
					      "olcServerID names this host"};

	for (size_t i = 0; i < search->n_ids; i++) {
		const ServerId *id = &search->ids[i];
		Url url;

		if (!id->url || (search->fqdn && url_parse(scratch, id->url, &url) &&
				 strcasecmp(url.host, search->fqdn) == 0)) {
			verdict.starts = verdict.has_sid = true;
			verdict.sid = id->sid;
		}
	}
	return verdict;
}

static int own_id_find(Search *search, Error *err)
{
	const Live *live = search->live;
	Pool *pool = search->adoption->pool;
	const size_t n_texts = live->server_ids ? live->server_ids->n_values : 0;
	const char **texts = attribute_texts(pool, live->server_ids);
	ServerIdVerdict verdict;

	for (size_t i = 0; i < n_texts; i++) {
		ServerId id;

		if (serverid_parse(pool, texts[i], &id, NULL) == 0)
			POOL_PUSH(pool, search->ids, search->n_ids, id);
	}
	verdict = live->n_listeners > 0 || n_texts == 0
			  ? serverid_judge(pool, texts, n_texts, live->listeners, live->n_listeners,
					   search->fqdn)
			  : judge_without_listeners(search);
	if (!verdict.starts)
		return error_set(err, ERROR_REFUSED, 0,
				 "which server ID this node has is not sure, and slapd may not "
				 "start again: %s; %s",
				 verdict.problem, remedy_text(REMEDY_ADOPT_SERVER_ID));
	search->adoption->own_sid = verdict.has_sid ? verdict.sid : 0;
	if (search->adoption->is_consumer)
		return 0;
	if (search->adoption->own_sid == 0)
		return error_set(
			err, ERROR_REFUSED, 0,
			"this node has no server ID, which a multi-provider cluster needs: %s",
			remedy_text(REMEDY_ADOPT_NO_SERVER_ID));
	search->adoption->peers[0].id = verdict.sid;
	search->adoption->peers[0].id_said_by = "olcServerID here";
	return 0;
}

/* --- URI --- */

static bool is_usable(const char *uri)
{
	return syncrepl_check(SYNCREPL_PROVIDER, uri, NULL) == 0;
}

/* The URL by which slapd found its own olcServerID value. */
static const char *uri_of_server_id(const Search *search)
{
	const Live *live = search->live;

	for (size_t i = 0; i < search->n_ids; i++) {
		const ServerId *id = &search->ids[i];

		if (id->url && id->sid == search->adoption->own_sid && is_usable(id->url) &&
		    (live->n_listeners == 0 ||
		     serverid_url_match(id->url, live->listeners, live->n_listeners,
					search->fqdn) != URL_MATCH_NONE))
			return id->url;
	}
	return NULL;
}

static bool host_is_any(const char *host)
{
	return *host == '\0' || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

static bool host_is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
	       strncasecmp(host, "localhost", 9) == 0;
}

/* How well others can reach this node by the listener; the peers' own scheme counts most. */
static int listener_rank(const Url *url, const char *scheme)
{
	int rank = host_is_loopback(url->host) ? 1 : host_is_any(url->host) ? 2 : 3;

	if (strcmp(url->scheme, "ldap") != 0 && strcmp(url->scheme, "ldaps") != 0)
		return 0;
	return strcmp(url->scheme, scheme) == 0 ? rank + 3 : rank;
}

static const char *uri_of_host(Pool *pool, const char *fqdn, const Url *listener)
{
	bool is_tls = strcmp(listener->scheme, "ldaps") == 0;

	if (listener->port == (is_tls ? 636 : 389))
		return pool_printf(pool, "%s://%s", listener->scheme, fqdn);
	return pool_printf(pool, "%s://%s:%d", listener->scheme, fqdn, listener->port);
}

static const char *uri_of_listener(const Search *search)
{
	Pool *pool = search->adoption->pool;
	const char *best = NULL;
	int best_rank = 0;
	Url peer = {.scheme = "ldap"};

	if (search->adoption->n_peers > 1)
		(void)url_parse(pool, search->adoption->peers[1].provider, &peer);
	for (size_t i = 0; i < search->live->n_listeners; i++) {
		const char *listener = search->live->listeners[i];
		Url url;
		int rank = url_parse(pool, listener, &url) ? listener_rank(&url, peer.scheme) : 0;

		if (rank <= best_rank || (host_is_any(url.host) && !search->fqdn))
			continue;
		best_rank = rank;
		best = host_is_any(url.host) ? uri_of_host(pool, search->fqdn, &url)
		       : is_usable(listener) ? listener
					     : url_spelling(pool, listener);
	}
	return best;
}

static int own_uri_find(Search *search, Error *err)
{
	AdoptPeer *self = &search->adoption->peers[0];
	int other;

	if (!self->uri || !is_usable(self->uri))
		self->uri = uri_of_server_id(search);
	if (!self->uri)
		self->uri = uri_of_listener(search);
	if (!self->uri && search->fqdn)
		self->uri = pool_printf(search->adoption->pool, "ldap://%s", search->fqdn);
	if (!self->uri)
		return error_set(err, ERROR_SYSTEM, 0,
				 "this host has no full name, and slapd no listener with one");
	self->provider = NULL;
	other = adopt_find_peer(search->adoption, self->uri);
	self->provider = url_spelling(search->adoption->pool, self->uri);
	if (other > 0)
		return error_set(err, ERROR_REFUSED, 0,
				 "%s is this node itself, but slapd does not recognise the URL as "
				 "one of its listeners (-h): it replicates from itself; %s, or %s; "
				 "then adopt again",
				 self->uri,
				 remedy_fill(search->adoption->pool, REMEDY_LISTENER, self->uri),
				 remedy_text(REMEDY_LINKS_ANEW));
	return 0;
}

/* --- other peers --- */

static int peer_ids_find(Search *search, Error *err)
{
	Adoption *adoption = search->adoption;

	for (size_t i = 0; i < search->n_ids; i++) {
		const ServerId *id = &search->ids[i];
		int peer = id->url ? adopt_find_peer(adoption, id->url) : -1;

		if (peer > 0 &&
		    adopt_set_id(adoption, (size_t)peer, id->sid, "olcServerID here", err) < 0)
			return -1;
	}
	return 0;
}

int adopt_survey_self(Adoption *adoption, const Live *live, const char *fqdn, Error *err)
{
	Search search = {.adoption = adoption, .live = live, .fqdn = fqdn};

	if (own_id_find(&search, err) < 0 || own_uri_find(&search, err) < 0)
		return -1;
	return peer_ids_find(&search, err);
}
