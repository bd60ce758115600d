/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/access/limits.h"
#include "common/access/read_rights.h"
#include "common/adopt/adopt.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dbindex.h"
#include "common/slapd/dn.h"

/* --- what the other peers may do here --- */

/* The keyword as this node is read in the database: its own setting over the database's. */
static const char *own_value(const Desired *desired, const DesiredDatabase *database,
			     SyncreplKeyword keyword)
{
	const SyncreplSettings *self = desired->peers[0].syncrepl;

	if (self->left_out[keyword])
		return NULL;
	return self->value[keyword] ? self->value[keyword] : database->syncrepl.value[keyword];
}

/* As whom the other peers bind here; NULL: this node cannot know. */
static const char *reader_find(const Desired *desired, const DesiredDatabase *database)
{
	const char *method = own_value(desired, database, SYNCREPL_BINDMETHOD);

	if (method && strcasecmp(method, "sasl") == 0)
		return NULL;
	return own_value(desired, database, SYNCREPL_BINDDN);
}

static void rights_adopt(Adoption *adoption, const Desired *desired, const LiveDatabase *live,
			 DesiredDatabase *database)
{
	const AccessLists access = live_access_lists(adoption->live, live, database->suffix);
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");
	const char *reader = reader_find(desired, database);

	if (!reader) {
		adopt_note(adoption,
			   "peers bind with SASL to read %s, and this node cannot know as which "
			   "DN: \"limits\" and \"access\" are off until \"readers\" names it",
			   database->suffix);
		return;
	}
	database->manages_limits = dn_equal(reader, live->root_dn) ||
				   limits_are_unlimited(limits, live->cuts_unchecked, reader);
	/* Without a value of its own nothing says that it is meant. */
	database->manages_access =
		access.database &&
		read_rights_judge(adoption->pool, &access, reader).outcome == READS_EVERYTHING;
}

static void index_adopt(const LiveDatabase *live, DesiredDatabase *database)
{
	const Attribute *index = entry_attribute(live->entry, "olcDbIndex");

	database->manages_index = dbindex_find(index, "entryCSN") == DBINDEX_EQUALITY &&
				  dbindex_find(index, "entryUUID") == DBINDEX_EQUALITY;
}

/* "0100  10" as "100 10": NULL when it is not that many numbers. */
static const char *numbers_adopt(Pool *pool, const char *text, int n_numbers)
{
	char *end;
	long first, second = 0;

	if (!text)
		return NULL;
	first = strtol(text, &end, 10);
	if (end == text)
		return NULL;
	if (n_numbers == 1)
		return pool_printf(pool, "%ld", first);
	text = end;
	second = strtol(text, &end, 10);
	return end == text ? NULL : pool_printf(pool, "%ld %ld", first, second);
}

static void syncprov_adopt(Adoption *adoption, const LiveDatabase *live, DesiredDatabase *database)
{
	Pool *pool = adoption->pool;

	database->syncprov.is_managed = live->syncprov != NULL;
	if (!live->syncprov)
		return;
	database->syncprov.checkpoint =
		numbers_adopt(pool, entry_first(live->syncprov, "olcSpCheckpoint"), 2);
	database->syncprov.sessionlog =
		numbers_adopt(pool, entry_first(live->syncprov, "olcSpSessionlog"), 1);
	if (adoption->is_hub && database->syncprov.sessionlog) {
		adopt_note(
			adoption,
			"%s has a session log (olcSpSessionlog), through which nodes behind a hub "
			"lose changes: peers.json does not mention it, and `%s` reports it",
			database->suffix, remedy_text(REMEDY_PLAN));
		database->syncprov.sessionlog = NULL;
	}
	/* What was never there is said as well, so that nobody adds a log unnoticed. */
	database->syncprov.removes_sessionlog =
		!entry_attribute(live->syncprov, "olcSpSessionlog") &&
		!entry_attribute(live->syncprov, "olcSpSessionlogSource");
}

/* --- who holds what --- */

static int by_number(const void *one, const void *other)
{
	unsigned left = *(const unsigned *)one, right = *(const unsigned *)other;

	return left < right ? -1 : left > right;
}

static void peer_ids_adopt(const Adoption *adoption, const AdoptDatabase *adopted,
			   DesiredDatabase *database)
{
	POOL_PUSH(adoption->pool, database->peer_ids, database->n_peer_ids, adoption->peers[0].id);
	for (size_t i = 0; i < adopted->n_links; i++)
		if (adopted->links[i].peer != 0)
			POOL_PUSH(adoption->pool, database->peer_ids, database->n_peer_ids,
				  adoption->peers[adopted->links[i].peer].id);
	qsort(database->peer_ids, database->n_peer_ids, sizeof(*database->peer_ids), by_number);
}

static int by_id(const void *one, const void *other)
{
	return by_number(&((const Peer *)one)->id, &((const Peer *)other)->id);
}

static bool any_retry_ends(const Adoption *adoption)
{
	for (size_t d = 0; d < adoption->n_databases; d++)
		for (size_t i = 0; i < adoption->databases[d].n_links; i++)
			if (syncrepl_gives_up(adoption->databases[d]
						      .links[i]
						      .syncrepl->value[SYNCREPL_RETRY]))
				return true;
	return false;
}

static AdoptDocument document_begin(const Adoption *adoption)
{
	AdoptDocument document = {
		.peer_settings =
			pool_alloc(adoption->pool, adoption->n_peers * sizeof(SyncreplSettings)),
		.as_consumer = pool_alloc(adoption->pool, sizeof(SyncreplSettings)),
	};
	Desired desired = {
		.name = "peers.json",
		.adopted_from = adoption->peers[0].id,
		.server_id = SERVER_ID_AUTO,
		.policy.mode = POLICY_AUDIT,
		.policy.prune = true,
		.policy.keep = adoption->keep,
		.policy.n_keep = adoption->n_keep,
		.policy.max_removals = 1,
		.policy.retry_may_end = any_retry_ends(adoption),
	};

	for (size_t i = 0; i < adoption->n_peers; i++)
		POOL_PUSH(adoption->pool, desired.peers, desired.n_peers,
			  {.id = adoption->peers[i].id,
			   .uri = adoption->peers[i].uri,
			   .rid = -1,
			   .syncrepl = &document.peer_settings[i],
			   .site_syncrepl = &settings_none,
			   .as_consumer = &settings_none});
	for (size_t i = 0; i < adoption->n_databases; i++)
		POOL_PUSH(adoption->pool, desired.databases, desired.n_databases,
			  {.suffix = adoption->databases[i].suffix});
	document.desired = desired;
	return document;
}

/* --- hints about what is said, but not as a person would --- */

static bool value_is(const Syncrepl *syncrepl, SyncreplKeyword keyword, const char *text)
{
	return syncrepl->value[keyword] && strcasecmp(syncrepl->value[keyword], text) == 0;
}

static bool never_says_retry(const Syncrepl *syncrepl)
{
	return !syncrepl->value[SYNCREPL_RETRY] || value_is(syncrepl, SYNCREPL_RETRY, "undefined");
}

/* slaptest -f spells out defaults that hardly anybody writes. */
static bool looks_converted(const Syncrepl *syncrepl)
{
	return value_is(syncrepl, SYNCREPL_KEEPALIVE, "0:0:0") &&
	       value_is(syncrepl, SYNCREPL_FILTER, "(objectclass=*)") &&
	       value_is(syncrepl, SYNCREPL_SCHEMACHECKING, "off");
}

/* Others would read this node as they read the peers: not with StartTLS where TLS is there already.
 */
static void starttls_end_for_ldaps(AdoptDocument *document)
{
	const Desired *desired = &document->desired;
	const Peer *self = &desired->peers[0];

	for (size_t i = 0; i < desired->n_databases; i++) {
		const char *starttls =
			own_value(desired, &desired->databases[i], SYNCREPL_STARTTLS);

		if (peer_is_read(self) && strncasecmp(self->uri, "ldaps:", 6) == 0 && starttls &&
		    strcasecmp(starttls, "critical") == 0)
			document->peer_settings[0].value[SYNCREPL_STARTTLS] = "no";
	}
}

static void hints_note(Adoption *adoption)
{
	bool was_converted = false;

	for (size_t d = 0; d < adoption->n_databases; d++) {
		const AdoptDatabase *database = &adoption->databases[d];

		for (size_t i = 0; i < database->n_links; i++) {
			const AdoptLink *link = &database->links[i];

			if (link->peer != 0 &&
			    syncrepl_gives_up(link->syncrepl->value[SYNCREPL_RETRY]))
				adopt_note(
					adoption,
					"%s is read for %s with a retry that ends: used up, slapd "
					"never tries again by itself, which \"retry_may_end\" says; "
					"better is %s",
					adoption->peers[link->peer].uri, database->suffix,
					remedy_text(REMEDY_RETRY));
			was_converted |= looks_converted(link->syncrepl);
			if (link->peer != 0 && never_says_retry(link->syncrepl))
				adopt_note(
					adoption,
					"%s is read for %s without retry: when it fails, slapd "
					"tries again only after an hour, which \"undefined\" says; "
					"better is %s",
					adoption->peers[link->peer].uri, database->suffix,
					remedy_text(REMEDY_RETRY));
		}
	}
	if (was_converted)
		adopt_note(
			adoption,
			"the olcSyncrepl values look as if they were converted from a slapd.conf: "
			"that drops strictrefresh and manageDSAit, and changes a password that "
			"contains a quote; compare them with the slapd.conf");
}

void adopt_document(Adoption *adoption, const char *secrets_dir, AdoptDocument *ret)
{
	AdoptDocument document = document_begin(adoption);
	Desired *desired = &document.desired;

	adopt_spread_keywords(adoption, &document, secrets_dir);
	adopt_role(adoption, document.as_consumer, &desired->peers[0]);
	adopt_spread_rids(adoption, desired);
	starttls_end_for_ldaps(&document);
	for (size_t i = 0; i < adoption->n_databases; i++) {
		DesiredDatabase *database = &desired->databases[i];

		peer_ids_adopt(adoption, &adoption->databases[i], database);
		syncprov_adopt(adoption, adoption->databases[i].live, database);
		index_adopt(adoption->databases[i].live, database);
		/* No node reads from a plain consumer; and if this node reads from none, it does
		 * not know which nodes read from it. */
		if (peer_is_read(&desired->peers[0]) && adoption->databases[i].n_links > 0)
			rights_adopt(adoption, desired, adoption->databases[i].live, database);
	}
	hints_note(adoption);
	qsort(desired->peers, desired->n_peers, sizeof(*desired->peers), by_id);
	*ret = document;
}
