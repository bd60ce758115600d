/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_NAMES_H
#define SYNCWARD_STATE_NAMES_H

/* Names in the state folder and the one format version that this program writes and reads. */
#define STATE_REVISION       "revision.json"
#define STATE_DATABASES      "databases.json"
#define STATE_UNSAVED        "unsaved.json"
#define STATE_RESTARTED      "restarted.json"
#define STATE_INDEXED        "indexed.json"
#define STATE_LEFT           "left.json"
#define STATE_LINKS          "links.json"
#define STATE_HIDING         "hiding-peers.json"
#define STATE_CONSUMERS      "consumers.json"
#define STATE_MACHINE        "machine.json"
#define STATE_HEAL           "heal.json"
#define STATE_REFUSALS       "refused-binds.json"
#define STATE_INTENT         "intent.json"
#define STATE_INTENT_SPARE   "intent.spare" /* what becomes the next intent; holds nothing */
#define STATE_LAST_GOOD      "peers.json"
#define STATE_PAUSE          "pause.json"
#define STATE_ENTRIES        "entries.json"
#define STATE_CONTESTS       "contests.json"
#define STATE_CONDITIONS     "conditions.json"
#define STATE_FENCE          "fence.json"
#define STATE_LAST_SEEN      "last-seen.json"
#define STATE_SOCKET         "socket.json"
#define STATE_ROLLOUT        "rollout.json"
#define STATE_COMPARED       "compare.json"
#define STATE_SCHEMA_VERSION 1

#endif
