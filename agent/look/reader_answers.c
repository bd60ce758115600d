/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/reader_answers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "agent/ldap/ldap_local.h"
#include "agent/ldap/sessions_here.h"
#include "agent/look/own_bind.h"
#include "agent/look/reader_compare.h"
#include "common/access/read_rights.h"
#include "common/decide/copy_doubted.h"
#include "common/slapd/dn.h"

#define PATIENCE_MSEC 10000

/* One reader, while it is looked at. */
typedef struct ReaderLook {
	Pool *pool;
	Directory *directory;
	const PlanInput *input;
	const Plan *plan;
	const ReaderNeed *need;
	const LiveDatabase *live;
	AccessLists lists;
	World *world;
	Budget budget;
	bool root_is_rootdn; /* root over ldapi */
	ReaderView view;
} ReaderLook;

static void untestable(ReaderLook *look, bool is_passing, const char *text)
{
	look->view.outcome = VIEW_UNTESTABLE;
	look->view.is_passing = is_passing;
	look->view.text = text;
}

static LdapAnswer session_open(const ReaderLook *look, const char *dn, const char *password,
			       LDAP **ret)
{
	const LdapLocal options = {.uri = look->directory->uri,
				   .dn = dn,
				   .password = password,
				   .budget = look->budget};

	return ldap_local_open(look->pool, &options, ret);
}

/* --- as the reader --- */

/* The links' password of an account: peers bind here with what this node binds with there. */
static const WantedConsumer *account_link(const ReaderLook *look, const char *dn)
{
	const WantedDatabase *wanted = look->need->database;

	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const Syncrepl *syncrepl = &wanted->consumers[i].syncrepl;
		const char *method = syncrepl->value[SYNCREPL_BINDMETHOD];

		if ((!method || strcasecmp(method, "simple") == 0) &&
		    syncrepl->value[SYNCREPL_BINDDN] && syncrepl->value[SYNCREPL_CREDENTIALS] &&
		    dn_equal(syncrepl->value[SYNCREPL_BINDDN], dn))
			return &wanted->consumers[i];
	}
	return NULL;
}

static LDAP *reader_open(ReaderLook *look)
{
	const WantedConsumer *link = account_link(look, look->need->reader);
	const PasswordSight sight = {&look->input->known->peers.links, &look->world->live,
				     look->input->facts->probes};
	const OwnBind bind = {look->pool, look->directory, &sight, look->need->database,
			      link,       look->budget};
	OwnBindProblem problem = {0};
	LDAP *ldap;

	if (!link) {
		untestable(look, true, "this node knows no password with which it binds");
		return NULL;
	}
	ldap = own_bind_open(&bind, look->world, &problem);
	if (!ldap)
		untestable(look, problem.is_passing, problem.text);
	return ldap;
}

/* --- as one that sees everything --- */

/* The rootdn, where root over ldapi is it, or a link binds as it. */
static LDAP *rootdn_open(const ReaderLook *look)
{
	const LiveDatabase *live = look->live;
	const WantedConsumer *link = live->root_dn ? account_link(look, live->root_dn) : NULL;
	const char *password = link ? link->syncrepl.value[SYNCREPL_CREDENTIALS] : NULL;
	LDAP *ldap = NULL;

	for (size_t i = 0; live->root_dn && !password && i < live->n_consumers; i++) {
		const Syncrepl *syncrepl = &live->consumers[i].syncrepl;
		const char *dn = syncrepl->value[SYNCREPL_BINDDN];

		if (live->consumers[i].parses && dn && dn_equal(dn, live->root_dn))
			password = syncrepl->value[SYNCREPL_CREDENTIALS];
	}
	if (look->root_is_rootdn)
		(void)session_open(look, NULL, NULL, &ldap);
	else if (password)
		(void)session_open(look, live->root_dn, password, &ldap);
	return ldap;
}

/* Root over ldapi, and what olcAccess lets it read; NULL: no connection. */
static LDAP *root_open(ReaderLook *look, ReadRights *ret)
{
	LDAP *ldap = NULL;
	const char *dn;

	if (session_open(look, NULL, NULL, &ldap).code != LDAP_SUCCESS)
		return NULL;
	dn = ldap_local_whoami(look->pool, ldap,
			       budget_left_msec(&look->budget, look->directory->timeout_msec));
	*ret = (ReadRights){0};
	if (dn)
		*ret = read_rights_judge(look->pool, &look->lists, dn);
	look->root_is_rootdn = dn && look->live->root_dn && dn_equal(dn, look->live->root_dn);
	return ldap;
}

/* --- both --- */

static size_t entries_counted(const ReaderLook *look)
{
	const char *counted = live_entries_counted(&look->world->live.sizes, look->lists.suffix);

	return counted ? strtoul(counted, NULL, 10) : 0;
}

static void compare(ReaderLook *look, LDAP *whole, LDAP *reader, const ReaderReference *reference)
{
	const LdapViewer form = {.pool = look->pool,
				 .suffix = look->lists.suffix,
				 .timeout_msec = PATIENCE_MSEC,
				 .budget = look->budget};
	LdapViewer viewers[2] = {form, form};

	look->view.is_passing = false; /* that it cannot bind does not matter any more */
	viewers[0].ldap = whole;
	viewers[1].ldap = reader;
	reader_compare(&viewers[0], &viewers[1], &look->lists, reference, &look->view);
}

/* A reader that cannot bind here is looked at through the rootdn. */
static LDAP *reader_open_through_rootdn(ReaderLook *look)
{
	LDAP *ldap = rootdn_open(look);

	if (ldap && ldap_local_become(look->pool, ldap, look->need->reader) != LDAP_SUCCESS) {
		ldap_handle_release(ldap);
		ldap = NULL;
	}
	return ldap;
}

static void reader_look(ReaderLook *look)
{
	ReadRights rights = {0};
	AUTO(LDAP) *root = root_open(look, &rights);
	AUTO(LDAP) *rootdn = rights.outcome == READS_EVERYTHING ? NULL : rootdn_open(look);
	AUTO(LDAP) *reader = reader_open(look);
	ReaderReference reference = {.n_counted = entries_counted(look)};

	if (!reader)
		reader = reader_open_through_rootdn(look);
	if (!reader)
		return;
	if (!root && !rootdn) {
		untestable(look, true, "slapd gave no answer");
		return;
	}
	reference.name = rootdn ? look->live->root_dn : "root over ldapi";
	if (!rootdn && rights.outcome != READS_EVERYTHING)
		reference.hidden_by = read_rights_place_print(look->pool, &rights);
	compare(look, rootdn ? rootdn : root, reader, &reference);
}

static void need_answer(ReaderAnswers *answers, ReaderLook *look)
{
	look->view = (ReaderView){
		.suffix = look->need->database->desired->suffix,
		.reader = look->need->reader,
		.at_sec = (int64_t)time(NULL),
	};
	memcpy(look->view.basis, look->need->basis, sizeof(look->view.basis));
	if (live_find_database(&look->world->live, look->view.suffix, &look->live) != 1)
		return;
	look->lists = live_access_lists(&look->world->live, look->live, look->view.suffix);
	if (look->directory->uri)
		reader_look(look);
	else
		untestable(look, false, "there is no second connection to this server");
	/* Before the first refresh is complete, and before anybody reads from here, what is seen is
	 * that moment's: the entry of a group, or what a rule hides, may be about to come. */
	if (!look->live->syncprov || plan_doubts_copy(&look->plan->held, look->view.suffix))
		look->view.is_passing = true;
	look->view.suffix = pool_strdup(answers->pool, look->view.suffix);
	look->view.reader = pool_strdup(answers->pool, look->view.reader);
	look->view.text = pool_strdup(answers->pool, look->view.text);
	POOL_PUSH(answers->pool, answers->views.items, answers->views.n_items, look->view);
}

/* A server without cn=monitor, or that hides it from us, shows none; where it gave no answer, that
 * is not known, and it is asked again. */
static void sessions_ask(ReaderAnswers *answers, Directory *directory)
{
	AUTO(Pool) *scratch = pool_new();
	Tree tree = {0};
	Error err = {0};

	if (sessions_here_read(directory, scratch, &tree, &err) < 0 &&
	    err.class != ERROR_CONFLICT && err.class != ERROR_DENIED)
		return;
	answers->views.sessions = reader_sessions_take(answers->pool, &tree, (int64_t)time(NULL));
}

void reader_answers_ask(ReaderAnswers *answers, Directory *directory, const PlanInput *input,
			const Plan *plan, World *world)
{
	AUTO(Pool) *pool = pool_new();
	const Budget *whole = &directory->budget;
	const Budget all = budget_of(budget_left_msec(whole, PATIENCE_MSEC), whole->must_stop);

	if (plan->unknown.sessions)
		sessions_ask(answers, directory);
	for (size_t i = 0; i < plan->unknown.n_readers; i++) {
		/* One that takes long leaves their share to the others. */
		const unsigned share_msec = budget_left_msec(&all, PATIENCE_MSEC) /
					    (unsigned)(plan->unknown.n_readers - i);
		ReaderLook look = {.pool = pool,
				   .directory = directory,
				   .input = input,
				   .plan = plan,
				   .need = &plan->unknown.readers[i],
				   .world = world,
				   .budget = budget_of(share_msec, whole->must_stop)};

		need_answer(answers, &look);
	}
	world->refusals = probe_refusals_copy(answers->pool, &world->refusals);
}
