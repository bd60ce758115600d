/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/directory_ldap.h"

#include <errno.h>
#include <ldap.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "agent/ldap/ldap_answer.h"
#include "agent/ldap/ldap_deadline.h"
#include "agent/ldap/ldap_result.h"
#include "agent/ldap/ldap_setup.h"
#include "agent/system/wait.h"
#include "common/base/buf.h"
#include "common/remedies/remedies.h"

/* A write that was sent ends in a moment, unless slapd is held up. */
#define WRITE_GRACE_MSEC 800
/* The rest of an answer that has begun comes at once. */
#define BYTES_GRACE_MSEC 1000
#define BER_SEQUENCE     0x30 /* what every LDAP message begins with */
/* What slapd needs when it is busy: nothing is sent when less is left for its answer. */
#define READ_NEEDS_MSEC  500
#define WRITE_NEEDS_MSEC 5000

typedef struct DirectoryLdap {
	Directory directory; /* first: a Directory * is one of these */
	Pool *pool;
	LDAP *ldap;
	LdapDeadline *deadline; /* NULL: not connected yet */
	DirectoryTrace trace;
	void *trace_userdata;
	int unanswered_id;      /* a request that slapd has not answered yet; 0: none */
	const char *unanswered; /* what it was */
	unsigned waited_msec;   /* for the last answer that did not come */
	bool is_broken; /* libldap would connect again without a bind: no operation any more */
} DirectoryLdap;

static void trace(const DirectoryLdap *self, const char *title, const LdapAnswer *answer,
		  int64_t started_msec)
{
	AUTO(Pool) *pool = pool_new();
	Buf line = BUF_IN(pool);

	if (!self->trace)
		return;
	buf_printf(&line, "%s: ", title);
	if (answer->entries.n_entries > 0)
		buf_printf(&line, "%zu entries, ", answer->entries.n_entries);
	buf_printf(&line, "result %d (%s), %lld ms", answer->code, ldap_err2string(answer->code),
		   (long long)(monotonic_msec() - started_msec));
	self->trace(self->trace_userdata, buf_text(&line));
}

/* How long the next answer may take. */
static unsigned patience_msec(const DirectoryLdap *self)
{
	return budget_left_msec(&self->directory.budget, self->directory.timeout_msec);
}

static bool is_no_ldap(const DirectoryLdap *self)
{
	return self->deadline->first_byte >= 0 && self->deadline->first_byte != BER_SEQUENCE;
}

/* The sentence for an operation without success. */
static int answer_to_error(const DirectoryLdap *self, const char *title, const LdapAnswer *answer,
			   const Step *step, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char *text = diagnostic_masked(pool, answer->text, step);
	ErrorClass class = error_class_of_ldap(answer->code);

	if (answer->is_stopped)
		return error_set(err, ERROR_STOPPED, answer->code,
				 "%s: slapd had given no answer when syncward was told to end; the "
				 "request stays open",
				 title);
	if (answer->code == LDAP_TIMEOUT)
		return error_set(err, class, answer->code,
				 "%s: slapd gave no answer within %u ms; the request stays open",
				 title, self->waited_msec);
	if (class == ERROR_UNREACHABLE && is_no_ldap(self))
		return error_set(err, class, answer->code,
				 "%s: what answers at %s is no LDAP server", title,
				 self->directory.uri);
	if (class == ERROR_UNREACHABLE && self->deadline->has_passed)
		return error_set(err, class, answer->code,
				 "%s: slapd began an answer and did not end it within %u ms; the "
				 "connection is given up",
				 title, self->waited_msec);
	if (class == ERROR_UNREACHABLE)
		return error_set(err, class, answer->code,
				 "%s: the connection to slapd at %s broke: result %d (%s)", title,
				 self->directory.uri, answer->code, ldap_err2string(answer->code));
	if (step && answer->code == LDAP_OTHER && !*answer->text)
		return error_set(err, ERROR_UNSAVED, answer->code,
				 "%s: slapd answered 80 without a reason: it may have changed its "
				 "memory and not its disk; look for a full or read-only file "
				 "system under its configuration folder",
				 title);
	return error_set(err, class, answer->code, "%s: slapd answered %d (%s)%s%s%s%s", title,
			 answer->code, ldap_err2string(answer->code), *text ? ": " : "", text,
			 ldap_code_is_weakness(answer->code) ? "; " : "",
			 ldap_code_is_weakness(answer->code) ? remedy_text(REMEDY_LOCAL_SSF) : "");
}

/* Waits for the answer to a request just sent; keeps it in mind when none comes. */
static LdapAnswer wait_for(DirectoryLdap *self, Pool *pool, int id, const char *title,
			   unsigned grace_msec)
{
	const LdapPatience patience = {
		.timeout_msec = patience_msec(self),
		.must_stop = self->directory.budget.must_stop,
		.grace_msec = grace_msec,
	};
	LdapAnswer answer;

	/* Later than libldap's own, which only knows of messages that have not begun. */
	self->deadline->timeout_msec = patience.timeout_msec + BYTES_GRACE_MSEC;
	ldap_deadline_restart(self->deadline);
	answer = ldap_answer_await(pool, self->ldap, id, &patience);
	self->waited_msec = patience.timeout_msec;
	if (answer.code == LDAP_TIMEOUT && (self->deadline->has_passed || is_no_ldap(self)))
		answer.code = LDAP_SERVER_DOWN;
	if (answer.code == LDAP_TIMEOUT) {
		self->unanswered_id = id;
		self->unanswered = pool_strdup(self->pool, title);
	} else if (answer.code == LDAP_SERVER_DOWN) {
		self->is_broken = true;
	}
	return answer;
}

/* An earlier request is still open: its answer comes first, and a request is never sent twice. */
static int finish_unanswered(DirectoryLdap *self, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const int64_t started = monotonic_msec();
	LdapAnswer late;
	int id = self->unanswered_id;

	if (self->is_broken)
		return error_set(err, ERROR_UNREACHABLE, LDAP_SERVER_DOWN,
				 "the connection to slapd at %s is broken", self->directory.uri);
	if (id == 0)
		return 0;
	self->unanswered_id = 0;
	late = wait_for(self, pool, id, self->unanswered, 0);
	if (late.code == LDAP_TIMEOUT || self->is_broken)
		return answer_to_error(self, self->unanswered, &late, NULL, err);
	trace(self, self->unanswered, &late, started);
	return 0;
}

static const int ldap_scopes[] = {
	[DIRECTORY_BASE] = LDAP_SCOPE_BASE,
	[DIRECTORY_ONE] = LDAP_SCOPE_ONELEVEL,
	[DIRECTORY_SUBTREE] = LDAP_SCOPE_SUBTREE,
};
_Static_assert(ARRAY_SIZE(ldap_scopes) == DIRECTORY_SCOPE_COUNT, "every scope");

static const char *const scope_names[] = {
	[DIRECTORY_BASE] = "base",
	[DIRECTORY_ONE] = "one",
	[DIRECTORY_SUBTREE] = "sub",
};
_Static_assert(ARRAY_SIZE(scope_names) == DIRECTORY_SCOPE_COUNT, "name every scope");

static void tree_append(Pool *pool, Tree *tree, const Tree *more)
{
	for (size_t i = 0; i < more->n_entries; i++)
		POOL_PUSH(pool, tree->entries, tree->n_entries, more->entries[i]);
}

static int read_answered(const DirectoryLdap *self, const DirectoryQuery *query, const char *title,
			 const LdapAnswer *answer, Error *err)
{
	if (answer->code == LDAP_SUCCESS ||
	    (answer->code == LDAP_SIZELIMIT_EXCEEDED && query->size_limit))
		return 0;
	if (answer->code == LDAP_NO_SUCH_OBJECT && strcasecmp(query->base, "cn=config") == 0)
		return error_set(err, ERROR_DENIED, answer->code,
				 "%s: slapd shows us no cn=config: %s, and %s", title,
				 remedy_text(REMEDY_AS_ROOT), remedy_text(REMEDY_CONFIG_MANAGE));
	if (answer->code == LDAP_SIZELIMIT_EXCEEDED && strcasecmp(query->base, "cn=config") == 0)
		return error_set(err, ERROR_REFUSED, answer->code,
				 "%s: slapd's size limit cuts off what root over ldapi may see; "
				 "give olcDatabase={0}config,cn=config the line %s",
				 title, remedy_text(REMEDY_MONITOR_LIMITS));
	return answer_to_error(self, title, answer, NULL, err);
}

static int ldap_directory_read(Directory *directory, const DirectoryQuery *query, Pool *pool,
			       Tree *ret, Error *err)
{
	DirectoryLdap *self = (DirectoryLdap *)directory;
	AUTO(Pool) *scratch = pool_new();
	const char *filter = query->filter ? query->filter : "(objectClass=*)";
	const char *title = pool_printf(scratch, "search '%s' (%s, %s)", query->base,
					scope_names[query->scope], filter);
	const int64_t started = monotonic_msec();
	LdapAnswer answer = {.text = ""};
	int id;

	if (budget_check(&directory->budget, READ_NEEDS_MSEC, title, err) < 0 ||
	    finish_unanswered(self, err) < 0)
		return -1;
	answer.code = ldap_search_ext(self->ldap, query->base, ldap_scopes[query->scope], filter,
				      (char **)(uintptr_t)query->attributes, 0, NULL, NULL, NULL,
				      query->size_limit ? query->size_limit : LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = wait_for(self, pool, id, title, 0);
	else
		self->is_broken = error_class_of_ldap(answer.code) == ERROR_UNREACHABLE;
	trace(self, title, &answer, started);
	if (read_answered(self, query, title, &answer, err) < 0)
		return -1;
	tree_append(pool, ret, &answer.entries);
	ret->is_cut = answer.code == LDAP_SIZELIMIT_EXCEEDED;
	return 0;
}

static const int mod_operations[] = {
	[MOD_ADD] = LDAP_MOD_ADD,
	[MOD_DELETE] = LDAP_MOD_DELETE,
	[MOD_REPLACE] = LDAP_MOD_REPLACE,
};
_Static_assert(ARRAY_SIZE(mod_operations) == MOD_KIND_COUNT, "every kind of change");

static struct berval **values_convert(Pool *pool, const Mod *mod)
{
	struct berval **values = pool_alloc(pool, (mod->n_values + 1) * sizeof(*values));

	for (size_t i = 0; i < mod->n_values; i++) {
		values[i] = pool_alloc(pool, sizeof(**values));
		values[i]->bv_val = pool_strdup(pool, mod->values[i]);
		values[i]->bv_len = strlen(mod->values[i]);
	}
	return mod->n_values > 0 ? values : NULL;
}

/* libldap's form of the changes: pointers to mods, NULL at the end. */
static LDAPMod **mods_convert(Pool *pool, const Step *step)
{
	LDAPMod **mods = pool_alloc(pool, (step->n_mods + 1) * sizeof(LDAPMod *));

	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];

		mods[i] = pool_alloc(pool, sizeof(LDAPMod));
		mods[i]->mod_op = mod_operations[mod->kind] | LDAP_MOD_BVALUES;
		mods[i]->mod_type = pool_strdup(pool, mod->attribute);
		mods[i]->mod_bvalues = values_convert(pool, mod);
	}
	return mods;
}

/* No controls: slapd executes a write on cn=config and ignores most of them in silence. */
static int step_send(DirectoryLdap *self, Pool *pool, const Step *step, int *ret_id)
{
	switch (step->kind) {
	case STEP_ADD_ENTRY:
		return ldap_add_ext(self->ldap, step->dn, mods_convert(pool, step), NULL, NULL,
				    ret_id);
	case STEP_DELETE_ENTRY:
		return ldap_delete_ext(self->ldap, step->dn, NULL, NULL, ret_id);
	default:
		return ldap_modify_ext(self->ldap, step->dn, mods_convert(pool, step), NULL, NULL,
				       ret_id);
	}
}

static int ldap_directory_apply(Directory *directory, const Step *step, Error *err)
{
	DirectoryLdap *self = (DirectoryLdap *)directory;
	AUTO(Pool) *pool = pool_new();
	const char *title = step_title(pool, step);
	const int64_t started = monotonic_msec();
	LdapAnswer answer = {.text = ""};
	int id;

	if (budget_check(&directory->budget, WRITE_NEEDS_MSEC, title, err) < 0 ||
	    finish_unanswered(self, err) < 0)
		return -1;
	answer.code = step_send(self, pool, step, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = wait_for(self, pool, id, title, WRITE_GRACE_MSEC);
	else
		self->is_broken = error_class_of_ldap(answer.code) == ERROR_UNREACHABLE;
	trace(self, title, &answer, started);
	return answer.code == LDAP_SUCCESS ? 0 : answer_to_error(self, title, &answer, step, err);
}

static DirectoryState ldap_directory_state(const Directory *directory, int *ret_fd)
{
	const DirectoryLdap *self = (const DirectoryLdap *)directory;
	int fd = -1;

	(void)ldap_get_option(self->ldap, LDAP_OPT_DESC, &fd);
	*ret_fd = fd;
	if (self->is_broken)
		return DIRECTORY_BROKEN;
	return self->unanswered_id != 0 ? DIRECTORY_WAITING : DIRECTORY_READY;
}

static void ldap_directory_close(Directory *directory)
{
	DirectoryLdap *self = (DirectoryLdap *)directory;
	Pool *pool = self->pool;

	ldap_handle_release(self->ldap);
	pool_free(pool);
}

static const DirectoryMethods ldap_methods = {
	.read = ldap_directory_read,
	.apply = ldap_directory_apply,
	.state = ldap_directory_state,
	.close = ldap_directory_close,
};

static int connect_failed(const DirectoryLdap *self, int code, int reason, Error *err)
{
	const bool denied = reason == EACCES || reason == EPERM;

	return error_set(err, denied ? ERROR_DENIED : ERROR_UNREACHABLE, reason ? reason : code,
			 "slapd cannot be reached at %s: %s%s%s; %s", self->directory.uri,
			 ldap_err2string(code), reason ? ": " : "", reason ? strerror(reason) : "",
			 denied ? remedy_text(REMEDY_AS_ROOT)
				: "is it running, and does its -h list have this URL?");
}

static int bind_external(DirectoryLdap *self, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const int64_t started = monotonic_msec();
	LdapAnswer answer = {.text = ""};
	int id;

	if (budget_check(&self->directory.budget, READ_NEEDS_MSEC, "slapd", err) < 0)
		return -1;
	self->deadline = ldap_deadline_set(self->pool, self->ldap, self->directory.timeout_msec);
	if (!self->deadline)
		return error_set(err, ERROR_SYSTEM, 0, "libldap takes no deadline");
	ldap_read_ahead(self->ldap);
	errno = 0;
	answer.code = ldap_bind_external_send(self->ldap, &id);
	if (answer.code != LDAP_SUCCESS)
		return connect_failed(self, answer.code, errno, err);
	answer = wait_for(self, pool, id, "bind with SASL EXTERNAL", 0);
	trace(self, "bind with SASL EXTERNAL", &answer, started);
	if (answer.code == LDAP_SUCCESS)
		return 0;
	return answer_to_error(self, "bind with SASL EXTERNAL", &answer, NULL, err);
}

int directory_ldap_open(const DirectoryLdapOptions *options, Directory **ret, Error *err)
{
	Pool *pool = pool_new();
	DirectoryLdap *self = pool_alloc(pool, sizeof(*self));
	AUTO(Directory) *directory = &self->directory;
	int code;

	*self = (DirectoryLdap){
		.directory = {.methods = &ldap_methods,
			      .uri = pool_strdup(pool, options->uri),
			      .timeout_msec = options->timeout_msec,
			      .budget = options->budget},
		.pool = pool,
		.trace = options->trace,
		.trace_userdata = options->trace_userdata,
	};
	if (strncasecmp(options->uri, "ldapi://", strlen("ldapi://")) != 0)
		return error_set(err, ERROR_USAGE, 0,
				 "'%s' is no ldapi:// URL: only there slapd knows who we are",
				 options->uri);
	ldap_set_up();
	code = ldap_initialize(&self->ldap, options->uri);
	if (code != LDAP_SUCCESS)
		return error_set(err, ERROR_USAGE, code, "'%s' is no URL that libldap can use: %s",
				 options->uri, ldap_err2string(code));
	ldap_set_plain_options(self->ldap, options->timeout_msec);
	if (bind_external(self, err) < 0)
		return -1;
	*ret = STEAL(directory);
	return 0;
}
