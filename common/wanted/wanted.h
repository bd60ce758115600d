/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WANTED_H
#define SYNCWARD_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/desired/desired.h"
#include "common/desired/secret.h"
#include "common/syncrepl/syncrepl.h"
#include "common/wanted/wanted_readers.h"

/* One consumer that this node must have: how it reads one peer. */
typedef struct WantedConsumer {
	const Peer *peer;
	Syncrepl syncrepl;
	const char *provider; /* the URL in one spelling, for comparing */
	int rid;
	const char *
		secret; /* which password it binds with (Secret.identity); NULL: none, or unknown */
	const char *put_back; /* why this is the former link instead of what peers.json says; NULL:
				 it is not */
	int64_t reads_here_sec; /* the peer reads this node at that interval; 0: it stays connected;
				   -1: it does not read it */
	const char *no_secret;  /* for a peer that this node does not read: why its password is not
				   known, so that it cannot be asked; NULL: it can */
} WantedConsumer;

/* What nodes may read from this node's own log of changes ("delta"). */
typedef enum LogStand {
	LOG_IN_ORDER,   /* everything: this node saw all logs that it is to read */
	LOG_CLOSED_NOW, /* nothing: it lacks one, and a peer may read its own still */
	LOG_SHUT_NOW,   /* nothing, and not by a search that has begun either */
	LOG_LACKING,    /* nothing, and no peer does */
} LogStand;

/* What one database of this node must hold. */
typedef struct WantedDatabase {
	const DesiredDatabase *desired;
	WantedConsumer *consumers; /* one per peer that this node reads */
	size_t n_consumers;
	size_t n_others; /* after them, the other providers of the database: no links to these are
			    written, but they can be asked. Together these are all other providers,
			    and the hubs that this node reads. */
	size_t n_heirs;  /* after these, if this node is a provider, hubs and consumers: asked when
			    no provider has what is missing here */
	size_t n_leaves; /* consumers of peers.json that hold it and that this node does not read */
	bool is_partial; /* not every provider reads every other one */
	const char **readers; /* DNs that olcLimits and "access" are for */
	size_t n_readers;
	size_t n_more_readers;   /* after them, those that "readers" does not name although relays
				    read this node with them according to peers.json */
	bool has_unknown_reader; /* "readers" is not given, and the DN of a link is not known (SASL)
				  */
	WantedLog *logs;         /* that must be here; most databases have none */
	size_t n_logs;
	LogStand log_stand; /* by what delta_wanted() found */
} WantedDatabase;

/* What this node must be: Desired seen from one peer, secrets filled in. */
typedef struct Wanted {
	const Desired *desired;
	const Peer *self;
	const char *server_id;       /* the bare form; NULL: a consumer has none */
	const char **server_id_list; /* "id uri" of all providers, for "server_id": "list" */
	size_t n_server_id_list;
	WantedDatabase *databases; /* those that this node holds */
	size_t n_databases;
} Wanted;

/*
 * Works out what the peer at index self must hold. Secrets must hold every password that a link of
 * this node names; one that could not be read ends in ERROR_INPUT with the shell's reason. None is
 * needed for a peer that is not read.
 */
int wanted_make(Pool *pool, const Desired *desired, size_t self, const Secrets *secrets,
		Wanted *ret, Error *err);

/* True when other providers get each other's changes of the database through this node alone. */
bool wanted_is_relay(const Wanted *wanted, const WantedDatabase *database);

/* True when it is such a relay, and the daemon may shut it while its links are broken. */
bool wanted_may_shut(const Wanted *wanted, const WantedDatabase *database);

/* How many database->consumers there are, including the others and the heirs. */
size_t wanted_count_consumers(const WantedDatabase *database);

/* What is wanted of that peer in the database, whether or not this node reads it; NULL: it cannot
 * be asked, or is this node itself. */
const WantedConsumer *wanted_peer(const WantedDatabase *database, unsigned peer_id);

/* True when this node reads some peer with that password. */
bool wanted_needs_secret(const Wanted *wanted, const Secret *secret);

/* How many peers come before this node when nodes take turns. */
unsigned wanted_rank(const Wanted *wanted);

/* The number of all accounts in database->readers, with which peers read here, whatever "readers"
 * says. */
size_t wanted_count_readers(const WantedDatabase *database);

/* True when another peer holds it, too, even if that is a consumer: it is read. */
bool wanted_is_shared(const WantedDatabase *database);

/* This node's database of that suffix; NULL: there is none. */
const WantedDatabase *wanted_find(const Wanted *wanted, const char *suffix);

/* ERROR_USAGE unless one of this node's databases has that suffix: with the one that may be meant.
 */
int wanted_check_suffix(const Wanted *wanted, const char *suffix, Error *err);

#endif
