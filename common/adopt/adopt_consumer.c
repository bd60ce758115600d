/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/adoption.h"

#include <stdint.h>
#include <string.h>

#include "common/remedies/remedies.h"
#include "common/slapd/url.h"

/* What is said of a node that reads and takes no clients' writes. */

/* --- the id of a consumer --- */

#define SID_MAX    4095
#define HUB_ID_MIN 3001

static bool id_is_taken(const Adoption *adoption, unsigned id)
{
	for (size_t i = 1; i < adoption->n_peers; i++)
		if (adoption->peers[i].id == id)
			return true;
	return false;
}

/* Made from the URL, so that each consumer of a cluster gets a different id, and the same one each
 * time; above all server IDs. A node that reads a hub takes it for a provider, whose ids end where
 * server IDs do: a hub gets one of the last, which hardly anybody gives a server. */
static unsigned id_make(const Adoption *adoption)
{
	const unsigned first = adoption->is_hub ? HUB_ID_MIN : SID_MAX + 1;
	const unsigned n = (adoption->is_hub ? SID_MAX : ID_MAX) - first + 1;
	uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
	unsigned id;

	for (const char *at = adoption->peers[0].provider; *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT32_C(16777619);
	for (id = hash % n; id_is_taken(adoption, first + id);)
		id = (id + 1) % n;
	return first + id;
}

void adopt_settle_id(Adoption *adoption)
{
	AdoptPeer *self = &adoption->peers[0];

	if (self->id != 0)
		return;
	if (adoption->own_sid != 0 && !id_is_taken(adoption, adoption->own_sid)) {
		self->id = adoption->own_sid;
		return;
	}
	self->id = id_make(adoption);
	adopt_note(
		adoption,
		"a consumer has no server ID: %u is made of its URL %s, and only a name; to give "
		"it another one from 1 to %d: --peer-id %s=N",
		self->id, self->uri, adoption->is_hub ? SID_MAX : ID_MAX, self->uri);
}

/* --- its role --- */

static bool is_read(const AdoptDatabase *database, const char *uri, const Adoption *adoption)
{
	for (size_t i = 0; i < database->n_links; i++)
		if (url_equal(adoption->peers[database->links[i].peer].uri, uri))
			return true;
	return false;
}

/* True when slapd refers clients' writes to all that the database reads, and to no other server. */
static bool refers_to_providers(const Adoption *adoption, const AdoptDatabase *database)
{
	const Attribute *refs = database->live->update_refs;

	if (!refs || refs->n_values != database->n_links)
		return false;
	for (size_t i = 0; i < refs->n_values; i++)
		if (!is_read(database, refs->values[i].bytes, adoption))
			return false;
	return true;
}

static bool all_refer_to_providers(const Adoption *adoption)
{
	for (size_t d = 0; d < adoption->n_databases; d++)
		if (!refers_to_providers(adoption, &adoption->databases[d]))
			return false;
	return true;
}

static void update_ref_adopt(Adoption *adoption, Peer *self)
{
	self->refers_updates = all_refer_to_providers(adoption);
	for (size_t d = 0; d < adoption->n_databases && !self->refers_updates; d++)
		if (adoption->databases[d].live->update_refs)
			adopt_note(adoption,
				   "%s refers clients' writes (olcUpdateRef) otherwise than "
				   "\"update_ref\" says, to all that it reads in each database: it "
				   "stays as it is",
				   adoption->databases[d].suffix);
}

void adopt_survey_hub(Adoption *adoption)
{
	for (size_t d = 0; d < adoption->n_databases && adoption->is_consumer; d++)
		adoption->is_hub |= adoption->databases[d].live->syncprov != NULL;
}

/* Which nodes read it is not known here; what they need is there. */
static void hub_note(Adoption *adoption)
{
	adopt_note(
		adoption,
		"this node refuses clients' writes, and others may read it (it has syncprov): it "
		"is taken for a hub; where it is read, adopt with --peer-id %s=%u; when "
		"nobody does, it is a plain consumer: %s",
		adoption->peers[0].uri, adoption->peers[0].id, remedy_text(REMEDY_ROLE_LEAF));
}

static const PeerReads *reads_adopt(const Adoption *adoption)
{
	PeerReads *reads = pool_alloc(adoption->pool, sizeof(*reads));

	for (size_t i = 1; i < adoption->n_peers; i++)
		POOL_PUSH(adoption->pool, reads->items, reads->n_items,
			  {.id = adoption->peers[i].id});
	return reads;
}

void adopt_role(Adoption *adoption, const SyncreplSettings *as_consumer, Peer *self)
{
	if (!adoption->is_consumer)
		return;
	self->role = PEER_CONSUMER;
	self->reads = reads_adopt(adoption);
	self->as_consumer = as_consumer;
	self->is_hub = adoption->is_hub;
	if (self->is_hub)
		hub_note(adoption);
	update_ref_adopt(adoption, self);
	if (adoption->own_sid != 0)
		adopt_note(adoption,
			   "slapd here has the server ID %u, and refuses clients' writes: it is "
			   "taken for a consumer, and keeps that ID",
			   adoption->own_sid);
	adopt_note(
		adoption,
		"this node is a consumer, and does not see how its providers read each other, nor "
		"their overlays, limits and rights: the file describes this node alone; for the "
		"others run adopt there too, and combine the files with `%s`",
		remedy_text(REMEDY_ADOPT_MERGE));
}
