/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FACTS_H
#define SYNCWARD_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much is known about the content of a database at one server. */
typedef enum ContentState {
	CONTENT_UNKNOWN,     /* not asked yet */
	CONTENT_READ,        /* asked and answered */
	CONTENT_UNREACHABLE, /* no answer: name, network, TLS */
	CONTENT_DENIED,      /* the server answered and refused us: bind or access */
	CONTENT_STATE_COUNT
} ContentState;

/* What a database holds at one server, as far as joining must know (two-phase joining,
 * G10). */
typedef struct Content {
	unsigned peer_id; /* whose; 0 for this node itself */
	ContentState state;
	const char *problem; /* why it could not be read; NULL otherwise */
	bool has_suffix;     /* the suffix entry exists */
	const char *entry_uuid;
	const char **context_csns;
	size_t n_context_csns;
	int server_id; /* it runs under; 0: not told */
	bool has_clock;
	long clock_ahead_sec; /* its clock less ours */
} Content;

/* Facts about one database that cn=config does not tell. peers holds only those that were asked. */
typedef struct DatabaseFacts {
	const char *suffix;
	Content here;
	Content *peers;
	size_t n_peers;
} DatabaseFacts;

/* A file with TLS keys or certificates that slapd's consumers read. */
typedef struct TlsFileTime {
	const char *path;
	int64_t written_sec; /* since 1970; -1: it is not there, or cannot be seen */
	bool is_settled; /* not only a moment ago: what is replaced together with it is as well */
} TlsFileTime;

struct LinkProbes; /* common/link/link_probes.h */

/* What the shell knows about this machine and the cluster besides the tree it read. */
typedef struct Facts {
	const char *fqdn;
	const char *machine;    /* which machine this is (machine-id(5)); NULL: unknown */
	const char **listeners; /* slapd's -h strings as given; 0 of them: unknown */
	size_t n_listeners;
	const char **next_listeners; /* what slapd's next start will be given; 0 of them: unknown */
	size_t n_next_listeners;
	const char *next_source; /* the file that says so */
	DatabaseFacts *databases;
	size_t n_databases;
	const struct LinkProbes *probes; /* of links, made before; NULL: none */
	TlsFileTime *tls_files; /* that the links name which slapd has, or take from cn=config */
	size_t n_tls_files;
	bool monitor_is_limited; /* more consumers than slapd's size limit lets us see */
} Facts;

#endif
