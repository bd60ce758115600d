/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_RELAY_SCENE_H
#define SYNCWARD_TESTS_RELAY_SCENE_H

/* Node 1 as a relay, or not, and what its peers have. */
#include "tests/unit/plan_scene.h"

#define NOW 1795861000 /* 2026-11-28T10:16:40Z */

#define DATABASES                                   \
	"], \"databases\": [{\"suffix\": \"" SUFFIX \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}"
#define PEER(id, reads) "{\"id\": " #id ", \"uri\": \"ldap://peer" #id "\", \"reads\": [" reads "]}"
#define ONE(reads) \
	"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\", \"reads\": [" reads "]}, "

/* Node 1 is the middle. */
#define MIDDLE ONE("2, 3") PEER(2, "1") ", " PEER(3, "1")
/* On one side two peers that read each other. */
#define FORK ONE("2, 3, 4") PEER(2, "1") ", " PEER(3, "1, 4") ", " PEER(4, "1, 3")
/* Everybody reads everybody. */
#define MESH ONE("2, 3") PEER(2, "1, 3") ", " PEER(3, "1, 2")

static const char *far_csns[] = {CSN, "20261122101501.000000Z#000000#003#000000"};
static FenceRecord record;

static inline void middle_make(Scene *scene, const char *peers, const char *read, unsigned n_read)
{
	Content *copies = pool_alloc(scene->pool, 3 * sizeof(*copies));

	for (unsigned i = 0; i < n_read; i++) {
		copies[i] = scene->content.peers[0];
		copies[i].peer_id = copies[i].server_id = i + 2;
	}
	scene->content.peers = copies;
	scene->content.n_peers = n_read;
	scene->text = pool_printf(scene->pool, "%s" DATABASES "%s}], \"policy\": %s}", peers,
				  scene->more, scene->policy);
	scene->facts.now_sec = NOW;
	provider_make(scene, read);
	scene->known_database.is_complete = true;
	record = (FenceRecord){.suffix = SUFFIX, .text = "", .is_apart = true};
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1, .looked_sec = 1};
}

static inline void silence(Scene *scene, size_t at)
{
	const unsigned id = scene->content.peers[at].peer_id;

	scene->content.peers[at] =
		(Content){.peer_id = id,
			  .state = CONTENT_UNREACHABLE,
			  .problem = pool_printf(scene->pool, "ldap://peer%u: no answer", id)};
}

#endif
