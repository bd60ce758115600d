/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_answer.h"

#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include "agent/ldap/ldap_deadline.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"

/* How soon it is noticed that we must stop. */
#define ASK_STOP_MSEC 100

static void attribute_copy(Pool *pool, const struct berval *name, const struct berval *values,
			   Tree *tree)
{
	Entry *entry = &tree->entries[tree->n_entries - 1];

	/* Of a thousand entries most have the same attributes: their names are kept once. */
	entry_add_attribute(pool, entry, name->bv_val,
			    tree->n_entries > 1 ? &tree->entries[tree->n_entries - 2] : NULL);
	for (const struct berval *value = values; value && value->bv_val; value++)
		entry_add_value(pool, entry, name->bv_val, value->bv_val, value->bv_len);
}

/* By the calls that read an entry once from its beginning to its end: the usual ones search it
 * anew for each attribute. */
static void entry_copy(Pool *pool, LDAP *ldap, LDAPMessage *message, Tree *tree)
{
	struct berval dn = {0}, name = {0}, *values = NULL;
	BerElement *walk = NULL;
	int rc = ldap_get_dn_ber(ldap, message, &walk, &dn);

	/* libldap ends the DN with a NUL. */
	tree_add_entry(pool, tree, rc == LDAP_SUCCESS ? dn.bv_val : "");
	while (rc == LDAP_SUCCESS) {
		rc = ldap_get_attribute_ber(ldap, message, walk, &name, &values);
		if (rc != LDAP_SUCCESS || !name.bv_val)
			break;
		attribute_copy(pool, &name, values, tree);
		ber_memfree(values);
	}
	ber_free(walk, 0);
}

static bool tells_locked(LDAP *ldap, LDAPControl **controls)
{
	LDAPControl *control =
		ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
	ber_int_t expire, grace;
	LDAPPasswordPolicyError error;

	return control &&
	       ldap_parse_passwordpolicy_control(ldap, control, &expire, &grace, &error) ==
		       LDAP_SUCCESS &&
	       error == PP_accountLocked;
}

static void result_copy(Pool *pool, LDAP *ldap, LDAPMessage *message, LdapAnswer *answer)
{
	char *matched = NULL, *text = NULL;
	LDAPControl **controls = NULL;
	const LDAPControl *sync_done;
	const int rc = ldap_parse_result(ldap, message, &answer->code, &matched, &text, NULL,
					 &controls, 0);

	if (rc != LDAP_SUCCESS)
		answer->code = rc;
	if (text)
		answer->text = pool_strdup(pool, text);
	answer->matched = matched ? pool_strdup(pool, matched) : "";
	answer->is_locked = tells_locked(ldap, controls);
	sync_done = ldap_control_find(LDAP_CONTROL_SYNC_DONE, controls, NULL);
	if (sync_done && sync_done->ldctl_value.bv_val)
		answer->sync_done = (Value){
			.bytes = pool_copy(pool, sync_done->ldctl_value.bv_val,
					   sync_done->ldctl_value.bv_len),
			.len = sync_done->ldctl_value.bv_len,
		};
	ldap_controls_free(controls);
	ldap_memfree(text);
	ldap_memfree(matched);
}

static void message_copy(Pool *pool, LDAP *ldap, LDAPMessage *message, LdapAnswer *answer)
{
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		entry_copy(pool, ldap, message, &answer->entries);
		break;
	case LDAP_RES_SEARCH_REFERENCE:
	case LDAP_RES_INTERMEDIATE:
		break;
	default:
		result_copy(pool, ldap, message, answer);
	}
}

LdapWait ldap_wait_begin(LDAP *ldap, const LdapPatience *patience)
{
	const LdapDeadline *deadline = ldap_deadline_of(ldap);

	return (LdapWait){.ldap = ldap,
			  .patience = patience,
			  .deadline = deadline,
			  .held_msec = deadline ? deadline->held_msec : 0,
			  .end_msec = monotonic_msec() + patience->timeout_msec};
}

/* How long we kept the server waiting is not its time. */
static void wait_put_off(LdapWait *wait)
{
	const int64_t held_msec = wait->deadline ? wait->deadline->held_msec : 0;

	wait->end_msec += held_msec - wait->held_msec;
	wait->held_msec = held_msec;
}

static struct timeval wait_piece(const LdapWait *wait)
{
	int64_t msec = wait->end_msec - monotonic_msec();

	if (wait->patience->must_stop && msec > ASK_STOP_MSEC)
		msec = ASK_STOP_MSEC;
	msec = progress_piece(msec < 0 ? 0 : msec);
	return (struct timeval){.tv_sec = msec / 1000, .tv_usec = msec % 1000 * 1000};
}

/* After a piece without a message. */
static bool wait_goes_on(LdapWait *wait)
{
	const LdapPatience *patience = wait->patience;
	const int64_t grace_end_msec = monotonic_msec() + patience->grace_msec;

	if (patience->must_stop && !wait->is_stopped && patience->must_stop()) {
		wait->is_stopped = true;
		if (wait->end_msec > grace_end_msec)
			wait->end_msec = grace_end_msec;
	}
	return monotonic_msec() < wait->end_msec;
}

int ldap_wait_message(LdapWait *wait, int message_id, LDAPMessage **ret)
{
	int type;

	do {
		struct timeval timeout = wait_piece(wait);

		*ret = NULL;
		type = ldap_result(wait->ldap, message_id, LDAP_MSG_ONE, &timeout, ret);
		wait_put_off(wait);
	} while (type == 0 && wait_goes_on(wait));
	return type;
}

/* Takes each message as it comes: while slapd works on the next one, and without keeping all. */
LdapAnswer ldap_answer_await(Pool *pool, LDAP *ldap, int message_id, const LdapPatience *patience)
{
	LdapWait wait = ldap_wait_begin(ldap, patience);
	LdapAnswer answer = {.code = LDAP_TIMEOUT, .text = ""};
	int type;

	do {
		LDAPMessage *message;

		type = ldap_wait_message(&wait, message_id, &message);
		if (type > 0)
			message_copy(pool, ldap, message, &answer);
		ldap_msgfree(message);
	} while (type == LDAP_RES_SEARCH_ENTRY || type == LDAP_RES_SEARCH_REFERENCE ||
		 type == LDAP_RES_INTERMEDIATE);
	if (type < 0)
		ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &answer.code);
	answer.is_stopped = type == 0 && wait.is_stopped;
	return answer;
}

LdapAnswer ldap_answer_wait(Pool *pool, LDAP *ldap, int message_id, unsigned timeout_msec)
{
	return ldap_answer_await(pool, ldap, message_id,
				 &(LdapPatience){.timeout_msec = timeout_msec});
}

int ldap_bind_simple_send(LDAP *ldap, const char *dn, const char *password, int *ret_message_id)
{
	const struct berval credentials = {.bv_len = strlen(password),
					   .bv_val = (char *)(uintptr_t)password};
	char password_policy[] = LDAP_CONTROL_PASSWORDPOLICYREQUEST;
	LDAPControl why = {.ldctl_oid = password_policy};
	LDAPControl *controls[] = {&why, NULL};

	return ldap_sasl_bind(ldap, dn, LDAP_SASL_SIMPLE, (struct berval *)(uintptr_t)&credentials,
			      controls, NULL, ret_message_id);
}

int ldap_bind_external_send(LDAP *ldap, int *ret_message_id)
{
	/* With a NULL value libldap sends no credential and slapd waits for one more step. */
	struct berval empty = {.bv_len = 0, .bv_val = (char[]){""}};

	return ldap_sasl_bind(ldap, NULL, "EXTERNAL", &empty, NULL, NULL, ret_message_id);
}

void ldap_set_plain_options(LDAP *ldap, unsigned connect_timeout_msec)
{
	const int version = LDAP_VERSION3, unlimited = LDAP_NO_LIMIT, never = LDAP_DEREF_NEVER;
	const struct timeval timeout = {
		.tv_sec = connect_timeout_msec / 1000,
		.tv_usec = (connect_timeout_msec % 1000) * 1000L,
	};

	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	/* Of searches; their size limit is an argument of each. */
	ldap_set_option(ldap, LDAP_OPT_TIMELIMIT, &unlimited);
	ldap_set_option(ldap, LDAP_OPT_DEREF, &never);
	ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
}
