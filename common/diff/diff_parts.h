/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DIFF_PARTS_H
#define SYNCWARD_DIFF_PARTS_H

#include "common/draft/diff.h"

/* Wanted against live, setting by setting: each adds to the plan what it finds. In the order of
 * their calls by plan_make(), then by diff_databases(). */

/* The live side of G1: what slapd runs with now and would not start with again. Needs no wanted. */
void diff_restart(Diff *diff);

/* olcServerID: the SID that slapd will use at its next start must be this peer's id; G5 and G1 of
 * the list form. */
void diff_server_id(Diff *diff);

/* Peers that answer under the server ID of another one: of the two only one is seen, or changes get
 * lost. */
void diff_peer_ids(Diff *diff);

/* Every database that this node holds: finds it by suffix, then overlay, index, limits, access,
 * consumers. */
void diff_databases(Diff *diff);

/* The syncprov module, wanted only when an overlay will be added now. */
void diff_module(Diff *diff);

/* Entries that slapd changed in memory only: written once more. */
void diff_unsaved(Diff *diff);

/* olcSpSessionlog of an overlay that is there: what peers.json says of it, and what it does. */
void diff_old_entries(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);
void diff_session_log(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* A copy that the fence had to close before slapd started, and could not; true when it is closed
 * now (diff_close()). */
bool diff_unclosed(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* A provider that lost all its entries, and still takes clients' writes. */
void diff_emptied(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* Changes that reach no peer because of their time, and entries that no refresh gets past. */
void diff_stamps(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* olcSyncrepl and olcMultiProvider of one database. */
void diff_consumers(Diff *diff, const DatabasePlan *database);

/* olcUpdateRef of one database; reads_somebody: as the other changes leave it. */
void diff_update_ref(Diff *diff, const DatabasePlan *database, bool reads_somebody);

/* olcLimits of a relay that is cut off: shuts it to nodes that connect anew, and opens it. */
void diff_shut(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* The same for databases that peers.json does not list here any more: what shuts somebody out goes.
 */
void diff_shut_left(Diff *diff);

/* olcAccess of one database: what its readers lack to read everything, where peers.json asks for
 * that. */
void diff_access(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* The indices by which syncprov searches. */
void diff_index(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* olcReadOnly: opens what leaving closed, and reports what somebody else closed. */
void diff_read_only(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* A setting by which slapd, told to end, listens no more and does not end. */
void diff_gentle_hup(Diff *diff);

/* More mdb databases than a thread of slapd can work on. */
void diff_many_databases(Diff *diff);

/* Databases that replicate here and that peers.json has at other nodes only. */
void diff_unlisted(Diff *diff);

/* Links of the database whose consumers hold older TLS files than there are now. of_live: which
 * peer each of its values belongs to, NULL where to none. */
void diff_tls_files(Diff *diff, const DatabasePlan *database, const WantedConsumer *const *of_live);

/* TLS files of wanted links that slapd may not read. */
void diff_tls_refused(Diff *diff);

/* Links whose list of retries ends, and those of them that slapd gave up: their values are written
 * again once their peer answers. */
void diff_retries(Diff *diff, const DatabasePlan *database, const WantedConsumer *const *of_live);

#endif
