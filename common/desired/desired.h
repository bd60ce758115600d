/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DESIRED_H
#define SYNCWARD_DESIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/json/json_document.h"
#include "common/syncrepl/syncrepl.h"

/* Where a password comes from; the core never reads it, the shell resolves it to a Secret. */
typedef enum CredentialsKind {
	CREDENTIALS_NONE,
	CREDENTIALS_FILE,       /* {"file": "/path"} */
	CREDENTIALS_CREDENTIAL, /* {"credential": "name"}: systemd's $CREDENTIALS_DIRECTORY */
	CREDENTIALS_LITERAL,    /* a string in peers.json itself */
	CREDENTIALS_KIND_COUNT
} CredentialsKind;

typedef struct Credentials {
	CredentialsKind kind;
	const char *name; /* path, credential name, or the password itself */
	JsonPlace place;
} Credentials;

/* Keywords that some level of peers.json sets; NULL: not set at this level. Numbers are kept as
 * slapd writes them, a flag that is true as "". */
typedef struct SyncreplSettings {
	const char *value[SYNCREPL_KEYWORD_COUNT];
	/* null or false: the keyword is left out here, whatever an earlier level says. */
	bool left_out[SYNCREPL_KEYWORD_COUNT];
	JsonPlace place[SYNCREPL_KEYWORD_COUNT];
	Credentials credentials;
} SyncreplSettings;

/* Sets nothing. */
extern const SyncreplSettings settings_none;

/* A consumer reads, is not read unless it is a hub, and writes under no server ID. */
typedef enum PeerRole {
	PEER_PROVIDER,
	PEER_CONSUMER,
	PEER_ROLE_COUNT
} PeerRole;

extern const char *const peer_role_names[PEER_ROLE_COUNT];

#define ID_MAX 65535 /* of a consumer; a server ID is at most 4095 */

/* What "reads" names: a peer, or all providers of a site. */
typedef struct PeerRead {
	unsigned id;      /* 0: a site */
	const char *site; /* NULL: a peer */
	JsonPlace place;
} PeerRead;

typedef struct PeerReads {
	PeerRead *items;
	size_t n_items;
} PeerReads;

typedef struct Peer {
	unsigned id; /* server ID, 1..4095; of a consumer only a name, 1..65535 */
	const char *uri;
	PeerRole role;
	bool is_hub;            /* a consumer that others read */
	bool refers_updates;    /* "update_ref" */
	const char *site;       /* NULL: none given */
	unsigned site_number;   /* position in DesiredTopology.site_names + 1; 0: none given */
	const PeerReads *reads; /* NULL: what the topology says */
	const char **names;     /* further host names by which a node may recognise itself */
	size_t n_names;
	int rid; /* -1: the id */
	/* Never NULL; of most peers settings_none, which keeps a list of many peers small. */
	const SyncreplSettings *site_syncrepl; /* how everybody reads the peers of its site */
	const SyncreplSettings *syncrepl;      /* how everybody reads this peer; wins over these */
	const SyncreplSettings *as_consumer;   /* what this peer uses towards all others; wins */
	JsonPlace place;
} Peer;

/* The log of changes that the providers of a database keep, and others read (delta-syncrepl). */
typedef struct Delta {
	const char *logbase;   /* the suffix of the log's own database */
	const char *directory; /* in which slapd keeps it */
	const char *purge;     /* olcAccessLogPurge: "AGE INTERVAL" */
} Delta;

#define HEARTBEAT_MIN_SEC 60

/* Every node of a database writes one entry about itself below the container. */
typedef struct DesiredHeartbeat {
	const char *container; /* DN; NULL: no heartbeat */
	unsigned interval_sec;
} DesiredHeartbeat;

/* How others may read the database: the overlay syncprov. */
typedef struct DesiredSyncprov {
	bool is_managed;
	const char *checkpoint;  /* "100 10"; NULL: not ours */
	const char *sessionlog;  /* "1000"; NULL: not ours, or none may be */
	bool removes_sessionlog; /* "sessionlog": false */
} DesiredSyncprov;

typedef struct DesiredDatabase {
	const char *suffix;
	unsigned rid_offset;
	unsigned *peer_ids; /* who holds this database; all peers when the file gives no list */
	size_t n_peer_ids;
	SyncreplSettings syncrepl;
	const char **readers; /* given DNs; n_readers is 0 when the file gives none */
	size_t n_readers;
	DesiredSyncprov syncprov;
	bool manages_index;
	bool manages_limits;
	bool manages_access;
	const Delta *delta; /* NULL: syncward makes no log */
	DesiredHeartbeat heartbeat;
	JsonPlace place;
} DesiredDatabase;

/* Settings of the peers of one site, between those of the database and the peer's own. */
typedef struct Site {
	const char *name;
	SyncreplSettings syncrepl;
	JsonPlace place;
} Site;

/* A server ID that no peer may have any more: changes of its former server are in the databases. */
typedef struct RetiredId {
	unsigned id;
	JsonPlace place;
} RetiredId;

typedef enum PolicyMode {
	POLICY_AUDIT,
	POLICY_ENFORCE,
	POLICY_MODE_COUNT
} PolicyMode;

/* Which peers put a new revision in force first, and how long it must work well there before the
 * others follow. */
typedef struct DesiredRollout {
	unsigned *first; /* ids; those of no peer do not count */
	size_t n_first;  /* 0: everybody at once */
	int64_t soak_sec;
	bool is_off; /* "rollout": false: that is meant */
} DesiredRollout;

bool rollout_has_first(const DesiredRollout *rollout, unsigned id);

typedef enum ServerIdForm {
	SERVER_ID_AUTO,
	SERVER_ID_LIST,
	SERVER_ID_FORM_COUNT
} ServerIdForm;

/* "topology", and the sites that it is about. */
typedef struct DesiredTopology {
	Site *sites;
	size_t n_sites;
	const char **site_names; /* those that peers name, sorted */
	size_t n_site_names;
	unsigned n_gateways; /* of each site; 0: every provider reads every other */
} DesiredTopology;

/* "policy": what syncward may do by itself. */
typedef struct DesiredPolicy {
	PolicyMode mode;
	bool prune;
	bool retry_may_end; /* a retry without "+" is taken as it is: of a configuration that was
			       adopted */
	const char **keep;  /* provider URIs left alone */
	size_t n_keep;
	unsigned max_removals;
	DesiredRollout rollout;
} DesiredPolicy;

/* peers.json as a value, fully validated: what every node must be like. Lives in the pool it was
 * parsed into. */
typedef struct Desired {
	const char *name; /* the file's name, for messages */
	bool has_revision;
	unsigned long revision;
	unsigned adopted_from; /* id of the peer on which adopt wrote the file; 0: not said */
	Peer *peers;
	size_t n_peers;
	DesiredDatabase *databases;
	size_t n_databases;
	RetiredId *retired;
	size_t n_retired;
	DesiredTopology topology;
	ServerIdForm server_id;
	DesiredPolicy policy;
	bool has_literal_secret; /* the file itself holds a password: only root may read it */
} Desired;

/* Parses and validates peers.json; ERROR_INPUT with "name:line:column: sentence", and the nearest
 * known key where a key is unknown. */
int desired_parse(Pool *pool, const char *name, const char *bytes, size_t len, const Desired **ret,
		  Error *err);

/* The same for bytes that were in force once: a rule that came with a later release (so far only
 * that of retry_may_end) does not take them out of force, because an upgrade would then leave nodes
 * without a guard. */
int desired_parse_kept(Pool *pool, const char *name, const char *bytes, size_t len,
		       const Desired **ret, Error *err);

/* Position of a site's name in site_names + 1; 0: no peer has that site, or NULL was asked for. */
unsigned desired_site_number(const DesiredTopology *topology, const char *site);

/* True for peers that are read: providers and hubs. */
bool peer_is_read(const Peer *peer);

/* ", a hub", ", a consumer", or nothing, for people. */
const char *peer_clause(const Peer *peer);

/* One that reads and takes no writes; a hub is read as well. */
bool peer_is_consumer(const Peer *peer);

/* The server ID under which it writes; for a consumer one that slapd never gives to a change. */
unsigned peer_server_id(const Peer *peer);

/* True when every peer of a database reads every other one of it: nothing says otherwise. */
bool desired_is_mesh(const Desired *desired);

/* The peer with that id; NULL when none. */
const Peer *desired_peer(const Desired *desired, unsigned id);

/* True when "retired" has that server ID. */
bool desired_is_retired(const Desired *desired, unsigned server_id);

/* The provider that writes under that server ID; NULL when none. */
const Peer *desired_writer(const Desired *desired, unsigned server_id);
/* The other provider whose server ID that is under which the provider runs; NULL: it runs under its
 * own, or nobody's, or it is not known (0 or less). */
const Peer *desired_other_writer(const Desired *desired, const Peer *peer, int server_id);

/* True when a consumer holds the database; the same for a hub. */
bool desired_has_consumer(const Desired *desired, const DesiredDatabase *database);
bool desired_has_hub(const Desired *desired, const DesiredDatabase *database);

/* True when the peer holds the database. */
bool desired_database_has_peer(const DesiredDatabase *database, unsigned id);

/* True when the database can show how that provider is: it has a heartbeat there, which another
 * provider lets it write. */
bool rollout_is_shown(const Desired *desired, const DesiredDatabase *database, unsigned canary);

/* The rid by which the database's consumers call that peer. */
unsigned desired_rid(const DesiredDatabase *database, const Peer *provider);

/* What the file says about the database with that suffix; NULL: nothing. */
const DesiredDatabase *desired_database(const Desired *desired, const char *suffix);

/*
 * The settings of one link after all levels: database, the provider's site, then how everybody
 * reads the provider, then the consumer's own. Where none of them speaks our defaults are filled
 * in; rid and provider are set, left_out is not. Strings made for it live in pool.
 */
SyncreplSettings desired_link(Pool *pool, const DesiredDatabase *database, const Peer *provider,
			      const Peer *consumer);

/* At which interval, in seconds, the consumer reads the provider; 0: all the time
 * (type=refreshAndPersist). */
int64_t desired_interval_sec(const DesiredDatabase *database, const Peer *provider,
			     const Peer *consumer);

/* What decides how often the consumer asks, or tries again: type, interval and retry of the link;
 * borrowed from the document, nothing else is set. */
Syncrepl desired_pace(const DesiredDatabase *database, const Peer *provider, const Peer *consumer);

/* The effective document, every default spelled out, as JSON text that parses to the same value.
 * Literal passwords are masked; a document with a masked one is refused when read. */
const char *desired_print(Pool *pool, const Desired *desired);

/* The document as it was read, its passwords masked, in a form that depends neither on the layout
 * of the file nor on our defaults nor on the release of json-c: for digests, which nodes compare
 * and which outlive upgrades. NULL for what is not JSON. */
const char *desired_masked(Pool *pool, const char *bytes, size_t len);

/* What 0.1.0 printed for it with this json-c: a node may remember the digest of that. */
const char *desired_print_former(Pool *pool, const Desired *desired);

/* The code of the error when no peer is this node: a state of the cluster (it was removed), not a
 * fault of the file. */
#define DESIRED_NODE_MISSING 1

/* By what a node recognises itself. */
typedef struct NodeNames {
	const char *node;       /* said by a person: an id, a host name or a URI; decides alone */
	const char *fqdn;       /* the full name, compared first */
	const char *short_name; /* compared when no peer has the full one */
	const char *
		*addresses; /* hosts of peers that are addresses of this machine: compared last */
	size_t n_addresses;
} NodeNames;

/*
 * Finds the peer that is this node: by host of the uri or one of names (letter case aside).
 * ERROR_INPUT when none or two match; the message lists what was compared. Returns the index into
 * peers.
 */
int desired_find_node(const Desired *desired, const NodeNames *names, size_t *ret, Error *err);

/* The host of the peer's URI, without the brackets of an IPv6 address; "" when it has none. */
const char *desired_peer_host(Pool *pool, const Peer *peer);

#endif
