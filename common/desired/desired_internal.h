/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DESIRED_INTERNAL_H
#define SYNCWARD_DESIRED_INTERNAL_H

#include "common/desired/desired.h"
#include "common/desired/id_table.h"
#include "common/json/json_fields.h"

/* What the files desired*.c share. */

/* Names of enum values as peers.json spells them. */
extern const char *const policy_mode_names[POLICY_MODE_COUNT];
extern const char *const server_id_form_names[SERVER_ID_FORM_COUNT];

#define SYNCPROV_CHECKPOINT "100 10"
#define SID_MAX             4095
#define RID_MAX             999
#define DELTA_LOGBASE       "cn=accesslog"
#define DELTA_PURGE         "07+00:00 01+00:00"
#define DATABASES_MAX       256 /* a limit for sanity, far above any server */

/* Read the arrays of the same name into a Desired. */
ReaderFunction read_peers;
ReaderFunction read_databases;

/* "sites" and "topology" into a Desired. */
ReaderFunction read_sites;
ReaderFunction read_topology;

/* "retired" into a Desired. */
ReaderFunction read_retired;

/* Refuses a peer with an id that is retired; positions as below. */
int desired_check_retired(Reader *reader, const JsonNode *peers, const Desired *desired,
			  const IdTable *positions);

/* const char *, the name of a site. */
ReaderFunction read_site;

/* "reads" into the PeerReads of a Peer. */
ReaderFunction read_reads;

/* True for what may be the name of a host, or of a site. */
bool is_plain_name(const char *name);

/* Numbers the sites, and gives each peer the settings of its own; refuses what names a site or a
 * peer that there is not. positions: of the peer with an id + 1. */
int desired_resolve(Reader *reader, Desired *desired, const IdTable *positions);

/* Refuses what loses changes on their way through a hub. */
int desired_check_hubs(Reader *reader, const JsonNode *databases, const Desired *desired);

/* One direction between two peers; consumer is NULL for all without settings of their own. */
typedef struct DesiredLink {
	const DesiredDatabase *database;
	const Peer *provider;
	const Peer *consumer;
} DesiredLink;

/* Refuses a link over which nothing, or only a part, could be read; -1, and the reader says why. */
int desired_check_link(Reader *reader, const DesiredPolicy *policy, const DesiredLink *link);

/* "delta" of a database into a const Delta *. */
ReaderFunction read_delta;

/* Refuses logs that two databases would share, that others replicate, or that the file speaks of
 * twice. */
int desired_check_delta(Reader *reader, const JsonNode *databases, const Desired *desired);

/* "heartbeat" into the DesiredHeartbeat of a database. */
ReaderFunction read_heartbeat;

/* What it needs besides the whole database, whose node that is. */
int heartbeat_check(Reader *reader, const JsonNode *database, const DesiredDatabase *desired);

/* "rollout" of "policy" into a DesiredRollout. */
ReaderFunction read_rollout;

/* Refuses a roll-out whose first nodes the others could not see. */
int desired_check_rollout(Reader *reader, const JsonNode *root, const Desired *desired);

/* const char *, a DN that is not empty. */
ReaderFunction read_dn;

/* Refuses what is not one URL of a server without anything behind its host; ldapi only where it may
 * be local. */
int reader_check_uri(Reader *reader, const char *key, const JsonNode *value, bool may_be_local);

/* Reads a "syncrepl" or "as_consumer" object. */
ReaderFunction read_syncrepl;

/* Reads "credentials": a string, {"file": PATH} or {"credential": NAME}. */
ReaderFunction read_credentials;

/* Checks what no single key can tell: ids, URIs, suffixes and rids are unique, and each link can
 * bind. */
int desired_check(Reader *reader, const JsonNode *root, Desired *desired);

/* Our default for a keyword that no level sets; NULL: slapd's. rid and provider have none. */
const char *desired_default(const DesiredDatabase *database, SyncreplKeyword keyword);

/*
 * The keyword's value on one link, from the last level that speaks of it; NULL when none does or it
 * is left out and has no default of ours. consumer may be NULL: one without settings of its own.
 */
const char *desired_setting(const DesiredDatabase *database, const Peer *provider,
			    const Peer *consumer, SyncreplKeyword keyword);

/* Where the level that decides about the keyword stands; the database's place when no level
 * mentions it. */
JsonPlace desired_setting_place(const DesiredDatabase *database, const Peer *provider,
				const Peer *consumer, SyncreplKeyword keyword);

/* The credentials of one link, by the same rule. */
Credentials desired_credentials(const DesiredDatabase *database, const Peer *provider,
				const Peer *consumer);

/* True when all read this peer in the same way but for its name and rid, as is the case for most
 * peers.
 */
bool desired_is_read_plainly(const Peer *provider);

/* desired_link() of such a provider, whichever it is, without rid and provider. */
SyncreplSettings desired_link_plain(const DesiredDatabase *database, const Peer *consumer);

/* Adds those. */
void desired_link_name(Pool *pool, const DesiredDatabase *database, const Peer *provider,
		       SyncreplSettings *link);

/* True when the level neither sets nor leaves out anything. */
bool settings_are_empty(const SyncreplSettings *settings);

#endif
