/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_local.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "agent/ldap/ldap_deadline.h"
#include "agent/ldap/ldap_setup.h"

static int bind_send(LDAP *ldap, const LdapLocal *options, int *ret_id)
{
	return options->dn ? ldap_bind_simple_send(ldap, options->dn, options->password, ret_id)
			   : ldap_bind_external_send(ldap, ret_id);
}

LdapAnswer ldap_local_open(Pool *pool, const LdapLocal *options, LDAP **ret)
{
	const unsigned left_msec = budget_left_msec(&options->budget, UINT_MAX / 2);
	const LdapPatience patience = {.timeout_msec = left_msec,
				       .must_stop = options->budget.must_stop};
	LdapAnswer answer = {.text = ""};
	AUTO(LDAP) *ldap = NULL;
	int id;

	if (left_msec == 0) {
		answer.code = LDAP_TIMEOUT;
		return answer;
	}
	ldap_set_up();
	answer.code = ldap_initialize(&ldap, options->uri);
	if (answer.code != LDAP_SUCCESS)
		return answer;
	ldap_set_plain_options(ldap, left_msec);
	if (!ldap_deadline_set(pool, ldap, left_msec)) {
		answer.code = LDAP_NO_MEMORY;
		return answer;
	}
	ldap_read_ahead(ldap);
	answer.code = bind_send(ldap, options, &id);
	if (answer.code != LDAP_SUCCESS)
		return answer;
	answer = ldap_answer_await(pool, ldap, id, &patience);
	if (answer.code == LDAP_SUCCESS)
		*ret = STEAL(ldap);
	return answer;
}

int ldap_local_become(Pool *pool, LDAP *ldap, const char *dn)
{
	return ldap_act_as(pool, ldap, pool_printf(pool, "dn:%s", dn));
}

LDAPControl ldap_act_as_control(Pool *pool, const char *authzid)
{
	static char oid[] = LDAP_CONTROL_PROXY_AUTHZ;

	return (LDAPControl){
		.ldctl_oid = oid,
		.ldctl_value = {.bv_val = pool_strdup(pool, authzid), .bv_len = strlen(authzid)},
		.ldctl_iscritical = 1};
}

int ldap_act_as(Pool *pool, LDAP *ldap, const char *authzid)
{
	LDAPControl control = ldap_act_as_control(pool, authzid);
	LDAPControl *controls[] = {&control, NULL};

	return ldap_set_option(ldap, LDAP_OPT_SERVER_CONTROLS, controls) == LDAP_OPT_SUCCESS
		       ? LDAP_SUCCESS
		       : LDAP_OTHER;
}

const char *ldap_local_whoami(Pool *pool, LDAP *ldap, unsigned timeout_msec)
{
	const LdapPatience patience = {.timeout_msec = timeout_msec};
	LdapWait wait = ldap_wait_begin(ldap, &patience);
	LDAPMessage *message = NULL;
	struct berval *name = NULL;
	const char *dn = NULL;
	int id;

	if (timeout_msec == 0 || ldap_whoami(ldap, NULL, NULL, &id) != LDAP_SUCCESS)
		return NULL;
	if (ldap_wait_message(&wait, id, &message) > 0 &&
	    ldap_parse_whoami(ldap, message, &name) == LDAP_SUCCESS && name &&
	    strncasecmp(name->bv_val, "dn:", 3) == 0)
		dn = pool_copy(pool, name->bv_val + 3, name->bv_len - 3);
	ber_bvfree(name);
	ldap_msgfree(message);
	return dn;
}
