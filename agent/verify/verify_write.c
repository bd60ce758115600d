/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/verify_write.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/session/session_entry.h"
#include "agent/system/interrupt.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/slapd/dn.h"

#define POLL_MSEC 10

typedef struct Writing {
	Pool *pool;
	VerifiedDatabase *database;
	const WriteOptions *options;
	const char *container;
	const char *prefix; /* of the RDN's value */
	PeerLink here;      /* as the identity */
	WriteTest *test;
} Writing;

/* --- as the identity --- */

/* The link with another bind: same server, same TLS, same timeouts. */
static Syncrepl link_as(const Syncrepl *link, const WriteOptions *options)
{
	Syncrepl own = *link;

	own.value[SYNCREPL_BINDMETHOD] = "simple";
	own.value[SYNCREPL_BINDDN] = options->binddn;
	own.value[SYNCREPL_CREDENTIALS] = options->password;
	return own;
}

static bool open_here(Writing *writing)
{
	const Syncrepl socket = {.value = {[SYNCREPL_PROVIDER] = writing->options->ldap_uri,
					   [SYNCREPL_TIMEOUT] = "15"}};
	Syncrepl *own = pool_alloc(writing->pool, sizeof(*own));

	*own = link_as(&socket, writing->options);
	if (peer_link_open(writing->pool, own, &writing->here))
		return true;
	writing->test->problem = peer_link_failure(&writing->here).problem;
	return false;
}

/* A delete of what never was: slapd says whether it takes writes before it looks for the entry. */
static void ask_peer(const Writing *writing, WrittenPeer *peer)
{
	const Syncrepl own = link_as(&peer->server->syncrepl, writing->options);
	const char *dn =
		pool_printf(writing->pool, "cn=%snone,%s", writing->prefix, writing->container);
	PeerLink link;
	LinkAnswer answer;

	if (peer_link_open(writing->pool, &own, &link)) {
		answer = link_delete(&link, dn);
		if (answer.code != LDAP_SUCCESS && answer.code != LDAP_NO_SUCH_OBJECT &&
		    answer.code != LDAP_INSUFFICIENT_ACCESS)
			peer->problem =
				link_write_refusal(&link, "ask whether it takes writes", &answer);
	} else {
		peer->problem = peer_link_failure(&link).problem;
	}
	peer_link_close(&link);
}

/* --- entries of a test that was killed --- */

static void delete_leftovers(Writing *writing)
{
	const char *filter = pool_printf(writing->pool, "(cn=%s*)", writing->prefix);
	const Tree found = link_children(&writing->here, writing->container, filter);

	for (size_t i = 0; i < found.n_entries; i++)
		if (link_delete(&writing->here, found.entries[i].dn).code == LDAP_SUCCESS)
			writing->test->n_leftovers++;
}

/* --- watching the peers --- */

/* One look at one peer; true when it is as wanted. */
static bool peer_is(const Writing *writing, WrittenPeer *peer, bool wants_entry)
{
	const LinkAnswer answer = link_look(&peer->server->link, writing->test->dn);

	if (answer.code == LDAP_SUCCESS || answer.code == LDAP_NO_SUCH_OBJECT)
		return (answer.code == LDAP_SUCCESS) == wants_entry;
	peer_link_fail(&peer->server->link, PROBE_READ_REFUSED, "look for the test entry",
		       &(LdapAnswer){.code = answer.code, .text = answer.text});
	peer->problem = peer_link_failure(&peer->server->link).problem;
	peer->is_lost = true;
	return false;
}

static long *delay_of(WrittenPeer *peer, bool wants_entry)
{
	return wants_entry ? &peer->seen_msec : &peer->gone_msec;
}

/* Which peers are still to be waited for; one that never saw the entry need not lose it. */
static bool is_awaited(WrittenPeer *peer, bool wants_entry)
{
	return !peer->is_lost && *delay_of(peer, wants_entry) < 0 &&
	       (wants_entry || peer->seen_msec >= 0);
}

static bool look_around(const Writing *writing, bool wants_entry, int64_t since_msec)
{
	bool is_complete = true;

	for (size_t i = 0; i < writing->test->n_peers; i++) {
		WrittenPeer *peer = &writing->test->peers[i];

		if (!is_awaited(peer, wants_entry))
			continue;
		if (peer_is(writing, peer, wants_entry))
			*delay_of(peer, wants_entry) = (long)(monotonic_msec() - since_msec);
		else
			is_complete = is_complete && peer->is_lost;
	}
	return is_complete;
}

/* False when a signal came. */
static bool wait_for_peers(const Writing *writing, bool wants_entry)
{
	const int64_t since_msec = monotonic_msec();
	const int64_t end_msec = since_msec + (int64_t)writing->options->timeout_sec * 1000;
	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Waiting for the test entry to %s every peer ...",
		       wants_entry ? "reach" : "be gone at");
	while (!look_around(writing, wants_entry, since_msec) && monotonic_msec() < end_msec)
		if (interrupt_pause(POLL_MSEC))
			break;
	return interrupt_pause(0) == 0;
}

/* --- the entry --- */

static void name_entry(Writing *writing)
{
	const char *container = writing->options->container;
	const char *suffix = writing->database->wanted->desired->suffix;

	writing->container = container && dn_is_within(container, suffix) ? container : suffix;
	writing->prefix =
		pool_printf(writing->pool, "syncward-verify-%u-", writing->options->node_id);
	writing->test->dn =
		pool_printf(writing->pool, "cn=%s%llx%x,%s", writing->prefix,
			    (unsigned long long)time(NULL), (unsigned)getpid(), writing->container);
}

/* True when the entry may be there now. */
static bool add_entry(Writing *writing)
{
	const LinkAnswer answer = link_add_role(&writing->here, writing->test->dn,
						"test entry of `syncward verify --write`");

	writing->test->was_added = answer.code == LDAP_SUCCESS;
	if (!writing->test->was_added)
		writing->test->problem =
			link_write_refusal(&writing->here, "add the test entry", &answer);
	return answer.code <= 0; /* added, or not known */
}

static void delete_entry(Writing *writing)
{
	WriteTest *test = writing->test;
	LinkAnswer answer = link_delete(&writing->here, test->dn);

	if (answer.code < 0) { /* the connection broke */
		peer_link_close(&writing->here);
		if (open_here(writing))
			answer = link_delete(&writing->here, test->dn);
	}
	test->is_left = answer.code != LDAP_SUCCESS && answer.code != LDAP_NO_SUCH_OBJECT;
	if (test->is_left)
		test->problem = pool_printf(
			writing->pool,
			"the test entry could not be deleted and is left (the next verify --write "
			"deletes it): %s",
			link_write_refusal(&writing->here, "delete the test entry", &answer));
}

static void explain_missing(const Writing *writing)
{
	for (size_t i = 0; i < writing->test->n_peers; i++) {
		WrittenPeer *peer = &writing->test->peers[i];

		if (peer->problem)
			continue;
		if (peer->seen_msec < 0)
			peer->problem = pool_printf(writing->pool,
						    "the test entry did not appear within %u s",
						    writing->options->timeout_sec);
		else if (peer->gone_msec < 0)
			peer->problem = pool_printf(writing->pool,
						    "the test entry did not disappear within %u s",
						    writing->options->timeout_sec);
	}
}

static void write_and_watch(Writing *writing)
{
	if (!add_entry(writing))
		return;
	if (!writing->test->was_added || wait_for_peers(writing, true)) {
		delete_entry(writing);
		if (writing->test->was_added && !writing->test->is_left &&
		    wait_for_peers(writing, false))
			explain_missing(writing);
	} else {
		delete_entry(writing);
	}
	if (interrupt_pause(0) && !writing->test->problem)
		writing->test->problem = "interrupted by a signal: the test entry was deleted";
}

static void peers_prepare(const Writing *writing)
{
	for (size_t i = 0; i < writing->database->n_servers; i++) {
		VerifiedServer *server = &writing->database->servers[i];
		WrittenPeer peer = {.server = server, .seen_msec = -1, .gone_msec = -1};

		if (server->is_self)
			continue;
		peer.is_lost = !server->is_open;
		if (peer.is_lost)
			peer.problem = verify_describe(writing->pool, server);
		else if (!interrupt_pause(0))
			ask_peer(writing, &peer);
		POOL_PUSH(writing->pool, writing->test->peers, writing->test->n_peers, peer);
	}
}

void verify_write(Pool *pool, VerifiedDatabase *database, const WriteOptions *options,
		  WriteTest *ret)
{
	Writing writing = {.pool = pool, .database = database, .options = options, .test = ret};

	*ret = (WriteTest){0};
	name_entry(&writing);
	if (open_here(&writing)) {
		delete_leftovers(&writing);
		peers_prepare(&writing);
		if (interrupt_pause(0))
			ret->problem = "interrupted by a signal: nothing was written";
		else
			write_and_watch(&writing);
	}
	peer_link_close(&writing.here);
}

bool write_test_is_good(const WriteTest *test)
{
	bool is_good = !test->problem;

	for (size_t i = 0; i < test->n_peers; i++)
		is_good = is_good && !test->peers[i].problem;
	return is_good;
}
