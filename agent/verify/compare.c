/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/compare.h"

#include "agent/peer/compare_here.h"
#include "agent/verify/compare_contents.h"
#include "agent/verify/compare_peers.h"
#include "agent/verify/compare_settle.h"

/* One database while it is compared. */
typedef struct Run {
	Pool *pool;
	const CompareOptions *options;
	const World *world;
	const char *suffix;
	const char *where; /* which server is read now, for the progress */
	const ComparePeers *peers;
	HereQuestion question;
	HereCopy here;
} Run;

/* A peer while its entries come. */
typedef struct PeerRun {
	Run *run;
	Comparison *comparison;
} PeerRun;

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

/* --- here --- */

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
	/* A password that no peer accepts is not tried here, either: the refusal counts at all
	 * servers. */
	for (size_t i = 0; i < run->peers->n_items; i++)
		if (compare_peer_answers(&run->peers->items[i]))
			accounts_add(run->pool, &run->question, &run->peers->items[i].link);
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

typedef void (*CompareOver)(Run *run, PeerLink *link, Comparison *comparison);

static void peer_compare(Run *run, size_t i, Comparison *comparison, CompareOver compare)
{
	PeerLink link;

	run->where = comparison->uri;
	if (peer_link_open(run->pool, &run->peers->items[i].link, &link))
		compare(run, &link, comparison);
	else if (comparison->asks_contents)
		comparison->contents_problem = peer_link_failure(&link).problem;
	else
		comparison->there = (CopyReading){.problem = peer_link_failure(&link).problem};
	peer_link_close(&link);
}

/* The set's memory serves twice: for versions, then for contents. */
static void contents_pass(Run *run, ComparedDatabase *compared)
{
	const char *problem = NULL;

	run->where = "this node";
	if (!here_copy_read_contents(&run->question, &run->here))
		problem = pool_printf(run->pool, "this node: %s", run->here.reading.problem);
	for (size_t i = 0; i < compared->n_peers; i++) {
		Comparison *comparison = &compared->peers[i];

		if (!comparison->there.is_read)
			continue;
		comparison->asks_contents = true;
		comparison->contents_problem = problem;
		if (!problem)
			peer_compare(run, i, comparison, attributes_compare);
	}
}

/* Those that cannot be compared with say why. */
static bool peers_list(const Run *run, ComparedDatabase *ret)
{
	bool any_answers = false;

	for (size_t i = 0; i < run->peers->n_items; i++) {
		const ComparePeer *peer = &run->peers->items[i];
		Comparison comparison = {
			.pool = run->pool, .peer_id = peer->peer->id, .uri = peer->peer->uri};

		if (!compare_peer_answers(peer))
			comparison.there.problem =
				compare_peer_problem(run->pool, peer, run->suffix);
		any_answers = any_answers || compare_peer_answers(peer);
		POOL_PUSH(run->pool, ret->peers, ret->n_peers, comparison);
	}
	return any_answers;
}

static ComparedDatabase database_compare(Run *run)
{
	ComparedDatabase compared = {.suffix = run->suffix};

	compared.here.problem = "no peer could be read";
	if (peers_list(run, &compared))
		here_read(run, &compared);
	for (size_t i = 0; i < compared.n_peers; i++) {
		if (!compare_peer_answers(&run->peers->items[i]))
			continue;
		if (compared.here.is_read)
			peer_compare(run, i, &compared.peers[i], versions_compare);
		else
			compared.peers[i].there.problem = "this node's own copy could not be read";
	}
	if (compared.here.is_read && run->options->attributes)
		contents_pass(run, &compared);
	here_copy_close(&run->here);
	return compared;
}

void compare_run(Pool *pool, const CompareOptions *options, const Wanted *wanted, World *world,
		 ComparedDatabase **ret, size_t *ret_n)
{
	size_t n;
	const ComparePeers *databases = compare_peers_ask(pool, options, wanted, world, &n);
	ComparedDatabase *compared = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		Run run = {.pool = pool,
			   .options = options,
			   .world = world,
			   .suffix = databases[i].wanted->desired->suffix,
			   .peers = &databases[i]};

		POOL_PUSH(pool, compared, *ret_n, database_compare(&run));
	}
	*ret = compared;
}
