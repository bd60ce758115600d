/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/adopt.h"
#include "common/remedies/remedies.h"

#include <string.h>
#include <strings.h>

#include "common/live/database_refusal.h"
#include "common/live/live_log.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/syncrepl/syncrepl_partial.h"

#define WHOLE_PROBLEM "it does not read the whole database"

/* The survey of one server. */
typedef struct Survey {
	Adoption *adoption;
	const Live *live;
	const char *fqdn;
} Survey;

/* --- peers --- */

static size_t peer_add(Adoption *adoption, const LiveConsumer *consumer)
{
	int known = adopt_find_provider(adoption, consumer->provider);
	const char *uri = consumer->syncrepl.value[SYNCREPL_PROVIDER];

	if (known >= 0)
		return (size_t)known;
	/* slapd ignores a DN after the host; peers.json allows none. */
	if (syncrepl_check(SYNCREPL_PROVIDER, uri, NULL) < 0)
		uri = consumer->provider;
	POOL_PUSH(adoption->pool, adoption->peers, adoption->n_peers,
		  {.uri = uri, .provider = consumer->provider});
	return adoption->n_peers - 1;
}

/* --- what peers.json cannot say of a single value --- */

static bool value_is(const Syncrepl *syncrepl, SyncreplKeyword keyword, const char *text)
{
	return syncrepl->value[keyword] && strcasecmp(syncrepl->value[keyword], text) == 0;
}

static const char *binding_problem(const Syncrepl *syncrepl)
{
	const char *dn = syncrepl->value[SYNCREPL_BINDDN];

	if (value_is(syncrepl, SYNCREPL_BINDMETHOD, "sasl"))
		return syncrepl->value[SYNCREPL_SASLMECH] ? NULL : "it names no saslmech";
	if (!dn || !*dn)
		return "it binds as nobody";
	return syncrepl->value[SYNCREPL_CREDENTIALS] ? NULL : "it has no credentials";
}

static const char *provider_problem(Pool *pool, const LiveConsumer *consumer)
{
	const char *uri = consumer->syncrepl.value[SYNCREPL_PROVIDER];
	Url url;

	if (!url_parse(pool, uri, &url) || strpbrk(consumer->provider, " \t\r\n,") || !*url.host ||
	    (strcmp(url.scheme, "ldap") != 0 && strcmp(url.scheme, "ldaps") != 0))
		return "its provider is no ldap:// or ldaps:// URL with a host";
	if (strcmp(url.scheme, "ldaps") == 0 &&
	    value_is(&consumer->syncrepl, SYNCREPL_STARTTLS, "critical"))
		return "it starts TLS twice, which the provider refuses";
	return NULL;
}

/* Why peers.json cannot hold the value, whatever else stands next to it; NULL when it can. */
static const char *value_problem(Pool *pool, const LiveConsumer *consumer)
{
	const char *problem = provider_problem(pool, consumer);
	Error err = {0};

	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT && !problem; k++) {
		const char *value = consumer->syncrepl.value[k];

		if (k == SYNCREPL_PROVIDER || !value)
			continue;
		if (!adopt_value(pool, (SyncreplKeyword)k, value, &err))
			problem = pool_strdup(pool, err.text);
	}
	return problem ? problem : binding_problem(&consumer->syncrepl);
}

/* --- databases --- */

/* This server, as slapd says; where its listeners are unknown, by the host's name. */
static bool names_this_node(const Survey *survey, const LiveConsumer *consumer)
{
	AUTO(Pool) *scratch = pool_new();
	Url url;

	if (consumer->is_self || survey->live->n_listeners > 0 || !survey->fqdn)
		return consumer->is_self;
	return url_parse(scratch, consumer->provider, &url) &&
	       strcasecmp(url.host, survey->fqdn) == 0;
}

static bool has_link(const AdoptDatabase *database, size_t peer)
{
	for (size_t i = 0; i < database->n_links; i++)
		if (database->links[i].peer == peer)
			return true;
	return false;
}

static void keep(Adoption *adoption, const char *uri)
{
	for (size_t i = 0; i < adoption->n_keep; i++)
		if (url_equal(adoption->keep[i], uri))
			return;
	POOL_PUSH(adoption->pool, adoption->keep, adoption->n_keep, uri);
}

/* The suffix that the value reads whole; NULL when it reads something else. */
static const char *suffix_read(const LiveDatabase *live, const LiveConsumer *consumer)
{
	const char *base = consumer->syncrepl.value[SYNCREPL_SEARCHBASE];

	for (size_t i = 0; i < live->suffixes->n_values; i++)
		if (dn_equal(live->suffixes->values[i].bytes, base))
			return live->suffixes->values[i].bytes;
	return NULL;
}

static void own_value_survey(Adoption *adoption, AdoptDatabase *database,
			     const LiveConsumer *consumer)
{
	AdoptPeer *self = &adoption->peers[0];

	if (!self->uri) {
		self->provider = consumer->provider;
		self->uri = consumer->syncrepl.value[SYNCREPL_PROVIDER];
	}
	/* One that slapd passes over may hold anything; no node reads a consumer. */
	if (!adoption->is_consumer && !has_link(database, 0) &&
	    !value_problem(adoption->pool, consumer) &&
	    dn_equal(consumer->syncrepl.value[SYNCREPL_SEARCHBASE], database->suffix))
		POOL_PUSH(adoption->pool, database->links, database->n_links,
			  {.peer = 0, .syncrepl = &consumer->syncrepl});
}

/* What a consumer leaves out stands once for all that it reads: the value with which the others
 * have to agree; NULL: there is none yet. */
static const Syncrepl *link_first(const Adoption *adoption, const AdoptDatabase *database)
{
	if (adoption->n_databases > 0)
		return adoption->databases[0].links[0].syncrepl;
	return database->n_links > 0 ? database->links[0].syncrepl : NULL;
}

static const char *part_problem(const Adoption *adoption, const AdoptDatabase *database,
				const LiveConsumer *consumer)
{
	const Syncrepl *first = adoption->is_consumer ? link_first(adoption, database) : NULL;

	return first && !syncrepl_partial_same(first, &consumer->syncrepl)
		       ? "it reads another part than this node's other values do"
		       : NULL;
}

/* Why peers.json cannot say this value of the database; NULL when it can. */
static const char *link_problem(Adoption *adoption, const AdoptDatabase *database,
				const LiveConsumer *consumer)
{
	const char *problem = value_problem(adoption->pool, consumer);
	int peer = adopt_find_provider(adoption, consumer->provider);

	if (problem)
		return problem;
	if (!dn_equal(consumer->syncrepl.value[SYNCREPL_SEARCHBASE], database->suffix))
		return WHOLE_PROBLEM;
	return peer >= 0 && has_link(database, (size_t)peer)
		       ? "it is a second one for the same provider"
		       : part_problem(adoption, database, consumer);
}

static void link_survey(Survey *survey, AdoptDatabase *database, size_t index)
{
	Adoption *adoption = survey->adoption;
	const LiveConsumer *consumer = &database->live->consumers[index];
	const char *dn = database->live->entry->dn, *problem;

	if (!consumer->parses) {
		adopt_note(adoption,
			   "olcSyncrepl {%zu} of %s is left alone: it is not understood (%s)",
			   index, dn, consumer->problem);
		return;
	}
	if (names_this_node(survey, consumer)) {
		own_value_survey(adoption, database, consumer);
		return;
	}
	problem = link_problem(adoption, database, consumer);
	if (problem) {
		const char *uri = consumer->syncrepl.value[SYNCREPL_PROVIDER];

		adopt_note(
			adoption,
			"olcSyncrepl {%zu} of %s, which reads from %s, is left alone (\"keep\"): "
			"%s",
			index, dn, uri, problem);
		keep(adoption, uri);
		return;
	}
	POOL_PUSH(adoption->pool, database->links, database->n_links,
		  {.peer = peer_add(adoption, consumer), .syncrepl = &consumer->syncrepl});
}

/* The suffix that the first value for another server reads; NULL: none does. */
static const char *suffix_replicated(const Survey *survey, const LiveDatabase *live)
{
	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];
		const char *suffix = consumer->parses && !names_this_node(survey, consumer)
					     ? suffix_read(live, consumer)
					     : NULL;

		if (suffix && !value_problem(survey->adoption->pool, consumer))
			return suffix;
	}
	return NULL;
}

/* Why the first value for another server is none that peers.json can say; "" when there is none. */
static const char *reading_refusal(const Survey *survey, const LiveDatabase *live)
{
	Pool *pool = survey->adoption->pool;

	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];

		if (!consumer->parses)
			return pool_printf(pool, ": {%zu} is not understood (%s)", i,
					   consumer->problem);
		if (!names_this_node(survey, consumer))
			return pool_printf(pool, ": of {%zu}, %s", i,
					   suffix_read(live, consumer)
						   ? value_problem(pool, consumer)
						   : WHOLE_PROBLEM);
	}
	return "";
}

/* Why peers.json cannot say how this database replicates, whatever this node is; NULL when it can.
 */
static const char *reading_problem(const Survey *survey, const LiveDatabase *live)
{
	const char *refusal;

	if (strncasecmp(live->entry->dn, "olcDatabase={0}config,", 22) == 0)
		return "cn=config itself is replicated; while that is so, syncward only reports "
		       "(guard G8)";
	if (!live->suffixes)
		return "it has no suffix";
	refusal = database_refusal(survey->adoption->pool, survey->live, live);
	if (refusal)
		return pool_printf(survey->adoption->pool, "it %s", refusal);
	if (!suffix_replicated(survey, live))
		return pool_printf(survey->adoption->pool,
				   "%sno olcSyncrepl value that peers.json can say reads it from "
				   "another server%s",
				   live->is_multi_provider ? "it is multi-provider, but " : "",
				   reading_refusal(survey, live));
	return NULL;
}

/* Why peers.json cannot say how this database replicates; NULL when it can. */
static const char *problem_of(const Survey *survey, const LiveDatabase *live)
{
	const char *problem = reading_problem(survey, live);

	if (problem || live->is_multi_provider)
		return problem;
	return survey->adoption->is_consumer
		       ? NULL
		       : "it is a copy that refuses clients' writes (not multi-provider), while "
			 "this node is a provider of another database, and a peer has one role for "
			 "all";
}

/* Read by others, and reading from no server: what otherwise only consumers have. A log is part of
 * another database. */
static bool is_source(const Survey *survey, const LiveDatabase *live)
{
	return live->n_consumers == 0 && !live->is_multi_provider && live->syncprov &&
	       live->suffixes && !live_logged(survey->live, live);
}

/* A node that takes clients' writes in one database that can be adopted is a provider. */
static bool is_provider(const Survey *survey)
{
	bool has_source = false, has_copy = false;

	for (size_t i = 0; i < survey->live->n_databases; i++) {
		const LiveDatabase *live = &survey->live->databases[i];

		has_source |= is_source(survey, live);
		if (is_source(survey, live) || reading_problem(survey, live))
			continue;
		if (live->is_multi_provider)
			return true;
		has_copy = true;
	}
	return has_source && !has_copy;
}

static void source_survey(Survey *survey, const LiveDatabase *live)
{
	Adoption *adoption = survey->adoption;
	const char *suffix = live->suffixes->values[0].bytes;
	const char *refusal = database_refusal(adoption->pool, survey->live, live);
	AdoptDatabase database = {.live = live, .suffix = suffix};

	if (refusal || adoption->is_consumer) {
		adopt_note(adoption,
			   "%s (%s) is left out: it has syncprov, but reads from nobody%s%s",
			   live->entry->dn, suffix, refusal ? ", and it " : "",
			   refusal ? refusal
				   : ", while this node is a consumer of another database, and a "
				     "peer has one role for all");
		return;
	}
	adopt_note(
		adoption,
		"%s reads from nobody: who reads it, and as whom, this node cannot know; for its "
		"consumers run adopt there too, and combine the files with `%s`",
		suffix, remedy_text(REMEDY_ADOPT_MERGE));
	POOL_PUSH(adoption->pool, adoption->databases, adoption->n_databases, database);
}

static void database_survey(Survey *survey, const LiveDatabase *live)
{
	Adoption *adoption = survey->adoption;
	AdoptDatabase database = {.live = live};
	const char *problem;

	if (is_source(survey, live)) {
		source_survey(survey, live);
		return;
	}
	if (live->n_consumers == 0 && !live->is_multi_provider) {
		if (live->syncprov && live->suffixes)
			adopt_note(adoption,
				   "%s (%s) is left out: it is a log of changes (olcAccessLogDB)",
				   live->entry->dn, live->suffixes->values[0].bytes);
		return;
	}
	problem = problem_of(survey, live);
	if (problem) {
		adopt_note(adoption, "%s%s%s%s is left out with its olcSyncrepl values: %s",
			   live->entry->dn, live->suffixes ? " (" : "",
			   live->suffixes ? live->suffixes->values[0].bytes : "",
			   live->suffixes ? ")" : "", problem);
		return;
	}
	database.suffix = suffix_replicated(survey, live);
	for (size_t i = 0; i < live->n_consumers; i++)
		link_survey(survey, &database, i);
	if (adoption->is_consumer && database.n_links == 0) {
		adopt_note(adoption,
			   "%s (%s) is left out: all its olcSyncrepl values are left alone",
			   live->entry->dn, database.suffix);
		return;
	}
	POOL_PUSH(adoption->pool, adoption->databases, adoption->n_databases, database);
}

int adopt_survey(Pool *pool, const Live *live, const char *fqdn, Adoption *ret, Error *err)
{
	Survey survey = {.adoption = ret, .live = live, .fqdn = fqdn};

	*ret = (Adoption){.pool = pool, .live = live};
	POOL_PUSH(pool, ret->peers, ret->n_peers, {0});
	ret->is_consumer = !is_provider(&survey);
	for (size_t i = 0; i < live->n_databases; i++)
		database_survey(&survey, &live->databases[i]);
	if (ret->n_databases == 0)
		return error_set(err, ERROR_REFUSED, 0,
				 "no database of this server replicates in a way that peers.json "
				 "can say: nothing to adopt; for a new cluster see %s",
				 remedy_fill(pool, REMEDY_HELP, "init"));
	adopt_survey_hub(ret);
	return adopt_survey_self(ret, live, fqdn, err);
}
