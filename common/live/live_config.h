/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LIVE_CONFIG_H
#define SYNCWARD_LIVE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/access/access_lists.h"
#include "common/base/error.h"
#include "common/base/tree.h"
#include "common/live/machine.h"
#include "common/live/map_use.h"
#include "common/syncrepl/syncrepl.h"

/* One olcSyncrepl value as the server holds it. */
typedef struct LiveConsumer {
	const char *text; /* verbatim, with "{n}": what a delete by value must name */
	bool parses;
	Syncrepl syncrepl;    /* when it parses */
	const char *problem;  /* why it does not */
	const char *provider; /* the URL in one spelling, for comparing; NULL when it has none */
	int rid;
	bool is_self; /* slapd itself takes the value for this server and starts no consumer */
} LiveConsumer;

typedef struct LiveDatabase {
	const Entry *entry;
	const Attribute *suffixes;
	const char *root_dn; /* NULL: slapd refuses olcSyncrepl without one */
	LiveConsumer *consumers;
	size_t n_consumers;
	bool is_multi_provider;
	bool cuts_unchecked; /* an olcSizeLimit cuts readers whose olcLimits value does not name
				size.unchecked */
	bool is_read_only;   /* olcReadOnly: to clients, not to its consumers */
	bool stamps_nothing; /* olcLastMod: FALSE: what clients write gets no entryCSN */
	const char *multi_provider_attribute; /* the name under which the server returns it; NULL:
						 not set */
	const Attribute *update_refs; /* olcUpdateRef: whom it refers clients' writes to; NULL: to
					 nobody */
	bool has_update_dn;           /* olcUpdateDN: slurpd's, which makes it a copy as well */
	const Entry *syncprov;        /* the overlay's entry; NULL: none */
	size_t n_syncprovs;
	size_t n_overlays; /* of all kinds */
} LiveDatabase;

typedef struct LiveMap {
	const char *suffix;
	MapUse use;
} LiveMap;

/* One consumer that runs, as cn=monitor lists it (OpenLDAP 2.5.4 and later). */
typedef struct RunningConsumer {
	const char *suffix;
	int rid;
	const char *provider; /* in the spelling of LiveConsumer.provider */
	bool is_persistent;   /* phase Persist: the refresh is over */
	bool is_connected;
	const char *cookie_sent;  /* with its last search, since it runs; NULL: none */
	const char *last_connect; /* generalized time */
	const char *last_contact; /* year 0: never */
	const char *next_connect; /* of a failed consumer, or one that reads at intervals: when it
				     tries again; year 0 otherwise */
} RunningConsumer;

/* Which modules it loads. */
typedef struct LiveModules {
	const Attribute **lists; /* olcModuleLoad of every cn=module entry */
	size_t n_lists;
	const char *dn; /* of the first cn=module entry; NULL: there is none */
} LiveModules;

/* Which consumers run, whatever cn=config says. */
typedef struct LiveRunning {
	bool is_known; /* cn=monitor lists at least one */
	RunningConsumer *consumers;
	size_t n_consumers;
	int *working_rids; /* of those that hold a thread of slapd at this moment */
	size_t n_working_rids;
} LiveRunning;

/* How much its databases hold, as far as cn=monitor tells. */
typedef struct LiveSizes {
	const char **counted; /* suffixes of those whose entries it counts */
	size_t n_counted;
	const char **counts; /* beside each: how many, as text */
	LiveMap *maps;       /* of those of which it tells how full they are */
	size_t n_maps;
} LiveSizes;

/* Which OpenLDAP it is, as cn=monitor says. */
typedef struct LiveVersion {
	bool is_known;
	bool is_2_5; /* or a later one */
	bool is_2_6; /* or a later one */
} LiveVersion;

/* The server's own view of its replication: cn=config parsed, and what cn=monitor says runs. */
typedef struct Live {
	const Tree *config;
	const Entry *global;
	const Attribute *server_ids;
	LiveModules loaded;
	LiveDatabase *databases;
	size_t n_databases;
	const LiveDatabase *config_database; /* {0}config, when it has olcSyncrepl; else NULL */
	LiveRunning runs;
	LiveVersion version;
	const char *start_time; /* when slapd started, as cn=monitor says; NULL: unknown */
	const char *fqdn;       /* as slapd finds it when it starts */
	const char **listeners; /* as cn=monitor lists them; 0: unknown */
	size_t n_listeners;
	LiveSizes sizes;
	bool builds_index; /* until that is done a write to cn=config stops every client */
} Live;

/* What is known of slapd's release: some things go wrong only from OpenLDAP 2.5 on, others can only
 * be done there. */
typedef enum LiveRelease {
	LIVE_RELEASE_UNKNOWN,
	LIVE_RELEASE_2_4,
	LIVE_RELEASE_2_5, /* or later */
} LiveRelease;

/* By what cn=monitor says and by names that cn=config returned; multi_provider_attribute: as the
 * schema calls it, NULL: not asked. */
LiveRelease live_release(const Live *live, const char *multi_provider_attribute);

/* Which entries and attributes of cn=config and cn=monitor the view needs: one search each. */
extern const char live_config_filter[];
extern const char *const live_config_attributes[];
extern const char live_monitor_filter[];
extern const char
	live_monitor_few_filter[]; /* without the consumers: for a server that limits us */
extern const char *const live_monitor_attributes[];

/*
 * Puts what cn=monitor says into the view, in place of what it held of it; listeners that it does
 * not tell are taken from machine. An empty tree: what runs is unknown. Everything is copied: of
 * many consumers the tree is large, and little of it is kept.
 */
void live_take_monitor(Pool *pool, const Tree *monitor, const MachineListeners *given, Live *live);

/*
 * Puts what cn=config says into the view, which knows the listeners already. Borrows the tree's
 * entries. ERROR_DENIED when it holds no olcGlobal entry: we may not read it.
 */
int live_take_config(Pool *pool, const Tree *config, const Machine *machine, Live *live,
		     Error *err);

/* The same server with another cn=config: what cn=monitor says, and the listeners, stay. What both
 * trees share is not read again. Borrows from live and from the tree. */
Live live_with_config(Pool *pool, const Live *live, const Tree *config);

/* True when the database has consumers of other servers: slapd starts none for a value that names
 * itself, and does not count it. */
bool live_reads_from_somebody(const LiveDatabase *database);

/* The databases that hold the suffix, by DN; returns how many there are and gives the first one. */
size_t live_find_database(const Live *live, const char *suffix, const LiveDatabase **ret);

/* How many entries cn=monitor counts in the database with that suffix, as text; NULL: none, or it
 * does not count. */
const char *live_entries_counted(const LiveSizes *sizes, const char *suffix);

/* How full its map is; NULL: cn=monitor does not tell. */
const MapUse *live_map_use(const LiveSizes *sizes, const char *suffix);

/* True when it counts there, and there are none. */
bool live_counts_none(const LiveSizes *sizes, const char *suffix);

/* True when slapd takes the provider's URL for its own: of an olcSyncrepl value with it (whose
 * searchbase is a suffix) it starts no consumer. False where its listeners are unknown. */
bool live_is_myself(const Live *live, const char *url);

/* The entry of cn=config that holds what is common to all databases; NULL when it was not read. */
const Entry *live_frontend(const Live *live);

/* Who may what in the database, where it holds the suffix: its own olcAccess and the frontend's. */
AccessLists live_access_lists(const Live *live, const LiveDatabase *database, const char *suffix);

/* The DN that slapd will give the next overlay of the database, for syncprov. */
const char *live_overlay_dn(Pool *pool, const LiveDatabase *live);

/* The entry of cn=config with that DN (as the server spells it, any letter case); NULL when it was
 * not read. */
const Entry *live_entry(const Live *live, const char *dn);

/* The same for a DN as it was added, to which slapd may have given a "{n}". */
const Entry *live_entry_unnumbered(const Live *live, const char *dn);

#endif
