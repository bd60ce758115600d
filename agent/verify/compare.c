/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/compare.h"

#include <string.h>

#include "agent/peer/compare_here.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/session_tls.h"
#include "agent/verify/compare_contents.h"
#include "agent/verify/compare_settle.h"
#include "common/copy/copy_relation.h"
#include "common/slapd/dn.h"

/* One database while it is compared. */
typedef struct Run {
	Pool *pool;
	const CompareOptions *options;
	const WantedDatabase *wanted;
	const World *world;
	const char *suffix;
	const char *where; /* who is read now, for the progress */
	ProbeTarget *targets;
	Syncrepl *links;
	Content *contents; /* of each peer, read before */
	size_t n_peers;
	HereQuestion question;
	HereCopy here;
} Run;

/* A peer while its entries come. */
typedef struct PeerRun {
	Run *run;
	Comparison *comparison;
} PeerRun;

bool compare_wants_database(const CompareOptions *options, const WantedDatabase *database)
{
	return !options->suffix || dn_equal(options->suffix, database->desired->suffix);
}

bool compare_wants_peer(const CompareOptions *options, unsigned peer_id)
{
	if (options->n_peer_ids == 0)
		return true;
	for (size_t i = 0; i < options->n_peer_ids; i++)
		if (options->peer_ids[i] == peer_id)
			return true;
	return false;
}

/* --- progress --- */

static void tell(const Run *run, size_t n_read, size_t n_counted, size_t n_waiting)
{
	const CompareOptions *options = run->options;

	if (options->progress)
		options->progress(
			options->progress_data,
			&(CompareProgress){run->suffix, run->where, n_read, n_counted, n_waiting});
}

static void here_page(void *data, size_t n_read, size_t n_counted)
{
	tell(data, n_read, n_counted, 0);
}

static void peer_page(void *data, size_t n_read, size_t n_counted)
{
	tell(((PeerRun *)data)->run, n_read, n_counted, 0);
}

static void peer_waiting(void *data, size_t n_differences)
{
	tell(((PeerRun *)data)->run, 0, 0, n_differences);
}

/* --- whom to ask, and whether they answer --- */

static void peers_list(Run *run, ComparedDatabase *ret)
{
	const WantedDatabase *wanted = run->wanted;

	run->targets = pool_alloc(run->pool, (wanted->n_consumers + 1) * sizeof(*run->targets));
	run->links = pool_alloc(run->pool, (wanted->n_consumers + 1) * sizeof(*run->links));
	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const WantedConsumer *consumer = &wanted->consumers[i];
		const size_t n = run->n_peers;

		if (!compare_wants_peer(run->options, consumer->peer->id))
			continue;
		run->links[n] = link_inherit_tls(&consumer->syncrepl, run->world->live.global);
		run->targets[n] = (ProbeTarget){.syncrepl = &run->links[n],
						.suffix = run->suffix,
						.peer_id = consumer->peer->id,
						.secret = consumer->secret};
		POOL_PUSH(run->pool, ret->peers, ret->n_peers,
			  {.pool = run->pool,
			   .peer_id = consumer->peer->id,
			   .uri = consumer->peer->uri});
		run->n_peers = ret->n_peers;
	}
}

/* All at once, and a password that one refuses is sent to no other. */
static void peers_probe(Run *run)
{
	const ProbeOptions options = {.depth = PROBE_DEPTH_CONTENT};
	ProbeRefusals refusals = {0};
	Probe *probes = NULL;
	Error err = {0};

	run->contents = pool_alloc(run->pool, (run->n_peers + 1) * sizeof(*run->contents));
	if (run->n_peers > 0)
		(void)probe_run(run->pool, run->targets, run->n_peers, &options, &probes, &refusals,
				&err);
	for (size_t i = 0; i < run->n_peers; i++) {
		run->contents[i] = (Content){.state = CONTENT_UNREACHABLE,
					     .problem = pool_strdup(run->pool, err.text)};
		if (probes)
			run->contents[i] = probe_content(&probes[i]);
	}
}

static bool peer_answers(const Run *run, size_t i)
{
	return content_has_data(&run->contents[i]);
}

static const char *peer_problem(const Run *run, size_t i)
{
	if (run->contents[i].state == CONTENT_READ)
		return pool_printf(run->pool,
				   "it holds no entry %s, or hides it from the account that reads "
				   "it",
				   run->suffix);
	return run->contents[i].problem;
}

/* --- here --- */

static bool has_account(const Syncrepl *accounts, size_t n, const Syncrepl *link)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(accounts[i].value[SYNCREPL_BINDDN], link->value[SYNCREPL_BINDDN]) == 0 &&
		    strcmp(accounts[i].value[SYNCREPL_CREDENTIALS],
			   link->value[SYNCREPL_CREDENTIALS]) == 0)
			return true;
	return false;
}

/* A password that no peer takes is not tried here, either: the refusal counts at all servers. */
static void accounts_find(const Run *run, HereQuestion *question)
{
	Syncrepl *accounts = NULL;

	for (size_t i = 0; i < run->n_peers; i++) {
		const Syncrepl *link = &run->links[i];

		if (peer_answers(run, i) && link->value[SYNCREPL_BINDDN] &&
		    link->value[SYNCREPL_CREDENTIALS] && !link->value[SYNCREPL_SASLMECH] &&
		    !has_account(accounts, question->n_accounts, link))
			POOL_PUSH(run->pool, accounts, question->n_accounts, *link);
	}
	question->accounts = accounts;
}

static void here_read(Run *run, ComparedDatabase *ret)
{
	const LiveDatabase *live;

	if (live_find_database(&run->world->live, run->suffix, &live) != 1) {
		ret->here.problem = "this node's slapd has not one database with this suffix";
		return;
	}
	run->question = (HereQuestion){
		.ldap_uri = run->options->ldap_uri,
		.suffix = run->suffix,
		.lists = live_access_lists(&run->world->live, live, run->suffix),
		.taker = {.data = run, .page = here_page, .rate = run->options->rate}};
	accounts_find(run, &run->question);
	run->where = "this node";
	here_copy_read(run->pool, &run->question, &run->here);
	ret->here = run->here.reading;
}

/* --- a peer --- */

static void peer_take(void *data, const EntryMark *mark)
{
	PeerRun *peer = data;

	comparison_take(peer->comparison, &peer->run->here.set, mark);
}

static void versions_compare(Run *run, PeerLink *link, Comparison *comparison)
{
	PeerRun peer = {run, comparison};
	const EntriesTaker taker = {
		.data = &peer, .take = peer_take, .page = peer_page, .rate = run->options->rate};
	const SettleQuestion question = {.here = &run->here.link,
					 .there = link,
					 .suffix = run->suffix,
					 .lag_sec = run->options->lag_sec,
					 .waiting = peer_waiting,
					 .data = &peer};

	comparison->there = entries_read_counted(link, link, run->suffix, &taker, NULL);
	comparison_end(comparison, &run->here.set);
	if (comparison->there.is_read)
		differences_settle(&question, comparison);
}

static void attributes_compare(Run *run, PeerLink *link, Comparison *comparison)
{
	PeerRun peer = {run, comparison};
	const ContentsQuestion question = {
		.here = &run->here.link,
		.there = link,
		.suffix = run->suffix,
		.contents = &run->here.set,
		.here_sees_all = run->here.reading.may_all,
		.taker = {.data = &peer, .page = peer_page, .rate = run->options->rate}};

	contents_compare(&question, comparison);
}

typedef void (*ComparePeer)(Run *run, PeerLink *link, Comparison *comparison);

static void peer_compare(Run *run, size_t i, Comparison *comparison, ComparePeer compare)
{
	PeerLink link;

	run->where = comparison->uri;
	if (peer_link_open(run->pool, &run->links[i], &link)) {
		compare(run, &link, comparison);
	} else {
		comparison_forget(comparison);
		comparison->there = (CopyReading){.problem = peer_link_failure(&link).problem};
	}
	peer_link_close(&link);
}

/* The set's memory serves twice: for versions, then for contents. */
static void contents_pass(Run *run, ComparedDatabase *compared)
{
	run->where = "this node";
	if (!here_copy_read_contents(&run->question, &run->here)) {
		compared->here = run->here.reading;
		return;
	}
	for (size_t i = 0; i < run->n_peers; i++)
		if (compared->peers[i].there.is_read)
			peer_compare(run, i, &compared->peers[i], attributes_compare);
}

static ComparedDatabase database_compare(Run *run)
{
	ComparedDatabase compared = {.suffix = run->suffix};
	bool any_answers = false;

	peers_list(run, &compared);
	peers_probe(run);
	for (size_t i = 0; i < run->n_peers; i++) {
		any_answers = any_answers || peer_answers(run, i);
		if (!peer_answers(run, i))
			compared.peers[i].there.problem = peer_problem(run, i);
	}
	compared.here.problem = "no peer could be read";
	if (any_answers)
		here_read(run, &compared);
	for (size_t i = 0; i < run->n_peers && !compared.here.is_read; i++)
		if (peer_answers(run, i))
			compared.peers[i].there.problem = "this node's own copy could not be read";
	for (size_t i = 0; i < run->n_peers && compared.here.is_read; i++)
		if (peer_answers(run, i))
			peer_compare(run, i, &compared.peers[i], versions_compare);
	if (compared.here.is_read && run->options->attributes)
		contents_pass(run, &compared);
	here_copy_close(&run->here);
	return compared;
}

void compare_run(Pool *pool, const CompareOptions *options, const Wanted *wanted,
		 const World *world, ComparedDatabase **ret, size_t *ret_n)
{
	ComparedDatabase *compared = NULL;
	size_t n = 0;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		Run run = {.pool = pool,
			   .options = options,
			   .wanted = &wanted->databases[i],
			   .world = world,
			   .suffix = wanted->databases[i].desired->suffix};

		if (compare_wants_database(options, run.wanted))
			POOL_PUSH(pool, compared, n, database_compare(&run));
	}
	*ret = compared;
	*ret_n = n;
}
