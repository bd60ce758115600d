/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ADOPTION_H
#define SYNCWARD_ADOPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/desired/desired.h"
#include "common/live/live_config.h"

/* A server that the live configuration names. */
typedef struct AdoptPeer {
	unsigned id;            /* 0: not known yet */
	const char *id_said_by; /* who said so, for messages; NULL: nobody yet */
	const char *uri;        /* as a value of this server spells it */
	const char *provider;   /* in the spelling of LiveConsumer.provider */
} AdoptPeer;

/* One olcSyncrepl value that peers.json can say. */
typedef struct AdoptLink {
	size_t peer; /* index into Adoption.peers */
	const Syncrepl *syncrepl;
} AdoptLink;

typedef struct AdoptDatabase {
	const LiveDatabase *live;
	const char *suffix;
	AdoptLink
		*links; /* at most one a peer; a value that names this node itself is among them */
	size_t n_links;
} AdoptDatabase;

/* What this node's configuration says about the cluster. Borrows from the Live it was made from. */
typedef struct Adoption {
	Pool *pool;
	const Live *live;
	bool is_consumer; /* this node takes no clients' writes in what is adopted */
	bool is_hub;      /* a consumer that others can read, all that it has */
	unsigned own_sid; /* the server ID that slapd has here; 0: none */
	AdoptPeer *peers; /* the first is this node; a consumer's id is not its server ID */
	size_t n_peers;
	AdoptDatabase *databases;
	size_t n_databases;
	const char **keep; /* provider URLs of values that peers.json cannot say: left alone */
	size_t n_keep;
	const char **notes; /* what peers.json cannot say, one sentence each */
	size_t n_notes;
} Adoption;

/* A password that the document refers to by its file. */
typedef struct AdoptSecret {
	const char *name; /* of the file, in the folder of secrets */
	const char *path;
	const char *text;
	const char *used_for; /* a suffix or a peer's URL, for messages */
} AdoptSecret;

typedef struct AdoptDocument {
	Desired desired;
	SyncreplSettings *peer_settings; /* one for each adopted peer, which points to it */
	SyncreplSettings *as_consumer;   /* what this node alone uses, as a consumer */
	AdoptSecret *secrets;
	size_t n_secrets;
} AdoptDocument;

/* The peer with that URL, compared by meaning; -1 when no olcSyncrepl value names it. */
int adopt_find_peer(const Adoption *adoption, const char *uri);

/* The same for a URL in the spelling of AdoptPeer.provider. */
int adopt_find_provider(const Adoption *adoption, const char *provider);

/* Sets a peer's id, and where it was found. ERROR_REFUSED when another id was found before, or
 * another server has it. */
int adopt_set_id(Adoption *adoption, size_t peer, unsigned id, const char *said_by, Error *err);

/* Gives a consumer whose id was not found one that no peer has, when the ids of all others are
 * known. */
void adopt_settle_id(Adoption *adoption);

/* Notes a sentence for the person who adopts. */
void adopt_note(Adoption *adoption, const char *format, ...) PRINTF_LIKE(2, 3);

/* --- between the adopt_*.c files --- */

/* Fills in peers[0]: this node's id and URI; and the ids that olcServerID gives to others. */
int adopt_survey_self(Adoption *adoption, const Live *live, const char *fqdn, Error *err);

/* Spreads the keywords of all links over databases[].syncrepl and peers[].syncrepl. */
void adopt_spread_keywords(Adoption *adoption, AdoptDocument *document, const char *secrets_dir);

/* The value as it stands or in its one spelling, as peers.json can hold it; NULL, with the reason,
 * when it can hold neither. */
const char *adopt_value(Pool *pool, SyncreplKeyword keyword, const char *value, Error *err);

/* False for a keyword that no level of peers.json holds: it is each link's own. */
bool adopt_is_spread(int keyword);

/* Whether both mean the same to slapd, as far as this keyword alone tells; NULL: it is not there.
 */
bool adopt_same_value(SyncreplKeyword keyword, const char *one, const char *other);

/* Whether this consumer is a hub, when all that is adopted is known. */
void adopt_survey_hub(Adoption *adoption);

/* Where this node is a consumer, notes that, whom it reads, and its own settings for that. */
void adopt_role(Adoption *adoption, const SyncreplSettings *as_consumer, Peer *self);

/* Finds rid_offset of each database and rid of each peer that give the live rids. */
void adopt_spread_rids(Adoption *adoption, Desired *desired);

#endif
