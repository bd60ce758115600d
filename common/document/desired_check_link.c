/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/desired/desired_internal.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_partial.h"

/* Whether one peer can read another one as the document says. */

static const char *link_setting(const DesiredLink *link, SyncreplKeyword keyword)
{
	return desired_setting(link->database, link->provider, link->consumer, keyword);
}

/* Who reads, for messages: "peer 2", or all without settings of their own. */
static const char *link_reader(Pool *pool, const DesiredLink *link)
{
	return link->consumer ? pool_printf(pool, "peer %u", link->consumer->id) : "a peer";
}

/* Stands where the keyword at fault was decided. */
static int refuse_link(Reader *reader, const DesiredLink *link, SyncreplKeyword keyword,
		       const char *what)
{
	AUTO(Pool) *scratch = pool_new();

	return reader_refuse(
		reader,
		desired_setting_place(link->database, link->provider, link->consumer, keyword),
		"%s that reads from peer %u %s", link_reader(scratch, link), link->provider->id,
		what);
}

/* The document does not say as whom peers read where their provider makes a DN of a name. */
static bool needs_readers(const DesiredDatabase *database)
{
	return database->n_readers == 0 &&
	       (database->manages_limits || database->manages_access || database->delta);
}

static int refuse_credentials(Reader *reader, const DesiredLink *link)
{
	AUTO(Pool) *scratch = pool_new();

	return refuse_link(
		reader, link, SYNCREPL_CREDENTIALS,
		pool_printf(scratch,
			    "has no \"credentials\" in \"syncrepl\" of the database, as in %s",
			    remedy_fill(scratch, REMEDY_CREDENTIALS_FILE,
					"/etc/syncward/secrets/replicator")));
}

static int refuse_tls_twice(Reader *reader, const DesiredLink *link)
{
	AUTO(Pool) *scratch = pool_new();

	return refuse_link(
		reader, link, SYNCREPL_STARTTLS,
		pool_printf(scratch,
			    "would start TLS twice, by starttls critical and a ldaps:// URI, which "
			    "the provider refuses: write %s into \"syncrepl\" of this peer, or "
			    "ldap:// into its uri",
			    remedy_text(REMEDY_STARTTLS_ONCE)));
}

static int refuse_retry(Reader *reader, const DesiredLink *link)
{
	AUTO(Pool) *scratch = pool_new();

	return refuse_link(
		reader, link, SYNCREPL_RETRY,
		pool_printf(
			scratch,
			"has a \"retry\" that ends: when it is used up, slapd never tries again "
			"by itself; end it with \"+\", as in %s (what adopt printed may have "
			"\"retry_may_end\" in \"policy\")",
			remedy_text(REMEDY_RETRY)));
}

static int check_binding(Reader *reader, const DesiredLink *link)
{
	const DesiredDatabase *database = link->database;
	const char *dn = link_setting(link, SYNCREPL_BINDDN);
	const char *authzid = link_setting(link, SYNCREPL_AUTHZID);
	Credentials credentials = desired_credentials(database, link->provider, link->consumer);

	if (strcasecmp(link_setting(link, SYNCREPL_BINDMETHOD), "sasl") == 0) {
		if (!link_setting(link, SYNCREPL_SASLMECH))
			return refuse_link(reader, link, SYNCREPL_BINDMETHOD,
					   "has the bindmethod sasl, and no \"saslmech\"");
		if (needs_readers(database))
			return reader_refuse(reader, database->place,
					     "with the bindmethod sasl this database needs %s",
					     remedy_text(REMEDY_READERS_NAMED));
		return 0;
	}
	if (authzid && strncasecmp(authzid, "u:", 2) == 0 && needs_readers(database))
		return reader_refuse(reader, database->place,
				     "with an authzid that begins with u: this database needs %s",
				     remedy_text(REMEDY_READERS_NAMED));
	if (!dn || *dn == '\0')
		return refuse_link(reader, link, SYNCREPL_BINDDN,
				   "has no \"binddn\" in \"syncrepl\" of the database");
	if (credentials.kind == CREDENTIALS_NONE)
		return refuse_credentials(reader, link);
	return 0;
}

/* A consumer of a part is possible together with logs: it reads the database. */
static bool is_for_log(const DesiredLink *link)
{
	return link->database->delta && link->provider->role == PEER_PROVIDER &&
	       (!link->consumer || link->consumer->role == PEER_PROVIDER);
}

/* From a log a link gets every change whole, and as long as it stays connected. */
static int check_delta_link(Reader *reader, const DesiredLink *link)
{
	AUTO(Pool) *scratch = pool_new();
	Syncrepl whole = {0};
	const char *partial;

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		whole.value[keyword] = link_setting(link, keyword);
	partial = syncrepl_partial(scratch, &whole);
	if (partial)
		return reader_refuse(reader, link->database->place,
				     "%s that reads a part of peer %u only (%s) cannot read its "
				     "log: take that out, or \"delta\" of this database",
				     link_reader(scratch, link), link->provider->id, partial);
	if (syncrepl_is_refresh_only(&whole))
		return reader_refuse(
			reader, link->database->place,
			"%s that reads from peer %u does so at intervals, which syncward has not tried with a log: "
			"take \"type\" out, or \"delta\" of the database",
			link_reader(scratch, link), link->provider->id);
	return 0;
}

int desired_check_link(Reader *reader, const DesiredPolicy *policy, const DesiredLink *link)
{
	const char *starttls = link_setting(link, SYNCREPL_STARTTLS);
	const char *base = link_setting(link, SYNCREPL_SEARCHBASE);

	if (check_binding(reader, link) < 0 ||
	    (is_for_log(link) && check_delta_link(reader, link) < 0))
		return -1;
	/* Compares the spelling first: most documents give no searchbase at all. */
	if (strcmp(base, link->database->suffix) != 0 && !dn_equal(base, link->database->suffix))
		return refuse_link(reader, link, SYNCREPL_SEARCHBASE,
				   "has another \"searchbase\" than the suffix: partial "
				   "replication is not supported; leave it out");
	if (strncasecmp(link->provider->uri, "ldaps:", 6) == 0 && starttls &&
	    strcasecmp(starttls, "critical") == 0)
		return refuse_tls_twice(reader, link);
	if (!policy->retry_may_end && syncrepl_gives_up(link_setting(link, SYNCREPL_RETRY)))
		return refuse_retry(reader, link);
	return 0;
}
