/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/compare_here.h"

#include <string.h>

#include "common/access/read_rights.h"
#include "common/copy/copy_reading.h"

#define READ_TRIES 5

static bool shows_less(const CopyReading *reading)
{
	return reading->n_unmarked == 0 && copy_reading_sight(reading) == COPY_SIGHT_LESS;
}

/* One that came and one that went while it was read leave the count as it was, and look like one
 * that is hidden. A look that shows as many as are counted proves nothing after one that did not:
 * that may be chance as well. */
CopyReading entries_read_counted(PeerLink *link, PeerLink *counter, const char *suffix,
				 const EntriesTaker *taker, void (*begin)(void *data))
{
	EntriesTaker again = *taker;
	CopyReading reading = entries_read_over(link, counter, suffix, taker);
	bool was_less = false;

	if (!begin)
		again.take = NULL;
	for (int i = 1; i < READ_TRIES && reading.is_read; i++) {
		const bool is_less = shows_less(&reading);

		if (!reading.count_moved && (!is_less || was_less))
			break;
		was_less = was_less || is_less;
		if (begin)
			begin(again.data);
		reading = entries_read_over(link, counter, suffix, &again);
	}
	reading.was_less = was_less && !shows_less(&reading);
	return reading;
}

/* --- who reads --- */

/* One of the accounts that may be asked for the copy. */
typedef struct Identity {
	Syncrepl link;
	const char *problem; /* why it cannot bind; NULL: it can, or was not tried */
} Identity;

static bool has_account(const HereQuestion *question, const Syncrepl *link)
{
	for (size_t i = 0; i < question->n_accounts; i++) {
		const Syncrepl *account = &question->accounts[i];

		if (strcmp(account->value[SYNCREPL_BINDDN], link->value[SYNCREPL_BINDDN]) == 0 &&
		    strcmp(account->value[SYNCREPL_CREDENTIALS],
			   link->value[SYNCREPL_CREDENTIALS]) == 0)
			return true;
	}
	return false;
}

void accounts_add(Pool *pool, HereQuestion *question, const Syncrepl *link)
{
	if (link->value[SYNCREPL_BINDDN] && link->value[SYNCREPL_CREDENTIALS] &&
	    !link->value[SYNCREPL_SASLMECH] && !has_account(question, link))
		POOL_PUSH(pool, question->accounts, question->n_accounts, *link);
}

static Syncrepl at_socket(const HereQuestion *question)
{
	Syncrepl link = {0};

	link.value[SYNCREPL_PROVIDER] = question->ldap_uri;
	return link;
}

static Syncrepl as_root(const HereQuestion *question)
{
	Syncrepl link = at_socket(question);

	link.value[SYNCREPL_BINDMETHOD] = "sasl";
	link.value[SYNCREPL_SASLMECH] = "EXTERNAL";
	return link;
}

static Syncrepl as_account(const HereQuestion *question, const Syncrepl *account)
{
	Syncrepl link = at_socket(question);

	link.value[SYNCREPL_BINDMETHOD] = "simple";
	link.value[SYNCREPL_BINDDN] = account->value[SYNCREPL_BINDDN];
	link.value[SYNCREPL_CREDENTIALS] = account->value[SYNCREPL_CREDENTIALS];
	return link;
}

static void link_drop(HereCopy *here)
{
	if (here->is_open)
		peer_link_close(&here->link);
	here->is_open = false;
}

/* A refused bind, repeated, may lock the account. */
static bool here_open(HereCopy *here, Identity *identity)
{
	if (here->is_open && here->link.syncrepl == &identity->link)
		return true;
	link_drop(here);
	if (!identity->problem) {
		here->is_open = peer_link_open(here->pool, &identity->link, &here->link);
		if (!here->is_open) {
			identity->problem = peer_link_failure(&here->link).problem;
			here->was_refused |= probe_has_fault(here->link.probe, PROBE_BIND_REFUSED);
			peer_link_close(&here->link);
		}
	}
	if (!here->is_open)
		here->reading = (CopyReading){.problem = identity->problem};
	return here->is_open;
}

/* By the rules alone, whoever slapd takes us for. */
static bool may_read_all(HereCopy *here, const HereQuestion *question)
{
	const char *dn = link_whoami(&here->link);

	return dn && *dn &&
	       read_rights_judge(here->pool, &question->lists, dn).outcome == READS_EVERYTHING;
}

/* --- reading --- */

typedef struct Filling {
	EntrySet *set;
	const EntriesTaker *outer;
} Filling;

static void filling_begin(void *data)
{
	entry_set_clear(((Filling *)data)->set);
}

static void filling_take(void *data, const EntryMark *mark)
{
	entry_set_add(((Filling *)data)->set, mark);
}

static void filling_page(void *data, size_t n_read, size_t n_counted)
{
	const Filling *filling = data;

	if (filling->outer->page)
		filling->outer->page(filling->outer->data, n_read, n_counted);
}

static void set_fill(HereCopy *here, const HereQuestion *question)
{
	PeerLink *counter = here->has_root ? &here->root : NULL;
	Filling filling = {&here->set, &question->taker};
	const EntriesTaker taker = {.data = &filling,
				    .take = filling_take,
				    .page = filling_page,
				    .rate = question->taker.rate,
				    .budget = question->taker.budget};

	entry_set_reserve(&here->set, entries_count_over(counter, question->suffix));
	entry_set_clear(&here->set);
	here->reading = question->reads_once
				? entries_read_over(&here->link, counter, question->suffix, &taker)
				: entries_read_counted(&here->link, counter, question->suffix,
						       &taker, filling_begin);
}

static bool read_as(HereCopy *here, const HereQuestion *question, Identity *identity)
{
	bool may_all;

	if (!here_open(here, identity))
		return false;
	may_all = may_read_all(here, question);
	set_fill(here, question);
	here->reading.may_all = may_all;
	return copy_reading_sight(&here->reading) == COPY_SIGHT_WHOLE;
}

static size_t n_shown(const HereCopy *here)
{
	return here->reading.is_read ? here->reading.n_entries + 1 : 0;
}

/* An account that the rules let read everything comes first: no other need read it all to find
 * out. */
static Identity *order_by_rules(HereCopy *here, const HereQuestion *question, Identity *identities,
				size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (here_open(here, &identities[i]) && may_read_all(here, question))
			return &identities[i];
	return NULL;
}

static Identity *identities_list(Pool *pool, const HereQuestion *question)
{
	Identity *identities = pool_alloc(pool, (question->n_accounts + 1) * sizeof(*identities));

	identities[0].link = as_root(question);
	for (size_t i = 0; i < question->n_accounts; i++)
		identities[i + 1].link = as_account(question, &question->accounts[i]);
	return identities;
}

void here_open_for_all(Pool *pool, const HereQuestion *question, HereCopy *ret)
{
	const size_t n = question->n_accounts + 1;
	Identity *identities = identities_list(pool, question);

	*ret = (HereCopy){.pool = pool, .set = {.pool = pool_child(pool)}};
	if (order_by_rules(ret, question, identities, n)) {
		ret->reading.may_all = true;
		return;
	}
	for (size_t i = n; i-- > 0;)
		if (here_open(ret, &identities[i]))
			return;
}

void here_copy_read(Pool *pool, const HereQuestion *question, HereCopy *ret)
{
	const size_t n = question->n_accounts + 1;
	Identity *identities = identities_list(pool, question), *first, *most = NULL;
	size_t n_most = 0;
	bool is_whole;

	*ret = (HereCopy){.pool = pool, .set = {.pool = pool_child(pool)}};
	ret->has_root = peer_link_open(pool, &identities[0].link, &ret->root);
	first = order_by_rules(ret, question, identities, n);
	is_whole = first && read_as(ret, question, first);
	/* The accounts are there to see everything, root over ldapi mostly is not. */
	for (size_t i = n; !is_whole && i-- > 0;) {
		is_whole = read_as(ret, question, &identities[i]);
		if (n_shown(ret) > n_most) {
			n_most = n_shown(ret);
			most = &identities[i];
		}
	}
	if (!is_whole && most && most != &identities[0])
		(void)read_as(ret, question, most);
	entry_set_sort(&ret->set);
}

bool here_copy_read_contents(const HereQuestion *question, HereCopy *here)
{
	Filling filling = {&here->set, &question->taker};
	const EntriesTaker taker = {.data = &filling,
				    .take = filling_take,
				    .page = filling_page,
				    .rate = question->taker.rate,
				    .wants_contents = true};
	CopyReading reading;

	entry_set_clear(&here->set);
	if (!link_revive(&here->link)) {
		here->reading = (CopyReading){.problem = peer_link_failure(&here->link).problem};
		return false;
	}
	reading = entries_read_over(&here->link, NULL, question->suffix, &taker);
	entry_set_sort(&here->set);
	if (!reading.is_read)
		here->reading = reading;
	return reading.is_read;
}

void here_copy_close(HereCopy *here)
{
	link_drop(here);
	peer_link_close(&here->root);
	here->has_root = false;
	pool_free(here->set.pool);
	here->set = (EntrySet){0};
}
