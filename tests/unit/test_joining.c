/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/timestamp.h"
#include "common/comparing/joining_extra.h"
#include "common/draft/diff.h"
#include "common/guard/first_change.h"
#include "common/joining/joining.h"
#include "common/joining/joining_links.h"
#include "common/joining/joining_readers.h"

#define SUFFIX      "dc=example,dc=org"
#define OLD         "20261122101500.000001Z#000000#001#000000"
#define NEW         "20261122101501.000000Z#000000#001#000000"
#define MESSAGE_MAX 300
#define OWN         "20261122101500.000000Z#000000#002#000000"

/* A node with id 2 and one peer with id 1, both with the same suffix entry, refreshing from it. */
typedef struct Scene {
	Pool *pool;
	Peer peers[3];
	Desired desired;
	DesiredDatabase desired_database;
	WantedConsumer consumer;
	WantedDatabase database;
	Wanted wanted;
	LiveConsumer live_consumer;
	LiveDatabase live;
	const char *here_csns[2], *peer_csns[2];
	Content peer;
	DatabaseFacts database_facts;
	Facts facts;
	KnownDatabase known_database;
	Known known;
	Live server; /* that tells no listeners */
	PlanInput input;
	Plan plan;
	Diff diff;
} Scene;

static Content content(unsigned peer_id, const char **csns, size_t n_csns)
{
	return (Content){
		.peer_id = peer_id,
		.state = CONTENT_READ,
		.entry.exists = true,
		.server_id = (int)peer_id,
		.entry.uuid = "00000000-0000-0000-0000-000000000001",
		.context_csns = csns,
		.n_context_csns = n_csns,
	};
}

static int scene_make(void **state)
{
	static const Entry entry = {.dn = "olcDatabase={1}mdb,cn=config"};
	static Scene scene;

	scene = (Scene){.pool = pool_new()};
	scene.peers[0] = (Peer){.id = 1, .uri = "ldap://one"};
	scene.peers[1] = (Peer){.id = 2, .uri = "ldap://two"};
	scene.peers[2] = (Peer){.id = 3, .uri = "ldap://three"};
	scene.desired = (Desired){.peers = scene.peers, .n_peers = 3};
	scene.desired_database = (DesiredDatabase){.suffix = SUFFIX};
	scene.consumer = (WantedConsumer){.peer = &scene.peers[0]};
	scene.database = (WantedDatabase){
		.desired = &scene.desired_database, .consumers = &scene.consumer, .n_consumers = 1};
	scene.wanted = (Wanted){.desired = &scene.desired, .self = &scene.peers[1]};
	scene.live = (LiveDatabase){
		.entry = &entry, .consumers = &scene.live_consumer, .n_consumers = 1};
	scene.here_csns[0] = scene.peer_csns[0] = OLD;
	scene.peer = content(1, scene.peer_csns, 1);
	scene.database_facts = (DatabaseFacts){.suffix = SUFFIX,
					       .here = content(0, scene.here_csns, 1),
					       .peers = &scene.peer,
					       .n_peers = 1,
					       .extra = {.was_asked = true, .peer_id = 1}};
	scene.facts = (Facts){.databases = &scene.database_facts, .n_databases = 1};
	scene.known_database = (KnownDatabase){.suffix = SUFFIX};
	scene.input = (PlanInput){.desired = &scene.desired,
				  .live = &scene.server,
				  .wanted = &scene.wanted,
				  .facts = &scene.facts,
				  .known = &scene.known};
	scene.diff = (Diff){.pool = scene.pool, .in = &scene.input, .plan = &scene.plan};
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	Scene *scene = *state;

	pool_free(scene->pool);
	return 0;
}

/* The guard that holds; -1: none. Names are short here: in a message each counts as a word. */
static int judge(Scene *scene)
{
	const Hold *hold;

	scene->diff.n_joining = 0; /* a pass asks once */
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	if (hold && strlen(hold->text) > MESSAGE_MAX)
		fail_msg("%zu characters: %s", strlen(hold->text), hold->text);
	return hold ? (int)hold->guard : -1;
}

static void a_node_that_has_everything_may_go_on(void **state)
{
	assert_int_equal(judge(*state), -1);
}

/* Nothing that somebody does by hand completes what is remembered as incomplete. */
static void a_flag_that_somebody_set_ends_no_first_refresh(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->peer_csns[0] = NEW;
	scene->live.is_multi_provider = true;
	assert_int_equal(judge(scene), -1);
	scene->known_database.is_joining = true;
	scene->known.databases = &scene->known_database;
	scene->known.n_databases = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "somebody set the multi-provider flag"));
	assert_int_equal(scene->plan.copies.n_complete, 0);
	scene->here_csns[0] = NEW;
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 1);
}

static void an_incomplete_refresh_waits(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void a_refresh_without_any_csn_here_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void an_empty_database_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here = (Content){.state = CONTENT_READ};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void what_was_not_asked_yet_is_needed_and_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here = (Content){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].peers);
}

/* Also without consumers and without memory: somebody may have taken both away. */
static void data_that_lacks_what_a_peer_shows_waits_without_consumers_too(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	assert_int_equal(judge(scene), -1);
	scene->peer_csns[0] = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void a_peer_without_context_csn_proves_nothing(void **state)
{
	Scene *scene = *state;

	scene->peer.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static void what_a_reachable_peer_has_cannot_be_released(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void an_established_database_waits_for_no_silent_peer(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->here_csns[0] = OWN;
	scene->peer.n_context_csns = 0;
	assert_int_equal(judge(scene), -1);
}

/* Opened at once an old copy brings back, everywhere, what was deleted since it was made. */
static void a_copy_of_what_others_wrote_waits_for_one_of_them(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "refused"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.nobody_listens = true;
	scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), -1);
	scene->database_facts.here.entry.csn = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.state = CONTENT_DENIED; /* as an empty one says, too */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

/* A restored node and the first one of a cluster look the same when nobody can be asked. */
static void own_data_waits_for_peers_that_may_have_more(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->live.n_consumers = 0;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "no route"};
	scene->here_csns[0] = "20261122101500.000001Z#000000#000#000000";
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text, "ldap://one: no route"));
	scene->database_facts.here.n_context_csns = 0; /* loaded without */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.nobody_listens = true;
	assert_int_equal(judge(scene), -1);
	scene->peer.nobody_listens = false;
	scene->peer.state = CONTENT_DENIED; /* an empty one says so, too */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.is_unbegun = true;
	assert_int_equal(judge(scene), -1);
	scene->live.root_dn = scene->consumer.syncrepl.value[SYNCREPL_BINDDN] = "cn=root,o=x";
	assert_int_equal(judge(scene), GUARD_JOINING); /* an empty one would not refuse it */
	scene->live.root_dn = NULL;
	scene->peer.is_unbegun = false;
	scene->peer.state = CONTENT_UNREACHABLE;
	scene->input.options.consent.is_first_node = true; /* said of an empty node */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options = (PlanOptions){.consent.released = GUARD_BIT(GUARD_JOINING)};
	assert_int_equal(judge(scene), -1);
}

#define MANY 40

/* Many peers that do not answer. */
static void many_make(Scene *scene)
{
	static Peer peers[MANY + 2];
	static Content copies[MANY];

	peers[0] = scene->peers[0];
	peers[1] = scene->peers[1];
	for (unsigned i = 0; i < MANY; i++) {
		peers[i + 2] =
			(Peer){.id = i + 3, .uri = pool_printf(scene->pool, "ldap://p%u", i + 3)};
		copies[i] = (Content){
			.peer_id = i + 3, .state = CONTENT_UNREACHABLE, .problem = "silent"};
	}
	scene->desired = (Desired){.peers = peers, .n_peers = MANY + 2};
	scene->database_facts.peers = copies;
	scene->database_facts.n_peers = MANY;
}

static const char *text_of(Scene *scene)
{
	assert_int_equal(judge(scene), GUARD_JOINING); /* and no message is too long */
	return joining_judge(&scene->diff, &scene->database, &scene->live)->text;
}

static void of_many_that_may_have_more_the_first_are_named(void **state)
{
	Scene *scene = *state;

	many_make(scene);
	scene->live.n_consumers = 0;
	scene->here_csns[0] = "20261122101500.000001Z#000000#000#000000";
	assert_non_null(strstr(text_of(scene), "ldap://p4: silent; and 38 more."));
}

static void of_many_that_prove_nothing_the_first_are_named(void **state)
{
	Scene *scene = *state;

	many_make(scene);
	assert_non_null(strstr(text_of(scene), "ldap://p4: silent; and 38 more;"));
}

static void of_many_changes_that_are_missing_the_first_are_named(void **state)
{
	Scene *scene = *state;
	SeenChange seen[MANY];

	for (unsigned i = 0; i < MANY; i++)
		seen[i] = (SeenChange){pool_printf(scene->pool,
						   "20261122101500.000001Z#000000#%03x#000000",
						   i + 3),
				       i + 3};
	many_make(scene);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->known_database.is_joining = true;
	scene->known_database.seen = (SeenChanges){seen, MANY};
	assert_non_null(strstr(text_of(scene), "at ldap://p3), and 39 more; until"));
}

/* At a restart while nobody can be reached. */
static void who_was_complete_waits_for_nobody(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "no route"};
	scene->here_csns[0] = OWN;
	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), -1);
	scene->known = (Known){0};
	scene->live.is_multi_provider = true;
	assert_int_equal(judge(scene), -1);
}

static void two_copies_seeded_by_hand_want_a_person(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer.n_context_csns = scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.is_first_node = true;
	assert_int_equal(judge(scene), -1);
}

/* What a peer that was loaded from here shows came from here. Behind a link the overlay would make
 * no contextCSN. */
static void an_original_that_was_compared_reads_nothing_first(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->database_facts.here.n_context_csns = 0;
	scene->peer_csns[0] = OWN;
	scene->peer.server_id = 0;
	assert_int_equal(judge(scene), GUARD_CONTENT);
	scene->input.options.consent.released = GUARD_BIT(GUARD_CONTENT);
	scene->plan.copies.n_complete = 0;
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 1);
	/* What the peer wrote itself never was here. */
	scene->peer_csns[0] = OLD;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer_csns[0] = OWN;
	scene->peer.server_id = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.server_id = 0;
	scene->live.n_consumers = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void another_suffix_entry_is_g10_also_when_it_shows_no_csn(void **state)
{
	Scene *scene = *state;

	scene->peer.entry.uuid = "00000000-0000-0000-0000-000000000002";
	scene->peer.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

#define STRANGER "00000000-0000-0000-0000-000000000002"

/* A provider that lacked nothing of its peer, which now holds another database. */
static void stranger_make(Scene *scene)
{
	static const Entry overlay;

	scene->live.syncprov = &overlay;
	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->peer.entry.uuid = STRANGER;
}

static const Hold *judged(Scene *scene)
{
	assert_int_equal(judge(scene), GUARD_CONTENT);
	return joining_judge(&scene->diff, &scene->database, &scene->live);
}

/* The original of before any overlay may have more than its copy; a copy that was put in the place
 * of what had a contextCSN is no original. */
static void what_had_a_context_csn_is_no_original(void **state)
{
	static const char *csns[] = {OWN};
	Scene *scene = *state;
	LastSeen noted = {.suffix = SUFFIX, .csns = csns, .n_csns = 1};

	scene->live.n_consumers = 0;
	scene->peer_csns[0] = OWN;
	scene->database_facts.here.n_context_csns = 0;
	assert_non_null(strstr(judged(scene)->text, "perhaps newer ones: see `syncward compare`"));
	scene->known.seen = (LastSeenAll){.items = &noted, .n_items = 1};
	assert_non_null(strstr(judged(scene)->text, "not the cluster's database"));
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_non_null(strstr(judged(scene)->text, "perhaps newer ones"));
	scene->known_database.filled = "20261122200000Z digest /a folder";
	assert_non_null(strstr(judged(scene)->text, "not the cluster's database"));
}

static void a_node_that_had_everything_is_not_told_to_empty_itself(void **state)
{
	Scene *scene = *state;

	stranger_make(scene);
	assert_null(strstr(judged(scene)->text, "empty it"));
	assert_non_null(strstr(judged(scene)->release, "database of peer 1, ldap://one"));
	assert_null(strstr(judged(scene)->release, "--release"));
	/* Also when it was remembered, as long as the stranger is there. */
	scene->known_database.suspect = "as found before";
	assert_non_null(strstr(judged(scene)->release, "database of peer 1, ldap://one"));
	scene->peer.state = CONTENT_UNREACHABLE;
	assert_string_equal(judged(scene)->text, "as found before");
	assert_non_null(strstr(judged(scene)->release, "--release G10"));
}

static void a_node_that_never_had_everything_may_be_the_stranger(void **state)
{
	Scene *scene = *state;

	stranger_make(scene);
	scene->known_database.is_complete = false;
	assert_non_null(strstr(judged(scene)->text, "empty it"));
	/* That loses what only this node has. */
	assert_non_null(strstr(judged(scene)->text, "Save what only it has (`syncward compare`)"));
	stranger_make(scene);
	scene->known_database.is_joining = true;
	assert_non_null(strstr(judged(scene)->text, "empty it"));
}

static void a_node_to_which_all_peers_are_strangers_may_be_the_one(void **state)
{
	Scene *scene = *state;
	Content peers[2];

	stranger_make(scene);
	peers[0] = peers[1] = scene->peer;
	peers[1].peer_id = 3;
	scene->database_facts.peers = peers;
	scene->database_facts.n_peers = 2;
	assert_non_null(strstr(judged(scene)->text, "empty it"));
}

/* It was read from peer 1, which has the same therefore; peer 3 has another one. */
static void a_new_copy_is_no_witness_for_the_peer_that_it_came_from(void **state)
{
	static const Entry overlay;
	Scene *scene = *state;
	Content peers[3];

	peers[0] = peers[1] = peers[2] = scene->peer;
	peers[1].peer_id = 3;
	peers[1].entry.uuid = STRANGER;
	scene->database_facts.peers = peers;
	scene->database_facts.n_peers = 2;
	assert_non_null(strstr(judged(scene)->text, "If that is the cluster's, empty the "
						    "database of peer 1, ldap://one"));
	assert_non_null(strstr(judged(scene)->release, "database of peer 3, ldap://three"));
	assert_true(judged(scene)->says_nothing);
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->live.syncprov = &overlay;
	assert_non_null(strstr(judged(scene)->text, "copy of ldap://one's"));
	/* More have what is here, or it is no new one. */
	scene->database_facts.n_peers = 3;
	assert_int_equal(judge(scene), -1);
	scene->database_facts.n_peers = 2;
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_complete = true};
	assert_int_equal(judge(scene), -1);
	scene->known_database.is_joining = true;
	scene->peers[1].role = PEER_CONSUMER;
	assert_int_equal(judge(scene), -1);
}

static void a_hidden_entry_uuid_is_not_the_same(void **state)
{
	Scene *scene = *state;

	scene->peer.entry.uuid = NULL;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void a_provider_that_is_met_is_taken_as_it_is_but_not_what_an_old_memory_says(void **state)
{
	Scene *scene = *state;
	const WantedConsumer *of_live[] = {&scene->consumer};

	scene->live.is_multi_provider = true;
	joining_hold_links(&scene->diff, &scene->database, &scene->live, of_live);
	assert_int_equal(scene->plan.copies.n_complete, 1);
	scene->plan.copies.n_complete = 0;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	joining_hold_links(&scene->diff, &scene->database, &scene->live, of_live);
	assert_int_equal(scene->plan.copies.n_complete, 0);
}

/* --- --first-node --- */

static int judge_first_node(Scene *scene)
{
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	scene->input.options.consent.is_first_node = true;
	return judge(scene);
}

static void the_first_node_is_believed_where_nobody_listens(void **state)
{
	Scene *scene = *state;

	scene->peer = (Content){
		.peer_id = 1, .state = CONTENT_UNREACHABLE, .nobody_listens = true, .problem = "x"};
	assert_int_equal(judge_first_node(scene), -1);
}

static void the_first_node_is_not_believed_beside_a_peer_that_cannot_be_seen(void **state)
{
	static const unsigned looked[] = {1};
	Scene *scene = *state;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_DENIED, .problem = "49"};
	assert_int_equal(judge_first_node(scene), GUARD_JOINING);
	assert_non_null(scene->diff.not_first);
	assert_string_equal(scene->diff.not_first->release,
			    "syncward apply --first-node --empty 1");
	scene->input.options.consent.empty_ids = looked;
	scene->input.options.consent.n_empty_ids = 1;
	assert_int_equal(judge_first_node(scene), -1);
}

static void data_at_a_peer_is_never_overridden(void **state)
{
	static const unsigned looked[] = {1};
	Scene *scene = *state;

	scene->input.options.consent.empty_ids = looked;
	scene->input.options.consent.n_empty_ids = 1;
	assert_int_equal(judge_first_node(scene), GUARD_JOINING);
}

/* --- whom it reads --- */

typedef struct Links {
	WantedConsumer consumers[2];
	Content peers[2];
	LiveDatabase live;
	Change changes[2];
	const WantedConsumer *of_live[1];
} Links;

/* Peers 1 and 3 hold data, and olcSyncrepl shall name both. */
static Links *links_make(Scene *scene)
{
	static Links links;

	links = (Links){0};
	links.peers[0] = content(1, scene->peer_csns, 1);
	links.peers[1] = content(3, scene->peer_csns, 1);
	links.consumers[0] = (WantedConsumer){.peer = &scene->peers[0]};
	links.consumers[1] = (WantedConsumer){.peer = &scene->peers[2]};
	for (int i = 0; i < 2; i++)
		links.changes[i] = (Change){.kind = CHANGE_CONSUMER_ADD,
					    .suffix = SUFFIX,
					    .subject = links.consumers[i].peer->uri,
					    .consumer.wanted = &links.consumers[i]};
	scene->database.consumers = links.consumers;
	scene->database.n_consumers = 2;
	scene->database_facts.peers = links.peers;
	scene->database_facts.n_peers = 2;
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	scene->live.n_consumers = 0;
	scene->plan = (Plan){.changes = links.changes, .n_changes = 2};
	return &links;
}

static void hold_links(Scene *scene, Links *links)
{
	joining_hold_links(&scene->diff, &scene->database, &scene->live, links->of_live);
}

static void an_empty_node_reads_one_peer_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
}

/* slapd reads a provider that peers.json does not name. */
static void other_source_make(Scene *scene)
{
	static Value value = {.bytes = SUFFIX, .len = sizeof(SUFFIX) - 1};
	static const Attribute suffixes = {.name = "olcSuffix", .values = &value, .n_values = 1};

	scene->live.suffixes = &suffixes;
	scene->live_consumer = (LiveConsumer){.parses = true, .rid = 9, .provider = "ldap://four"};
	scene->live_consumer.syncrepl.value[SYNCREPL_PROVIDER] = "ldap://four";
	scene->live_consumer.syncrepl.value[SYNCREPL_RETRY] = "5 5 60 +";
	scene->live.n_consumers = 1;
}

static void an_empty_node_reads_no_peer_beside_a_provider_that_stays(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	other_source_make(scene);
	hold_links(scene, links);
	assert_true(links->changes[0].is_held && links->changes[1].is_held);
	assert_non_null(strstr(links->changes[0].hold.text, "still reads ldap://four"));
	assert_string_equal(links->changes[0].hold.release, "syncward apply --release joining");
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
}

/* It may have been written a moment ago. */
static void a_provider_without_a_connection_for_long_keeps_no_peer_away(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	other_source_make(scene);
	scene->server.runs.is_known = true;
	scene->facts.now_sec = 1000;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_int_equal(scene->plan.copies.n_source_gone, 1);
	scene->known_database.source_gone_sec = 940; /* and a second for its connection */
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	links->changes[0].is_held = links->changes[1].is_held = false;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	scene->known_database.source_gone_sec = 939;
	links->changes[0].is_held = links->changes[1].is_held = false;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
}

/* What is held with a removal is held elsewhere. */
static void a_provider_that_is_removed_keeps_no_peer_away(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	other_source_make(scene);
	links->changes[1].kind = CHANGE_CONSUMER_REMOVE;
	links->changes[1].consumer.live = &scene->live_consumer;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
}

/* Its refresh is through; what a peer would send anew is waited for still. */
static void what_came_from_a_provider_that_stays_lets_the_first_peer_follow(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *older[] = {"20261122101400.000000Z#000000#001#000000"};

	other_source_make(scene);
	scene->database_facts.here = content(0, older, 1);
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	scene->peer_csns[1] = "20261122101500.000000Z#000000#003#000000";
	links->peers[0].n_context_csns = 2;
	scene->diff.n_joining = 0;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_non_null(strstr(links->changes[0].hold.text, "has changes of server ID 3"));
}

static void behind_a_flag_that_somebody_set_it_still_reads_one_peer_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.is_multi_provider = true;
	scene->known_database.is_joining = true;
	scene->known.databases = &scene->known_database;
	scene->known.n_databases = 1;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
}

static void a_peer_in_its_own_refresh_is_not_read_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	links->peers[0].n_context_csns = 0;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_false(links->changes[1].is_held);
}

static void nobody_is_read_before_somebody_is_complete(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	links->peers[0].n_context_csns = links->peers[1].n_context_csns = 0;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held && links->changes[1].is_held);
}

static void the_others_are_read_when_everything_of_the_first_is_here(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {NEW};

	scene->live.n_consumers = 1;
	links->of_live[0] = &links->consumers[0];
	links->changes[0].kind = CHANGE_CHECKPOINT;
	links->peers[1].context_csns = more;
	scene->database_facts.here = content(0, scene->here_csns, 1);
	scene->database_facts.extra.n_entries = 1;
	hold_links(scene, links);
	assert_true(links->changes[1].is_held);
	scene->database_facts.extra.n_entries = 0;
	links->changes[1].is_held = false;
	scene->diff.n_joining = 0;
	hold_links(scene, links);
	assert_false(links->changes[1].is_held);
	links->peers[0].context_csns = more;
	hold_links(scene, links);
	assert_true(links->changes[1].is_held);
}

static void a_second_peer_that_has_more_is_waited_for(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {NEW};

	scene->database_facts.here = content(0, scene->here_csns, 1);
	assert_int_equal(judge(scene), -1);
	links->peers[1].context_csns = more;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void no_link_is_made_to_a_stranger(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.is_multi_provider = true;
	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[1].entry.uuid = "00000000-0000-0000-0000-000000000002";
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
	assert_int_equal(links->changes[1].hold.guard, GUARD_CONTENT);
	assert_string_equal(links->changes[1].hold.peer, "ldap://three");
	assert_null(strstr(links->changes[1].hold.text, "empty it"));
	assert_non_null(strstr(links->changes[1].hold.release, "database of peer 3, ldap://three"));
}

static void a_link_that_was_there_comes_back_unasked(void **state)
{
	unsigned linked[] = {1, 3};
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.is_multi_provider = true;
	scene->database_facts.here = (Content){0};
	scene->known_database.linked.items = linked;
	scene->known_database.linked.n_items = 1;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	hold_links(scene, links);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(links->changes[1].is_held);
	links = links_make(scene);
	scene->database_facts.here = (Content){0};
	scene->known_database.linked.n_items = 2;
	hold_links(scene, links);
	assert_int_equal(scene->plan.unknown.n_contents, 0);
	assert_false(links->changes[0].is_held || links->changes[1].is_held);
}

static void newer_changes_of_our_own_id_elsewhere_are_g10(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[1] = OWN;
	scene->peer.n_context_csns = 2;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void a_refresh_from_empty_is_behind_and_no_g10(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[1] = OWN;
	scene->peer.n_context_csns = 2;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void our_own_id_on_another_suffix_entry_is_g10(void **state)
{
	Scene *scene = *state;

	scene->here_csns[1] = scene->peer_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = scene->peer.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
	scene->peer.entry.uuid = "00000000-0000-0000-0000-000000000002";
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void g10_stays_until_it_is_released(void **state)
{
	Scene *scene = *state;

	scene->known_database.suspect = "as found before";
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_CONTENT);
	scene->input.options.consent.released = GUARD_BIT(GUARD_CONTENT);
	assert_int_equal(judge(scene), -1);
}

static void without_a_peer_only_a_database_that_was_in_step_goes_on(void **state)
{
	Scene *scene = *state;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "refused"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	/* 0.1.0 remembered that too easily. */
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->known_database.is_complete = true;
	assert_int_equal(judge(scene), -1);
}

/* --- what was seen at peers that are gone --- */

/* The peer showed two changes while this node joined: one of its own, one of ours. */
static void remember_seen(Scene *scene)
{
	static SeenChange seen[2];
	static unsigned met[] = {1};

	seen[0] = (SeenChange){.csn = OLD, .peer_id = 1};
	seen[1] = (SeenChange){.csn = OWN, .peer_id = 1};
	scene->known_database.is_joining = true;
	scene->known_database.seen = (SeenChanges){.items = seen, .n_items = 2};
	scene->known_database.met = (PeerIds){.items = met, .n_items = 1};
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
}

static void own_changes_at_a_peer_that_is_gone_are_waited_for(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const Hold *hold;

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[0] = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	remember_seen(scene);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text, "2 (until 2026-11-22T10:15:00Z, at ldap://one)"));
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
}

static void a_release_says_what_is_missing(void **state)
{
	Scene *scene = *state;
	const char *older[] = {"20261122101400.000000Z#000000#001#000000"};
	const Hold *hold;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	scene->database_facts.here = content(0, older, 1);
	remember_seen(scene);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "not here: changes of server ID 1 (until"));
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.n_findings, 1);
	assert_string_equal(scene->plan.findings[0].code, "joining-released");
	assert_non_null(strstr(scene->plan.findings[0].text, "2 (until 2026-11-22T10:15:00Z"));
}

static void a_release_of_what_is_all_here_says_nothing(void **state)
{
	Scene *scene = *state;

	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	remember_seen(scene);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.n_findings, 0);
}

/* Where slapd does not tell whether it is connected, one failed look is not enough to begin anew.
 */
static void another_is_read_when_the_first_is_gone_for_long(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.n_consumers = 1;
	scene->live_consumer.syncrepl.value[SYNCREPL_PROVIDER] = "ldap://one";
	links->of_live[0] = &links->consumers[0];
	scene->plan.n_changes = 1;
	links->changes[0] = links->changes[1];
	links->peers[0] = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	scene->facts.now_sec = 1000;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_int_equal(scene->plan.copies.n_source_gone, 1);
	scene->known_database.source_gone_sec = 945;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	scene->facts.now_sec = 1010;
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_int_equal(links->changes[0].kind, CHANGE_CONSUMER_EDIT);
}

/* Who joins as well cannot be read: it takes no provider's place, and gives its own to one. */
static void who_joins_as_well_is_no_source(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.n_consumers = 1;
	scene->live_consumer.syncrepl.value[SYNCREPL_PROVIDER] = "ldap://one";
	links->of_live[0] = &links->consumers[0];
	scene->plan.n_changes = 1;
	links->changes[0] = links->changes[1];
	links->peers[0] = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	links->peers[1].server_id = 0;
	scene->facts.now_sec = 1000;
	scene->known_database.source_gone_sec = 1;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_int_equal(scene->plan.copies.n_source_gone, 0);
	links->peers[0] = content(1, scene->peer_csns, 1);
	links->peers[0].server_id = 0;
	links->peers[1].server_id = 3;
	scene->peer_csns[0] = NEW;
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_int_equal(links->changes[0].kind, CHANGE_CONSUMER_EDIT);
	assert_non_null(strstr(links->changes[0].why, "ldap://one, which it reads first, is no"));
}

/* Of two that join the one that has more cannot be read: a person may end that, but not what a
 * provider has. */
static void what_only_one_that_joins_has_may_be_released(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->peer_csns[0] = NEW;
	scene->peer.server_id = 0;
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text,
			       "ldap://one has changes that are not here, and nobody can "
			       "read it until it is a provider"));
	assert_string_equal(hold->release, "syncward apply --release joining");
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	scene->peer.server_id = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

/* --- before clients may write --- */

static int judge_flag(Scene *scene)
{
	const Hold *hold = joining_judge_flag(&scene->diff, &scene->database, &scene->live);

	return hold ? (int)hold->guard : -1;
}

/* It reads, has everything, and its overlay is there for 100 seconds; the peer is a provider. */
static void overlay_make(Scene *scene)
{
	static Value added = {.bytes = "20261122101500Z", .len = 15};
	static Attribute attribute = {.name = "createTimestamp", .values = &added, .n_values = 1};
	static Entry overlay = {
		.dn = "olcOverlay=syncprov", .attributes = &attribute, .n_attributes = 1};

	scene->live.syncprov = &overlay;
	scene->desired_database.syncprov.is_managed = true;
	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->consumer.syncrepl.value[SYNCREPL_RETRY] = "5 5 60 +";
	scene->peer.server_id = 1;
	scene->facts.now_sec = timestamp_parse("2026-11-22T10:15:00Z") + 50;
	scene->database_facts.readers.was_asked = true;
}

static void clients_write_when_the_peers_read_from_here(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database_facts.readers.n_sessions = 1;
	assert_int_equal(judge_flag(scene), -1);
	scene->database_facts.readers.was_asked = false;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	assert_true(scene->plan.unknown.contents[0].readers);
}

static bool first_is_read(Scene *scene)
{
	DatabasePlan database = {
		.wanted = &scene->database, .live = &scene->live, .suffix = SUFFIX};

	scene->plan.databases = &database;
	scene->plan.n_databases = 1;
	scene->wanted.databases = &scene->database;
	scene->wanted.n_databases = 1;
	first_changes_judge(&scene->diff);
	scene->wanted.n_databases = scene->plan.n_databases = 0;
	return database.first_is_read;
}

/* Clients may write here already, and nobody did. */
static void a_heartbeat_comes_first_only_when_the_peers_read_from_here(void **state)
{
	static const char *own[] = {OLD, OWN};
	Scene *scene = *state;

	overlay_make(scene);
	scene->live.is_multi_provider = true;
	scene->database_facts.readers.n_sessions = 1;
	assert_false(first_is_read(scene));
	scene->desired_database.heartbeat.container = "ou=beats," SUFFIX;
	scene->database_facts.readers.was_asked = false;
	assert_false(first_is_read(scene));
	assert_true(scene->plan.unknown.contents[0].readers &&
		    scene->plan.unknown.contents[0].peers);
	scene->database_facts.readers.was_asked = true;
	assert_true(first_is_read(scene));
	scene->database_facts.readers.n_sessions = 0;
	assert_false(first_is_read(scene));
	/* It is not asked for what is not the first. */
	scene->plan.unknown.n_contents = 0;
	scene->database_facts.readers.n_sessions = 1;
	scene->database_facts.here.context_csns = own;
	scene->database_facts.here.n_context_csns = 2;
	assert_false(first_is_read(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 0);
}

/* A third one, beside the peer that answers; the arrays have room for two. */
static void third_add(Scene *scene, Content third, WantedConsumer *consumers, Content *peers)
{
	consumers[0] = consumers[1] = scene->consumer;
	consumers[1].peer = &scene->peers[2];
	peers[0] = scene->peer;
	peers[1] = third;
	scene->database.consumers = consumers;
	scene->database.n_consumers = 2;
	scene->database_facts.peers = peers;
	scene->database_facts.n_peers = 2;
}

/* Made anew under a server ID that wrote, it has what peer 1 has; nothing is known of peer 3. */
static void beside_unasked(Scene *scene, WantedConsumer *consumers, Content *peers)
{
	static const char *csns[] = {OLD, OWN, "20261122101500.000001Z#000000#003#000000"};

	scene->database_facts.here = content(0, csns, 3);
	scene->peer.context_csns = csns;
	scene->peer.n_context_csns = 3;
	third_add(scene,
		  (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "no answer"},
		  consumers, peers);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->known_database.is_joining = true;
}

static void who_was_never_asked_and_may_have_our_last_changes_is_waited_for(void **state)
{
	unsigned met[] = {3};
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	assert_int_equal(judge(scene), GUARD_JOINING);
	/* A provider that never wrote has them as well, and one that is stopped. */
	scene->database_facts.here.n_context_csns = 2;
	peers[0].n_context_csns = 2;
	peers[1].nobody_listens = true;
	assert_int_equal(judge(scene), GUARD_JOINING);
	peers[1].state = CONTENT_DENIED;
	assert_int_equal(judge(scene), GUARD_JOINING);
	peers[1].is_unbegun = true;
	assert_int_equal(judge(scene), -1);
	peers[1].is_unbegun = false;
	scene->known_database.met = (PeerIds){.items = met, .n_items = 1};
	assert_int_equal(judge(scene), -1);
}

/* Where syncward forgot that it joins it does so all the same, as it reads and takes no writes.
 * What was loaded by hand begins a cluster where no server runs yet. */
static void whether_our_last_changes_are_here_needs_no_memory(void **state)
{
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	scene->known.n_databases = 0;
	peers[1].nobody_listens = true;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->live.n_consumers = 0;
	assert_int_equal(judge(scene), -1);
	peers[1].nobody_listens = false;
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_true(joining_judge(&scene->diff, &scene->database, &scene->live)->says_nothing);
	scene->known.n_databases = 1;
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_complete = true};
	assert_int_equal(judge(scene), -1);
}

static void who_never_wrote_waits_for_nobody_who_may_have_it(void **state)
{
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	scene->database_facts.here.n_context_csns = peers[0].n_context_csns = 1;
	assert_int_equal(judge(scene), -1);
	beside_unasked(scene, consumers, peers);
	scene->peers[1].role = PEER_CONSUMER;
	assert_int_equal(judge(scene), -1);
}

static void a_release_says_who_was_not_asked(void **state)
{
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.n_findings, 1);
	assert_string_equal(scene->plan.findings[0].code, "joining-released");
	assert_non_null(strstr(scene->plan.findings[0].text, "ldap://three: no answer"));
}

/* It may delete what others would bring back to it, for those read under a new server ID. */
static void who_was_read_and_is_away_is_waited_for(void **state)
{
	Scene *scene = *state;
	KnownLink link = {.suffix = SUFFIX, .peer_id = 3, .identity = "simple"};
	WantedConsumer consumers[2];
	Content peers[2];

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = 1;
	third_add(scene,
		  (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "no answer"},
		  consumers, peers);
	assert_int_equal(judge_flag(scene), -1);
	scene->known.peers.links = (KnownLinks){.items = &link, .n_items = 1};
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	peers[1].nobody_listens = true;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database_facts.readers.n_sessions = 2;
	assert_int_equal(judge_flag(scene), -1);
}

/* It shows no change that another peer does not show: that it is there is remembered all the same.
 */
static void whom_the_node_met_while_it_joined_is_waited_for(void **state)
{
	Scene *scene = *state;
	unsigned met[] = {3};
	WantedConsumer consumers[2];
	Content peers[2];

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = 1;
	third_add(scene,
		  (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "no answer"},
		  consumers, peers);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->known_database.is_joining = true;
	assert_int_equal(judge_flag(scene), -1);
	scene->known_database.met = (PeerIds){.items = met, .n_items = 1};
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	/* That it refuses our account is no word that it has nothing. */
	peers[1].state = CONTENT_DENIED;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge_flag(scene), -1);
}

/* It was never met here, and was a provider: its changes came by way of others. */
static void whose_changes_are_here_and_who_is_down_is_waited_for(void **state)
{
	static const char *csns[] = {OLD, "20261122101500.000001Z#000000#003#000000"};
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = 1;
	third_add(scene,
		  (Content){.peer_id = 3,
			    .state = CONTENT_UNREACHABLE,
			    .nobody_listens = true,
			    .problem = "no server is there"},
		  consumers, peers);
	assert_int_equal(judge_flag(scene), -1);
	scene->database_facts.here.context_csns = csns;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
}

/* Its server ID waits for something else; it is read, so its changes come here. */
static void who_is_read_and_has_no_server_id_yet_is_waited_for(void **state)
{
	Scene *scene = *state;
	RunningConsumer running = {
		.suffix = SUFFIX, .rid = 1, .provider = "ldap://one", .is_persistent = true};

	overlay_make(scene);
	scene->consumer.rid = 1;
	scene->consumer.provider = "ldap://one";
	scene->peer.server_id = 0;
	scene->server.runs.consumers = &running;
	scene->server.runs.n_consumers = 1;
	assert_int_equal(judge_flag(scene), -1);
	running.is_connected = true;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database_facts.readers.n_sessions = 1;
	assert_int_equal(judge_flag(scene), -1);
}

static void a_person_may_let_clients_write_before(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge_flag(scene), -1);
}

static void nobody_waits_for_readers_where_the_server_id_is_known(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge_flag(scene), -1);
}

/* Somebody took the flag of a provider away. */
static void who_was_open_to_clients_before_is_so_again_at_once(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge_flag(scene), -1);
	scene->known_database.is_joining = true;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
}

/* Where clients may write already nothing is taken from them. */
static void who_is_open_to_clients_waits_for_no_reader(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->live.n_consumers = 0;
	assert_int_equal(judge_flag(scene), -1);
}

/* It has what this node has, and nobody knows what the one that both read got since. */
static void a_peer_that_is_no_provider_yet_proves_nothing(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const Hold *hold;

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "x"};
	assert_int_equal(judge(scene), -1);
	links->peers[0].server_id = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "ldap://one has no syncprov overlay, or no server ID"));
}

/* All came from one dump, or the only provider is gone for good: they must not wait for each other.
 */
static void those_who_all_join_open_when_everybody_told_what_it_has(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[0].server_id = links->peers[1].server_id = 0;
	assert_int_equal(judge(scene), -1);
	scene->peer_csns[0] = NEW; /* there is more */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer_csns[0] = OLD;
	links->peers[1].n_context_csns = 0; /* nobody knows what it has */
	assert_int_equal(judge(scene), GUARD_JOINING);
	links->peers[1] = (Content){.peer_id = 3, .state = CONTENT_READ}; /* or it hides that */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->live.root_dn = links->consumers[1].syncrepl.value[SYNCREPL_BINDDN] = "cn=root,o=x";
	assert_int_equal(judge(scene), -1); /* not from the rootdn */
	links->peers[1].state = CONTENT_UNREACHABLE;
	assert_int_equal(judge(scene), GUARD_JOINING);
	links->peers[1].state = CONTENT_READ;
	links->peers[1].server_id = 3; /* a provider that lost all */
	assert_int_equal(judge(scene), GUARD_JOINING);
}

/* What was seen while this one joined, and nobody has any more. */
static void those_who_all_join_wait_for_what_was_seen(void **state)
{
	static SeenChange change = {.csn = NEW, .peer_id = 1};
	Scene *scene = *state;

	scene->peer.server_id = 0;
	scene->known_database.is_joining = true;
	scene->known_database.seen = (SeenChanges){.items = &change, .n_items = 1};
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->known_database.seen.n_items = 0;
	assert_int_equal(judge(scene), -1);
}

static void readers_that_do_not_stay_are_not_waited_for(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->consumer.reads_here_sec = 60;
	assert_int_equal(judge_flag(scene), -1);
}

static void where_slapd_does_not_tell_who_reads_the_longest_retry_passes(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = -1;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->facts.now_sec += 20;
	assert_int_equal(judge_flag(scene), -1);
}

/* A second database of this server; its readers are those, or nobody knows of them. */
static void other_make(Scene *scene, const char **readers, size_t n_readers)
{
	static Value suffix = {.bytes = "o=other", .len = 7}, own = {.bytes = SUFFIX};
	static const Attribute suffixes[] = {
		{.name = "olcSuffix", .values = &own, .n_values = 1},
		{.name = "olcSuffix", .values = &suffix, .n_values = 1}};
	static DesiredDatabase desired = {.suffix = "o=other"};
	WantedDatabase *wanted = pool_alloc(scene->pool, 2 * sizeof(*wanted));
	LiveDatabase *live = pool_alloc(scene->pool, 2 * sizeof(*live));

	own.len = strlen(SUFFIX);
	live[0].suffixes = &suffixes[0];
	live[1].suffixes = &suffixes[1];
	live[1].syncprov = scene->live.syncprov;
	wanted[0] = scene->database;
	wanted[1] =
		(WantedDatabase){.desired = &desired, .readers = readers, .n_readers = n_readers};
	scene->server.databases = live;
	scene->server.n_databases = 2;
	scene->wanted.databases = wanted;
	scene->wanted.n_databases = n_readers > 0 ? 2 : 1;
}

static void who_may_read_another_database_with_the_account_is_waited_for(void **state)
{
	static const char *own[] = {"cn=r,o=x"}, *same[] = {"CN=R, o=x"}, *other[] = {"cn=q,o=x"};
	static WantedLog log = {.base = "o=Other"};
	Scene *scene = *state;

	overlay_make(scene);
	scene->database.readers = own;
	scene->database.n_readers = 1;
	scene->database_facts.readers.n_sessions = 1;
	other_make(scene, other, 1);
	assert_int_equal(judge_flag(scene), -1);
	other_make(scene, same, 1);
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->server.databases[1].syncprov = NULL;
	assert_int_equal(judge_flag(scene), -1);
	other_make(scene, NULL, 0);
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database.logs = &log; /* who reads it from there is a reader of it, too */
	scene->database.n_logs = 1;
	other_make(scene, NULL, 0);
	assert_int_equal(judge_flag(scene), -1);
	scene->database.n_logs = 0;
	other_make(scene, NULL, 0);
	scene->facts.now_sec += 20;
	assert_int_equal(judge_flag(scene), -1);
	scene->database_facts.readers.n_sessions = 0;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
}

static void who_knows_most_server_ids_is_read_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {OLD, OWN};

	links->peers[1].context_csns = more;
	links->peers[1].n_context_csns = 2;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_false(links->changes[1].is_held);
}

/* slapd sends everything to whom a server ID is missing. */
static void a_peer_with_an_unknown_server_id_is_read_when_it_is_known(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {OLD, OWN};

	scene->live.n_consumers = 1;
	links->of_live[0] = &links->consumers[0];
	links->changes[0].kind = CHANGE_CHECKPOINT;
	links->peers[1].context_csns = more;
	links->peers[1].n_context_csns = 2;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->database_facts.here = content(0, scene->here_csns, 1);
	hold_links(scene, links);
	assert_true(links->changes[1].is_held);
	assert_string_equal(links->changes[1].hold.peer, "ldap://three");
	links->changes[1].is_held = false;
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	hold_links(scene, links);
	assert_false(links->changes[1].is_held);
}

static void a_node_without_peers_joins_nothing(void **state)
{
	Scene *scene = *state;

	scene->database.n_consumers = 0;
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	assert_int_equal(judge(scene), -1);
}

/* G1 and G5 hold the flag themselves; only a database that is joining waits for both. */
static void what_waits_for_the_server_id_does_not_wait_for_a_refresh(void **state)
{
	Scene *scene = *state;
	Change change = {.kind = CHANGE_SERVER_ID, .is_held = true};

	scene->peer_csns[0] = NEW;
	scene->plan = (Plan){.changes = &change, .n_changes = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->diff.server_id_is_wrong = true;
	assert_int_equal(judge(scene), -1);
	change.is_held = false;
	assert_int_equal(judge(scene), GUARD_JOINING);
	change.is_held = true;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

/* It is a provider, and was older than it had been when slapd started. */
static void fence(Scene *scene)
{
	static FenceRecord record = {.suffix = SUFFIX, .verdict = FENCE_OLDER, .is_closed = true};

	scene->live.is_multi_provider = true;
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1, .looked_sec = 1};
}

static void a_provider_that_the_fence_closed_waits_for_what_its_peers_have(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	scene->live.is_multi_provider = true;
	assert_int_equal(judge(scene), -1);
	fence(scene);
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->here_csns[0] = NEW;
	assert_int_equal(judge(scene), -1);
}

static void nobody_s_word_opens_what_the_fence_closed(void **state)
{
	Scene *scene = *state;

	fence(scene);
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_complete = true};
	scene->known.databases = &scene->known_database;
	scene->known.n_databases = 1;
	scene->peer.state = CONTENT_UNREACHABLE;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static void changes_of_its_own_that_only_peers_have_come_back_to_a_fenced_one(void **state)
{
	Scene *scene = *state;

	fence(scene);
	scene->peer_csns[1] = OWN;
	scene->peer = content(1, scene->peer_csns, 2);
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
}

/* It was away before, and what it wrote then only the peer has that is down now. */
static void own_changes_seen_here_are_waited_for_while_a_peer_is_away(void **state)
{
	static const char *noted[] = {OLD, OWN};
	static LastSeen seen = {.suffix = SUFFIX, .csns = noted, .n_csns = 2};
	Scene *scene = *state;
	Links *links = links_make(scene);
	const Hold *hold;

	fence(scene);
	scene->database_facts.here = content(0, scene->here_csns, 1);
	scene->known.seen = (LastSeenAll){.node = 2, .items = &seen, .n_items = 1};
	assert_int_equal(judge(scene), -1); /* every peer was asked, and none has them */
	links->peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "x"};
	scene->diff.n_joining = 0;
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text, "2 (until 2026-11-22T10:15:00Z, here before)"));
	links->peers[1] = content(3, NULL, 0); /* in a refresh of its own */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
	scene->database_facts.here.n_context_csns = 1;
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

/* --- what is too much here --- */

static void entries_that_a_peer_deleted_wait_to_be_gone(void **state)
{
	Scene *scene = *state;

	scene->database_facts.extra.n_entries = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static void what_may_be_too_much_waits_until_it_is_known(void **state)
{
	Scene *scene = *state;

	scene->database_facts.extra = (CopyExtra){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].extra);
	scene->database_facts.extra =
		(CopyExtra){.was_asked = true, .peer_id = 1, .problem = "no time"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->database_facts.extra = (CopyExtra){.was_asked = true};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void what_perhaps_was_deleted_there_waits_for_a_person(void **state)
{
	Scene *scene = *state;

	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .n_doubtful = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.copies.n_complete, 0);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static bool needs_afresh(const Scene *scene, bool writes)
{
	return joining_needs_afresh(&scene->plan, &scene->known, &scene->database_facts, writes);
}

/* An earlier pass saw that nothing is too much here: nothing opens by that. */
static void what_an_earlier_pass_saw_opens_no_node(void **state)
{
	Scene *scene = *state;
	FenceRecord closed = {.suffix = SUFFIX, .is_closed = true};

	scene->database_facts.suffix = SUFFIX;
	assert_false(needs_afresh(scene, true));
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 1);
	scene->database_facts.extra.is_kept = true;
	scene->plan.copies.n_complete = 0;
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 0);
	assert_true(needs_afresh(scene, true));
	assert_false(needs_afresh(scene, false)); /* audit, or a pause: nothing is written */
	scene->known.fence = (FenceRecords){.items = &closed, .n_items = 1};
	assert_true(needs_afresh(scene, false)); /* but what the fence closed */
	POOL_PUSH(scene->pool, scene->plan.held.holds, scene->plan.held.n_holds,
		  {.guard = GUARD_JOINING, .suffix = SUFFIX});
	assert_false(needs_afresh(scene, true));
	scene->plan.held.holds[0].peer = "ldap://one"; /* a link alone */
	assert_true(needs_afresh(scene, true));
	scene->database_facts.extra.n_entries = 1;
	assert_false(needs_afresh(scene, true));
	scene->database_facts.extra.n_entries = 0;
	scene->database_facts.extra.n_doubtful = 1;
	assert_false(needs_afresh(scene, true));
}

static void who_was_complete_before_is_not_looked_at_again(void **state)
{
	Scene *scene = *state;

	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->database_facts.extra = (CopyExtra){0};
	assert_int_equal(judge(scene), -1);
	scene->database_facts.here = (Content){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_false(scene->plan.unknown.contents[0].extra);
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_joining = true};
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	scene->plan.unknown.n_contents = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_false(scene->plan.unknown.contents[0].extra);
}

/* Who joins as well may keep the same entries, and one that is this node surely does. */
static void it_is_compared_with_a_provider_that_is_another_server(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const DatabaseFacts *facts = &scene->database_facts;
	const Content *found;

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[0].server_id = 0;
	found = joining_extra_peer(&scene->server, &scene->database, facts);
	assert_int_equal(found->peer_id, 3);
	links->peers[1].server_id = 0;
	found = joining_extra_peer(&scene->server, &scene->database, facts);
	assert_int_equal(found->peer_id, 1);
	scene->peers[0].uri = scene->peers[2].uri = "ldap://localhost:1";
	scene->server.listeners = (const char *[]){"ldap://localhost:1/"};
	scene->server.n_listeners = 1;
	assert_null(joining_extra_peer(&scene->server, &scene->database, facts));
}

/* Its neighbours get each other's deletions from here only: one still has what the other deleted.
 */
static void it_is_compared_with_a_provider_that_lacks_nothing_of_here(void **state)
{
	static const char *all[] = {NULL, OWN};
	Scene *scene = *state;
	Links *links = links_make(scene);
	const DatabaseFacts *facts = &scene->database_facts;

	all[0] = scene->peer_csns[0];
	scene->here_csns[0] = all[0];
	scene->here_csns[1] = OWN;
	scene->database_facts.here = content(0, scene->here_csns, 2);
	assert_int_equal(joining_extra_peer(&scene->server, &scene->database, facts)->peer_id, 1);
	links->peers[1] = content(3, all, 2);
	assert_int_equal(joining_extra_peer(&scene->server, &scene->database, facts)->peer_id, 3);
	links->peers[0] = content(1, all, 2);
	assert_int_equal(joining_extra_peer(&scene->server, &scene->database, facts)->peer_id, 1);
}

/* What a person should do where it joined from a provider that knows less. */
static void what_a_peer_that_lacks_changes_has_alone_may_be_deleted(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->database_facts.extra.n_missing = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "by contextCSN everything"));
	scene->here_csns[1] = OWN;
	scene->database_facts.here = content(0, scene->here_csns, 2);
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "lacks changes that are here"));
}

/* The change of the link that is written; NULL: none is. */
static const Change *link_change(Scene *scene)
{
	scene->plan.n_changes = scene->diff.n_joining = 0;
	joining_hold_links(&scene->diff, &scene->database, &scene->live,
			   (const WantedConsumer *[]){&scene->consumer});
	return scene->plan.n_changes > 0 ? &scene->plan.changes[0] : NULL;
}

static void a_peer_is_read_at_intervals_to_get_rid_of_what_is_too_much(void **state)
{
	Scene *scene = *state;
	const Change *change;

	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->live_consumer.syncrepl = scene->consumer.syncrepl;
	assert_null(link_change(scene));
	scene->database_facts.extra.n_entries = 1;
	change = link_change(scene);
	assert_non_null(change);
	assert_int_equal(change->kind, CHANGE_CONSUMER_EDIT);
	assert_true(syncrepl_is_refresh_only(&change->consumer.wanted->syncrepl));
	scene->live_consumer.syncrepl = change->consumer.wanted->syncrepl;
	assert_null(link_change(scene));
	/* What peers.json says waits until it is gone. */
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_EDIT,
				 .suffix = SUFFIX,
				 .dn = scene->live.entry->dn,
				 .consumer.live = &scene->live_consumer,
				 .consumer.wanted = &scene->consumer});
	joining_hold_links(&scene->diff, &scene->database, &scene->live,
			   (const WantedConsumer *[]){&scene->consumer});
	assert_int_equal(scene->plan.n_changes, 1);
	assert_true(scene->plan.changes[0].is_held);
}

/* True when an edit of the link to what peers.json says is held; it is the only change. */
static bool holds_edit(Scene *scene)
{
	scene->plan.n_changes = scene->diff.n_joining = 0;
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_EDIT,
				 .suffix = SUFFIX,
				 .dn = scene->live.entry->dn,
				 .consumer.live = &scene->live_consumer,
				 .consumer.wanted = &scene->consumer});
	joining_hold_links(&scene->diff, &scene->database, &scene->live,
			   (const WantedConsumer *[]){&scene->consumer});
	assert_int_equal(scene->plan.n_changes, 1);
	return scene->plan.changes[0].is_held;
}

static void a_link_is_read_at_intervals_as_it_was_while_nothing_is_known(void **state)
{
	Scene *scene = *state;

	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->live_consumer.syncrepl = scene->consumer.syncrepl;
	scene->database_facts.extra.problem = "no time";
	assert_null(link_change(scene));
	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .n_entries = 1};
	scene->live_consumer.syncrepl = link_change(scene)->consumer.wanted->syncrepl;
	scene->database_facts.extra.problem = "no time";
	assert_true(holds_edit(scene));
	/* It is behind everybody, and stays so where much is changed. */
	scene->database_facts.extra = (CopyExtra){.was_asked = true};
	assert_false(holds_edit(scene));
	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .problem = "x"};
	assert_true(holds_edit(scene));
	/* Another password is written all the same. */
	scene->consumer.syncrepl.value[SYNCREPL_CREDENTIALS] = "new";
	assert_false(holds_edit(scene));
}

/* Its database's entry of cn=config was written just now. */
static void links_written(Scene *scene)
{
	static Value when = {.bytes = "20261122101500Z", .len = 15};
	static Attribute attribute = {.name = "modifyTimestamp", .values = &when, .n_values = 1};
	static Entry entry = {
		.dn = "olcDatabase={1}mdb,cn=config", .attributes = &attribute, .n_attributes = 1};

	scene->live.entry = &entry;
	scene->facts.now_sec = timestamp_parse("2026-11-22T10:15:00Z");
}

/* One stays connected, and something is here that its peer deleted. */
static void keep_too_much(Scene *scene)
{
	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->live_consumer.syncrepl = scene->consumer.syncrepl;
	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .n_entries = 1};
}

static void what_an_earlier_pass_found_begins_no_refresh_anew(void **state)
{
	Scene *scene = *state;
	const Change *change;

	keep_too_much(scene);
	scene->database_facts.extra.is_kept = true;
	assert_null(link_change(scene));
	scene->database_facts.extra.is_kept = false;
	change = link_change(scene);
	assert_non_null(change);
	scene->live_consumer.syncrepl = change->consumer.wanted->syncrepl;
	scene->database_facts.extra.is_kept = true;
	assert_true(holds_edit(scene));
}

static void what_was_found_before_the_links_were_written_is_no_news(void **state)
{
	Scene *scene = *state;

	keep_too_much(scene);
	links_written(scene);
	scene->database_facts.extra.is_kept = true;
	scene->facts.now_sec += 20;
	scene->database_facts.extra.age_msec = 20000;
	assert_null(link_change(scene));
	scene->database_facts.extra.age_msec = 19000;
	assert_non_null(link_change(scene));
}

static void no_link_is_changed_while_one_is_in_its_refresh(void **state)
{
	Scene *scene = *state;
	RunningConsumer running = {
		.suffix = SUFFIX, .rid = 1, .provider = "ldap://one", .is_connected = true};

	keep_too_much(scene);
	scene->live_consumer.rid = 1;
	scene->live_consumer.provider = "ldap://one";
	scene->server.runs =
		(LiveRunning){.is_known = true, .consumers = &running, .n_consumers = 1};
	assert_null(link_change(scene));
	running.is_persistent = true;
	assert_non_null(link_change(scene));
	running = (RunningConsumer){.suffix = SUFFIX, .rid = 1, .provider = "ldap://one"};
	assert_non_null(link_change(scene));
}

static void where_slapd_shows_no_links_they_have_time_for_their_refresh(void **state)
{
	Scene *scene = *state;

	keep_too_much(scene);
	links_written(scene);
	scene->facts.now_sec += 9;
	assert_null(link_change(scene));
	scene->facts.now_sec += 1;
	assert_non_null(link_change(scene));
}

/* Changes arrive all the time, and no look finds everything here. */
static void behind_everybody_a_refresh_at_intervals_is_not_interrupted(void **state)
{
	Scene *scene = *state;

	keep_too_much(scene);
	scene->live_consumer.syncrepl = link_change(scene)->consumer.wanted->syncrepl;
	links_written(scene);
	scene->database_facts.extra = (CopyExtra){.was_asked = true};
	scene->here_csns[0] = "20261122101505.999999Z#000000#001#000000";
	scene->peer_csns[0] = "20261122101600.000000Z#000000#001#000000";
	scene->facts.now_sec += 600;
	assert_true(holds_edit(scene));
	scene->here_csns[0] = "20261122101506.000000Z#000000#001#000000";
	assert_false(holds_edit(scene));
	/* One that takes very long goes on while the link stays connected. */
	scene->here_csns[0] = OLD;
	assert_true(holds_edit(scene));
	scene->facts.now_sec++;
	assert_false(holds_edit(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_node_that_has_everything_may_go_on),
		SCENE_TEST(a_flag_that_somebody_set_ends_no_first_refresh),
		SCENE_TEST(an_incomplete_refresh_waits),
		SCENE_TEST(a_refresh_without_any_csn_here_waits),
		SCENE_TEST(an_empty_database_waits),
		SCENE_TEST(what_was_not_asked_yet_is_needed_and_waits),
		SCENE_TEST(data_that_lacks_what_a_peer_shows_waits_without_consumers_too),
		SCENE_TEST(a_peer_without_context_csn_proves_nothing),
		SCENE_TEST(what_a_reachable_peer_has_cannot_be_released),
		SCENE_TEST(an_established_database_waits_for_no_silent_peer),
		SCENE_TEST(a_copy_of_what_others_wrote_waits_for_one_of_them),
		SCENE_TEST(own_data_waits_for_peers_that_may_have_more),
		SCENE_TEST(of_many_that_may_have_more_the_first_are_named),
		SCENE_TEST(of_many_that_prove_nothing_the_first_are_named),
		SCENE_TEST(of_many_changes_that_are_missing_the_first_are_named),
		SCENE_TEST(who_was_complete_waits_for_nobody),
		SCENE_TEST(two_copies_seeded_by_hand_want_a_person),
		SCENE_TEST(an_original_that_was_compared_reads_nothing_first),
		SCENE_TEST(another_suffix_entry_is_g10_also_when_it_shows_no_csn),
		SCENE_TEST(what_had_a_context_csn_is_no_original),
		SCENE_TEST(a_node_that_had_everything_is_not_told_to_empty_itself),
		SCENE_TEST(a_node_that_never_had_everything_may_be_the_stranger),
		SCENE_TEST(a_node_to_which_all_peers_are_strangers_may_be_the_one),
		SCENE_TEST(a_new_copy_is_no_witness_for_the_peer_that_it_came_from),
		SCENE_TEST(a_hidden_entry_uuid_is_not_the_same),
		SCENE_TEST(
			a_provider_that_is_met_is_taken_as_it_is_but_not_what_an_old_memory_says),
		SCENE_TEST(the_first_node_is_believed_where_nobody_listens),
		SCENE_TEST(the_first_node_is_not_believed_beside_a_peer_that_cannot_be_seen),
		SCENE_TEST(data_at_a_peer_is_never_overridden),
		SCENE_TEST(an_empty_node_reads_one_peer_first),
		SCENE_TEST(an_empty_node_reads_no_peer_beside_a_provider_that_stays),
		SCENE_TEST(a_provider_without_a_connection_for_long_keeps_no_peer_away),
		SCENE_TEST(a_provider_that_is_removed_keeps_no_peer_away),
		SCENE_TEST(what_came_from_a_provider_that_stays_lets_the_first_peer_follow),
		SCENE_TEST(behind_a_flag_that_somebody_set_it_still_reads_one_peer_first),
		SCENE_TEST(a_peer_in_its_own_refresh_is_not_read_first),
		SCENE_TEST(nobody_is_read_before_somebody_is_complete),
		SCENE_TEST(the_others_are_read_when_everything_of_the_first_is_here),
		SCENE_TEST(a_second_peer_that_has_more_is_waited_for),
		SCENE_TEST(no_link_is_made_to_a_stranger),
		SCENE_TEST(a_link_that_was_there_comes_back_unasked),
		SCENE_TEST(newer_changes_of_our_own_id_elsewhere_are_g10),
		SCENE_TEST(a_refresh_from_empty_is_behind_and_no_g10),
		SCENE_TEST(our_own_id_on_another_suffix_entry_is_g10),
		SCENE_TEST(g10_stays_until_it_is_released),
		SCENE_TEST(without_a_peer_only_a_database_that_was_in_step_goes_on),
		SCENE_TEST(own_changes_at_a_peer_that_is_gone_are_waited_for),
		SCENE_TEST(a_release_says_what_is_missing),
		SCENE_TEST(a_release_of_what_is_all_here_says_nothing),
		SCENE_TEST(another_is_read_when_the_first_is_gone_for_long),
		SCENE_TEST(who_joins_as_well_is_no_source),
		SCENE_TEST(what_only_one_that_joins_has_may_be_released),
		SCENE_TEST(clients_write_when_the_peers_read_from_here),
		SCENE_TEST(a_heartbeat_comes_first_only_when_the_peers_read_from_here),
		SCENE_TEST(who_was_never_asked_and_may_have_our_last_changes_is_waited_for),
		SCENE_TEST(whether_our_last_changes_are_here_needs_no_memory),
		SCENE_TEST(who_never_wrote_waits_for_nobody_who_may_have_it),
		SCENE_TEST(a_release_says_who_was_not_asked),
		SCENE_TEST(who_was_read_and_is_away_is_waited_for),
		SCENE_TEST(whom_the_node_met_while_it_joined_is_waited_for),
		SCENE_TEST(whose_changes_are_here_and_who_is_down_is_waited_for),
		SCENE_TEST(who_is_read_and_has_no_server_id_yet_is_waited_for),
		SCENE_TEST(a_person_may_let_clients_write_before),
		SCENE_TEST(nobody_waits_for_readers_where_the_server_id_is_known),
		SCENE_TEST(who_was_open_to_clients_before_is_so_again_at_once),
		SCENE_TEST(who_is_open_to_clients_waits_for_no_reader),
		SCENE_TEST(a_peer_that_is_no_provider_yet_proves_nothing),
		SCENE_TEST(those_who_all_join_open_when_everybody_told_what_it_has),
		SCENE_TEST(those_who_all_join_wait_for_what_was_seen),
		SCENE_TEST(readers_that_do_not_stay_are_not_waited_for),
		SCENE_TEST(where_slapd_does_not_tell_who_reads_the_longest_retry_passes),
		SCENE_TEST(who_may_read_another_database_with_the_account_is_waited_for),
		SCENE_TEST(who_knows_most_server_ids_is_read_first),
		SCENE_TEST(a_peer_with_an_unknown_server_id_is_read_when_it_is_known),
		SCENE_TEST(a_node_without_peers_joins_nothing),
		SCENE_TEST(what_waits_for_the_server_id_does_not_wait_for_a_refresh),
		SCENE_TEST(a_provider_that_the_fence_closed_waits_for_what_its_peers_have),
		SCENE_TEST(nobody_s_word_opens_what_the_fence_closed),
		SCENE_TEST(changes_of_its_own_that_only_peers_have_come_back_to_a_fenced_one),
		SCENE_TEST(own_changes_seen_here_are_waited_for_while_a_peer_is_away),
		SCENE_TEST(entries_that_a_peer_deleted_wait_to_be_gone),
		SCENE_TEST(what_may_be_too_much_waits_until_it_is_known),
		SCENE_TEST(what_perhaps_was_deleted_there_waits_for_a_person),
		SCENE_TEST(what_an_earlier_pass_saw_opens_no_node),
		SCENE_TEST(who_was_complete_before_is_not_looked_at_again),
		SCENE_TEST(it_is_compared_with_a_provider_that_is_another_server),
		SCENE_TEST(it_is_compared_with_a_provider_that_lacks_nothing_of_here),
		SCENE_TEST(what_a_peer_that_lacks_changes_has_alone_may_be_deleted),
		SCENE_TEST(a_peer_is_read_at_intervals_to_get_rid_of_what_is_too_much),
		SCENE_TEST(a_link_is_read_at_intervals_as_it_was_while_nothing_is_known),
		SCENE_TEST(what_an_earlier_pass_found_begins_no_refresh_anew),
		SCENE_TEST(what_was_found_before_the_links_were_written_is_no_news),
		SCENE_TEST(no_link_is_changed_while_one_is_in_its_refresh),
		SCENE_TEST(where_slapd_shows_no_links_they_have_time_for_their_refresh),
		SCENE_TEST(behind_everybody_a_refresh_at_intervals_is_not_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
