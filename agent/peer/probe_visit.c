/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_visit.h"

#include <stdint.h>
#include <time.h>

#include "agent/ldap/ldap_local.h"
#include "agent/system/wait.h"
#include "common/copy/csn_set.h"
#include "common/probe/probe_read.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_log.h"

#define LOG_SAMPLE_MAX 10
#define LOG_AGAIN_MSEC 1000 /* a change is in the database first, then in the log */
/* Those changes that have reqMod; in a log of the other kind nothing is looked at. */
#define LOG_CHANGES "(|(objectClass=auditAdd)(objectClass=auditModify))"

/* The requests of one visit. They are sent together: over a long way that saves most of the time.
 */
typedef enum Question {
	ASK_SUFFIX,
	ASK_SYNC,
	ASK_LOG, /* of a delta-syncrepl link */
	ASK_LOG_CHANGES,
	ASK_LOG_ROOT, /* when the suffix entry was read */
	ASK_SAMPLE,
	ASK_ACCOUNT, /* the bind DN's own entry */
	ASK_SCHEMA,
	ASK_CLOCK,
	ASK_CONTEXTS, /* only when the suffix is not there */
	QUESTION_COUNT
} Question;

typedef struct Visit {
	PeerLink link;
	Probe *probe;
	bool is_over; /* the connection is of no use any more */
	int ids[QUESTION_COUNT];
	LdapAnswer answers[QUESTION_COUNT];
	int64_t asked_sec, answered_sec; /* of ASK_CLOCK */
} Visit;

typedef struct Request {
	const char *base; /* NULL: the suffix */
	int scope;
	const char *const *attributes;
	bool types_only;
	int size_limit;
	ProbeDepth depth; /* from which on it is asked */
	bool is_sync;     /* with a critical synchronisation control, as a consumer asks */
} Request;

static const char *const suffix_attributes[] = {"entryUUID", "contextCSN", NULL};
static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
static const char *const log_attributes[] = {"contextCSN", "minCSN", NULL};
static const char *const change_attributes[] = {"reqDN", "reqType", "reqMod", "entryCSN", NULL};
static const char *const sample_attributes[] = {"entryCSN", "userPassword", NULL};
static const char *const account_attributes[] = {"userPassword", NULL};
static const char *const schema_attributes[] = {"attributeTypes", "objectClasses", NULL};
static const char *const clock_attributes[] = {"monitorTimestamp", NULL};
static const char *const context_attributes[] = {"namingContexts", NULL};

static const Request requests[] = {
	[ASK_SUFFIX] = {NULL, LDAP_SCOPE_BASE, suffix_attributes, false, 1, PROBE_DEPTH_CONTENT,
			false},
	[ASK_SYNC] = {NULL, LDAP_SCOPE_BASE, no_attributes, false, 0, PROBE_DEPTH_ID, true},
	[ASK_LOG] = {NULL, LDAP_SCOPE_BASE, no_attributes, false, 0, PROBE_DEPTH_ID, true},
	[ASK_LOG_ROOT] = {NULL, LDAP_SCOPE_BASE, log_attributes, false, 1, PROBE_DEPTH_ID, false},
	[ASK_LOG_CHANGES] = {NULL, LDAP_SCOPE_SUBTREE, change_attributes, true, LOG_SAMPLE_MAX,
			     PROBE_DEPTH_ID, false},
	[ASK_SAMPLE] = {NULL, LDAP_SCOPE_SUBTREE, sample_attributes, true, PROBE_SAMPLE_MAX,
			PROBE_DEPTH_WHOLE, false},
	[ASK_ACCOUNT] = {NULL, LDAP_SCOPE_BASE, account_attributes, true, 1, PROBE_DEPTH_WHOLE,
			 false},
	[ASK_SCHEMA] = {"cn=Subschema", LDAP_SCOPE_BASE, schema_attributes, false, 1,
			PROBE_DEPTH_WHOLE, false},
	[ASK_CLOCK] = {"cn=Current,cn=Time,cn=Monitor", LDAP_SCOPE_BASE, clock_attributes, false, 1,
		       PROBE_DEPTH_ID, false},
	[ASK_CONTEXTS] = {"", LDAP_SCOPE_BASE, context_attributes, false, 1, PROBE_DEPTH_CONTENT,
			  false},
};
_Static_assert(ARRAY_SIZE(requests) == QUESTION_COUNT, "describe every question");

/* The bind DN when it has an entry in this database; NULL: with SASL, or elsewhere. */
static const char *own_account(const Visit *visit)
{
	const char *dn = visit->link.syncrepl->value[SYNCREPL_BINDDN];
	const char *password = visit->link.syncrepl->value[SYNCREPL_CREDENTIALS];

	return dn && password && dn_is_within(dn, visit->probe->suffix) ? dn : NULL;
}

static const char *log_of(const Visit *visit)
{
	return syncrepl_log(visit->link.syncrepl);
}

static const char *base_of(const Visit *visit, Question question)
{
	if (question == ASK_ACCOUNT)
		return own_account(visit);
	if (question >= ASK_LOG && question <= ASK_LOG_ROOT)
		return log_of(visit);
	return requests[question].base ? requests[question].base : visit->probe->suffix;
}

/* No slapd, and so no syncprov, has a log of the other kind. */
static bool is_sync(const Visit *visit, Question question)
{
	return requests[question].is_sync &&
	       (question != ASK_LOG || syncrepl_log_is_accesslog(visit->link.syncrepl));
}

static void ask(Visit *visit, Question question)
{
	const Request *request = &requests[question];
	const char *base = base_of(visit, question);
	LDAPControl sync = peer_link_refresh_only();
	LDAPControl *controls[] = {&sync, visit->link.as, NULL};

	if (!base)
		return;
	if (question == ASK_CLOCK)
		visit->asked_sec = time(NULL);
	visit->answers[question].code =
		ldap_search_ext(visit->link.ldap, base, request->scope,
				question == ASK_LOG_CHANGES ? LOG_CHANGES : "(objectClass=*)",
				(char **)(uintptr_t)request->attributes, request->types_only,
				is_sync(visit, question) ? controls : NULL, NULL, NULL,
				request->size_limit, &visit->ids[question]);
}

/* False when there is no answer to be judged. */
static bool hear(Visit *visit, Question question)
{
	static const char *const titles[] = {
		[ASK_SUFFIX] = "read the suffix entry",
		[ASK_SYNC] = "synchronising search",
		[ASK_LOG] = "read the log of changes",
		[ASK_LOG_CHANGES] = "search the log of changes",
		[ASK_LOG_ROOT] = "read the log of changes",
		[ASK_SAMPLE] = "search below the suffix",
		[ASK_ACCOUNT] = "read the bind DN's entry",
		[ASK_SCHEMA] = "read the schema",
		[ASK_CLOCK] = "read cn=Monitor",
		[ASK_CONTEXTS] = "read the root DSE",
	};
	LdapAnswer *answer = &visit->answers[question];

	if (visit->is_over || visit->ids[question] == 0)
		return false;
	if (answer->code == LDAP_SUCCESS) {
		peer_link_restart(&visit->link);
		*answer = ldap_answer_wait(visit->link.pool, visit->link.ldap, visit->ids[question],
					   visit->link.timeout_msec);
	}
	if (question == ASK_CLOCK)
		visit->answered_sec = time(NULL);
	if (answer->code >= LDAP_SUCCESS)
		return true;
	visit->is_over = true;
	peer_link_fail(&visit->link, PROBE_READ_REFUSED, titles[question], answer);
	return false;
}

/* The cookie in a syncDoneValue; NULL when it has none. */
static const char *cookie_of(Pool *pool, const Value *sync_done)
{
	struct berval value = {.bv_len = sync_done->len}, cookie;
	const char *found = NULL;
	BerElement *ber;
	ber_len_t len;

	if (!sync_done->bytes)
		return NULL;
	value.bv_val = pool_copy(pool, sync_done->bytes, sync_done->len);
	ber = ber_init(&value);
	if (ber && ber_scanf(ber, "{") != LBER_ERROR &&
	    ber_peek_tag(ber, &len) == LDAP_TAG_SYNC_COOKIE &&
	    ber_scanf(ber, "m", &cookie) != LBER_ERROR)
		found = pool_copy(pool, cookie.bv_val, cookie.bv_len);
	ber_free(ber, 1);
	return found;
}

static ProbeAnswer answer_of(const Visit *visit, Question question)
{
	const LdapAnswer *answer = &visit->answers[question];

	return (ProbeAnswer){.code = answer->code,
			     .text = peer_link_text(&visit->link, answer->text),
			     .entries = &answer->entries};
}

static void hear_suffix(Visit *visit)
{
	Pool *pool = visit->link.pool;
	ProbeAnswer answer;

	if (!hear(visit, ASK_SUFFIX))
		return;
	answer = answer_of(visit, ASK_SUFFIX);
	probe_take_suffix(pool, visit->probe, &answer);
	if (visit->probe->has_suffix || answer.code == LDAP_SUCCESS)
		return;
	ask(visit, ASK_CONTEXTS);
	if (!hear(visit, ASK_CONTEXTS))
		return;
	answer = answer_of(visit, ASK_CONTEXTS);
	probe_take_contexts(pool, visit->probe, &answer);
}

static void hear_sync(Visit *visit)
{
	Pool *pool = visit->link.pool;
	const char *cookie;
	ProbeAnswer answer;

	if (!hear(visit, ASK_SYNC))
		return;
	answer = answer_of(visit, ASK_SYNC);
	cookie = cookie_of(pool, &visit->answers[ASK_SYNC].sync_done);
	probe_take_sync(pool, visit->probe, &answer, cookie ? csn_cookie_sid(cookie) : -1);
}

static bool hear_log_root(Visit *visit, ProbeLog *log)
{
	ask(visit, ASK_LOG_ROOT);
	if (!hear(visit, ASK_LOG_ROOT))
		return false;
	log->root = answer_of(visit, ASK_LOG_ROOT);
	return true;
}

/* -1: no answer. Of objectClass, which every entry has; the value does not matter. */
static int compare(Visit *visit, const char *base)
{
	const struct berval value = {.bv_len = sizeof("top") - 1, .bv_val = (char[]){"top"}};
	LDAPControl *controls[] = {visit->link.as, NULL};
	LdapAnswer answer;
	int id;

	if (ldap_compare_ext(visit->link.ldap, base, "objectClass",
			     (struct berval *)(uintptr_t)&value, controls, NULL,
			     &id) != LDAP_SUCCESS)
		return -1;
	peer_link_restart(&visit->link);
	answer = ldap_answer_wait(visit->link.pool, visit->link.ldap, id, visit->link.timeout_msec);
	return answer.code >= LDAP_SUCCESS ? answer.code : -1;
}

/* Its contextCSN, read after that of the suffix entry: what that had must be in it, at the latest a
 * moment later. */
static void hear_log(Visit *visit)
{
	const LinkHooks *hooks = visit->link.hooks;
	ProbeLog log = {.base = log_of(visit),
			.is_accesslog = syncrepl_log_is_accesslog(visit->link.syncrepl)};

	if (!hear(visit, ASK_LOG))
		return;
	log.sync = answer_of(visit, ASK_LOG);
	if (!hear(visit, ASK_LOG_CHANGES))
		return;
	log.changes = answer_of(visit, ASK_LOG_CHANGES);
	if (!hear_log_root(visit, &log))
		return;
	if (probe_log_is_behind(visit->probe, &log)) {
		hooks->enter(hooks->data, PROBE_LOG, 2 * visit->link.timeout_msec);
		pause_msec(LOG_AGAIN_MSEC);
		if (!hear_log_root(visit, &log))
			return;
	}
	log.compared = compare(visit, log.base);
	log.compared_here = compare(visit, visit->probe->suffix);
	probe_take_log(visit->link.pool, visit->probe, &log);
}

static void hear_rest(Visit *visit)
{
	Pool *pool = visit->link.pool;
	const ProbeAnswer *account = NULL;
	ProbeAnswer sample, own, schema, clock;

	if (hear(visit, ASK_ACCOUNT)) {
		own = answer_of(visit, ASK_ACCOUNT);
		account = &own;
	}
	if (hear(visit, ASK_SAMPLE)) {
		sample = answer_of(visit, ASK_SAMPLE);
		probe_take_sample(pool, visit->probe, &sample, account);
	}
	if (hear(visit, ASK_SCHEMA)) {
		schema = answer_of(visit, ASK_SCHEMA);
		probe_take_schema(pool, visit->probe, &schema);
	}
	if (hear(visit, ASK_CLOCK)) {
		clock = answer_of(visit, ASK_CLOCK);
		probe_take_clock(visit->probe, &clock, visit->asked_sec, visit->answered_sec);
	}
}

static void visit_ask(Visit *visit, ProbeDepth depth)
{
	const LinkHooks *hooks = visit->link.hooks;

	hooks->enter(hooks->data, PROBE_SUFFIX, QUESTION_COUNT * visit->link.timeout_msec);
	for (Question question = 0; question < ASK_CONTEXTS; question++)
		if (requests[question].depth <= depth && question != ASK_LOG_ROOT)
			ask(visit, question);
	hear_suffix(visit);
	hear_sync(visit);
	hear_log(visit);
	hear_rest(visit);
}

void peer_visit(Pool *pool, const Syncrepl *syncrepl, ProbeDepth depth, const LinkHooks *hooks,
		Probe *probe)
{
	Visit visit = {.probe = probe};

	if (peer_link_open_watched(pool, syncrepl, hooks, probe, &visit.link))
		visit_ask(&visit, depth);
	peer_link_close(&visit.link);
}
