/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EVENT_IDS_H
#define SYNCWARD_EVENT_IDS_H

/*
 * Everything an operator acts on, one row for each event: name in C, name for people
 * (SYNCWARD_EVENT), priority of syslog(3), MESSAGE_ID, what happened. An id is never used for
 * anything else once it was released. packaging/catalog/syncward.catalog has a text for each.
 */
/* clang-format off */
#define EVENT_ROWS \
	EVENT_ROW(STARTED, "started", NOTICE, "3e4c176e572e426b8cba3a8780b856e5", \
	          "the agent started") \
	EVENT_ROW(STOPPED, "stopped", NOTICE, "084a7e5302ce4c13a2190dfec6acfe3b", \
	          "the agent stopped") \
	EVENT_ROW(DESIRED_LOADED, "desired-loaded", NOTICE, "c8d9a9469d564b8c92f795687bcac558", \
	          "a new peers.json is in force") \
	EVENT_ROW(DESIRED_REFUSED, "desired-refused", ERR, "5035dbf1a4d748e18977845d9f00c122", \
	          "peers.json or a secret cannot be used; the last good one stays in force") \
	EVENT_ROW(DRIFT_FOUND, "drift-found", WARNING, "1d10af565c1a41119ecf3976a3cec3b7", \
	          "slapd differs from peers.json") \
	EVENT_ROW(CORRECTION_INTENDED, "correction-intended", NOTICE, "bb5b1aaa44d24a8e9935725b3ef42e65", \
	          "about to write to cn=config") \
	EVENT_ROW(CORRECTION_APPLIED, "correction-applied", NOTICE, "a55fc07fdb8148d3ba01471bfe9a1384", \
	          "slapd accepted the correction") \
	EVENT_ROW(CORRECTION_FAILED, "correction-failed", ERR, "d2c469ef15444df180a042241e39c1d7", \
	          "a correction could not be made") \
	EVENT_ROW(VERIFY_FAILED, "verify-failed", ERR, "48e09473e3e44234b7a38ef7da62a946", \
	          "a correction was accepted and did not last") \
	EVENT_ROW(HEALED, "healed", NOTICE, "95579f607bfa4269b3481a6249ad76d6", \
	          "deletions of old entries reach peers that were away again") \
	EVENT_ROW(DECIDED, "decided", NOTICE, "9625415e48284d55977b0918957f7197", \
	          "a person decided what a guard leaves to people") \
	EVENT_ROW(LEFT, "left", NOTICE, "f09a7518a67b49d9afa4ec7bdef47bc0", \
	          "this node left the cluster") \
	EVENT_ROW(INTERRUPTED, "interrupted", WARNING, "436746bd83944b8c83853e59754894e3", \
	          "an earlier apply did not end") \
	EVENT_ROW(HELD, "held", WARNING, "9dc33dbf273e4aaa8415a617b2287f5f", \
	          "a guard holds a change until it is safe or a person releases it") \
	EVENT_ROW(RELEASED, "released", NOTICE, "fe909b8750154d5ea78719b499932016", \
	          "a hold ended") \
	EVENT_ROW(CONTESTED, "contested", ERR, "1cd3c7f2eddd4d1093f09e8b38e97824", \
	          "somebody keeps undoing the agent's correction") \
	EVENT_ROW(UNCONTESTED, "uncontested", NOTICE, "a08c36dbb6f1449d98310138924b5c62", \
	          "nobody undoes the correction any more") \
	EVENT_ROW(RESTART_UNSAFE, "restart-unsafe", CRIT, "e4a1bd46eeb042f582297cbe5591d17c", \
	          "slapd would not start again") \
	EVENT_ROW(RESTART_SAFE, "restart-safe", NOTICE, "b7e942e172cc4cd3bee50ee052d245fb", \
	          "slapd would start again") \
	EVENT_ROW(JOINING, "joining", NOTICE, "add91913d84e47f59070276c5a1967a5", \
	          "a database waits for its first refresh") \
	EVENT_ROW(JOINED, "joined", NOTICE, "4502378235d04594a857d4ee9c89576c", \
	          "a database has everything its peers had") \
	EVENT_ROW(SLAPD_LOST, "slapd-lost", ERR, "cf965938dfb8412288e1da951cbcf095", \
	          "slapd does not answer") \
	EVENT_ROW(SLAPD_BACK, "slapd-back", NOTICE, "5ba3c9e76bd047b8b9afbff326eb89df", \
	          "slapd answers again") \
	EVENT_ROW(LINK_DOWN, "link-down", ERR, "6ec25d5d65284c0fbfc8ca16e46acc66", \
	          "a replication link does not work") \
	EVENT_ROW(LINK_UP, "link-up", NOTICE, "10556fe0cc7748b8b6f559de64f28207", \
	          "a replication link works again") \
	EVENT_ROW(CONSUMERS_SCRAMBLED, "consumers-scrambled", WARNING, "1c2e68859e464d42a0d165e74bc2dced", \
	          "slapd does not run the consumers that cn=config declares") \
	EVENT_ROW(HAND_EDIT, "hand-edit", WARNING, "55f9632b9b764b898b6327acca39c269", \
	          "a file of slapd's configuration folder was edited by hand") \
	EVENT_ROW(FINDING, "finding", WARNING, "8bcb94b6fbd64a2ca636589f1244c7ab", \
	          "a problem that the agent cannot correct") \
	EVENT_ROW(FINDING_GONE, "finding-gone", NOTICE, "dde81af5b93f439680e8e7472a807ce0", \
	          "a finding is gone") \
	EVENT_ROW(PAUSED, "paused", WARNING, "950a783ec37f42b88a8423724276083d", \
	          "corrections are paused") \
	EVENT_ROW(RESUMED, "resumed", NOTICE, "755a9e28c792476584d569cd178484d4", \
	          "corrections are made again") \
	EVENT_ROW(STATE_TROUBLE, "state-trouble", ERR, "d984b1b699f645e69f358a016437306b", \
	          "the agent's own files cannot be read or written") \
	EVENT_ROW(STATE_MENDED, "state-mended", NOTICE, "f308ae1268b342ebaab4fd3c416e1384", \
	          "the agent's own files can be read and written again") \
	EVENT_ROW(FENCE_CLOSED, "fence-closed", CRIT, "b14f9fae14ea49a782f466ba82cef35b", \
	          "a database that is older than it was is closed to clients") \
	EVENT_ROW(FENCE_OPENED, "fence-opened", NOTICE, "7e2fc99b55ad408dad44178c2beb8f79", \
	          "the database that was here is back, and open again") \
	EVENT_ROW(FENCE_UNKNOWN, "fence-unknown", ERR, "a598a19af11647578abe89cc7d071f05", \
	          "the agent cannot tell whether a database is the one that was here") \
	EVENT_ROW(RELAY_APART, "relay-apart", NOTICE, "7dc2179cbeb047feb07f0ac9853bd4ea", \
	          "a node that alone connects others waits until it has what its peers have") \
	EVENT_ROW(NODE_SILENT, "node-silent", WARNING, "303be46b01fc4c648c4ad6d420ce61fb", \
	          "a node wrote no heartbeat for three intervals") \
	EVENT_ROW(NODE_HEARD, "node-heard", NOTICE, "d97cda7311f74993b6696b7f6666d933", \
	          "a node that was silent is heard again")
/* clang-format on */

#endif
