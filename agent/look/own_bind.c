/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/own_bind.h"

#include "common/slapd/dn.h"

static ProbeBind bind_of(const OwnBind *bind)
{
	return (ProbeBind){.provider = bind->directory->uri,
			   .binddn = bind->link->syncrepl.value[SYNCREPL_BINDDN],
			   .secret = bind->link->secret};
}

/* A server counts refused binds, and locks the account. */
static void refusal_remember(const OwnBind *bind, World *world)
{
	ProbeBind one = bind_of(bind);
	const ProbeRefusals refused = {&one, 1};

	if (one.secret)
		world->refusals = probe_refusals_join(bind->pool, &world->refusals, &refused);
}

/* Why its password must not be sent now; NULL: it may be. */
static const char *withheld_why(const OwnBind *bind, const World *world)
{
	Lockout lockout = {.pool = bind->pool, .directory = bind->directory, .sight = *bind->sight};
	const LockoutAccount *account = lockout_account(&lockout, bind->wanted, bind->link);
	const char *why = lockout_withholds(&lockout, &world->refusals, bind->wanted, bind->link,
					    bind->directory->uri);

	if (!why && account && !account->csn &&
	    dn_is_within(account->dn, bind->wanted->desired->suffix))
		return "its entry is not in the database, or root over ldapi may not see it";
	return why;
}

static bool is_of_the_moment(int code)
{
	return code < 0 || code == LDAP_BUSY || code == LDAP_UNAVAILABLE;
}

LDAP *own_bind_open(const OwnBind *bind, World *world, OwnBindProblem *ret_problem)
{
	const ProbeBind self = bind_of(bind);
	const LdapLocal options = {
		.uri = bind->directory->uri,
		.dn = self.binddn,
		.password = bind->link->syncrepl.value[SYNCREPL_CREDENTIALS],
		.budget = bind->budget,
	};
	const char *why = withheld_why(bind, world);
	LDAP *ldap = NULL;
	LdapAnswer answer;

	if (why) {
		*ret_problem = (OwnBindProblem){why, true};
		return NULL;
	}
	answer = ldap_local_open(bind->pool, &options, &ldap);
	if (answer.code == LDAP_INVALID_CREDENTIALS)
		refusal_remember(bind, world);
	if (answer.code != LDAP_SUCCESS)
		*ret_problem = (OwnBindProblem){
			pool_printf(bind->pool, "it cannot bind here: slapd answered %d (%s)",
				    answer.code, ldap_err2string(answer.code)),
			is_of_the_moment(answer.code) ||
				probe_refusals_have(&world->refusals, &self)};
	return ldap;
}
