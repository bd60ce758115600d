/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/heartbeat_link.h"

#include <stdio.h>
#include <string.h>

#include "agent/input/secret_read.h"
#include "common/base/text.h"

#define TIMEOUT_SEC "5" /* it is this machine's own slapd, and a pass waits */

void heartbeat_link_close(HeartbeatLink *link)
{
	if (link->is_open)
		peer_link_close(&link->link);
	pool_free(link->pool);
	link->pool = NULL;
	link->is_open = false;
}

void heartbeat_link_forget(HeartbeatLink *link)
{
	pool_free(link->refused_pool);
	link->refused_pool = NULL;
	link->refused_dn = NULL;
	link->refused_password = NULL;
}

void heartbeat_link_free(HeartbeatLink *link)
{
	heartbeat_link_close(link);
	heartbeat_link_forget(link);
}

static void problem_take(HeartbeatLink *link, const char *problem)
{
	(void)snprintf(link->problem, sizeof(link->problem), "%s", problem ? problem : "");
}

static void refused_take(HeartbeatLink *link, const char *dn, const char *password)
{
	heartbeat_link_forget(link);
	link->refused_pool = pool_new();
	link->refused_dn = pool_strdup(link->refused_pool, dn);
	link->refused_password = pool_strdup(link->refused_pool, password);
}

static bool link_try(HeartbeatLink *link, const char *uri, const char *dn, const char *password)
{
	Syncrepl *own = pool_alloc(link->pool, sizeof(*own));
	Content failure;

	*own = (Syncrepl){.value = {
				  [SYNCREPL_PROVIDER] = pool_strdup(link->pool, uri),
				  [SYNCREPL_TIMEOUT] = TIMEOUT_SEC,
				  [SYNCREPL_NETWORK_TIMEOUT] = TIMEOUT_SEC,
				  [SYNCREPL_BINDMETHOD] = "simple",
				  [SYNCREPL_BINDDN] = pool_strdup(link->pool, dn),
				  [SYNCREPL_CREDENTIALS] = pool_strdup(link->pool, password),
			  }};
	link->is_open = peer_link_open(link->pool, own, &link->link);
	if (link->is_open)
		return true;
	failure = peer_link_failure(&link->link);
	problem_take(link, failure.problem);
	if (failure.state == CONTENT_DENIED)
		refused_take(link, dn, password);
	peer_link_close(&link->link);
	return false;
}

bool heartbeat_link_open(HeartbeatLink *link, const Context *context, unsigned long n_rounds)
{
	const char *dn = context->verify.binddn;
	Secret secret;

	if (link->is_open)
		return true;
	link->lacks_account = !dn;
	if (!dn) {
		problem_take(link, "agent.json names no account for heartbeats");
		return false;
	}
	heartbeat_link_close(link);
	link->pool = pool_new();
	secret = secret_read_one(link->pool, &context->verify.credentials);
	if (!secret.text) {
		problem_take(link, secret.problem);
		return false;
	}
	if (link->refused_dn && strcmp(dn, link->refused_dn) == 0 &&
	    text_equal(secret.text, link->refused_password))
		return false; /* the problem is the same */
	heartbeat_link_forget(link);
	link->n_opened++;
	link->n_rounds = n_rounds;
	link->asked_usec = 0;
	return link_try(link, context->socket.uri, dn, secret.text);
}

/* --- entries --- */

static HeartbeatResult result_of(HeartbeatLink *link, const LinkAnswer *answer, const char *action)
{
	if (answer->code == LDAP_SUCCESS)
		return HEARTBEAT_DONE;
	problem_take(link, link_write_refusal(&link->link, action, answer));
	if (answer->code == LDAP_NO_SUCH_OBJECT)
		return HEARTBEAT_NO_CONTAINER;
	if (answer->code > 0)
		return HEARTBEAT_REFUSED;
	heartbeat_link_close(link);
	return HEARTBEAT_LINK_GONE;
}

HeartbeatResult heartbeat_link_read(HeartbeatLink *link, Pool *pool, const char *container,
				    Tree *ret)
{
	const LinkAnswer answer = link_list(&link->link, pool, container, HEARTBEAT_ENTRY_FILTER,
					    heartbeat_attributes, ret);

	return result_of(link, &answer, "read the heartbeats");
}

LinkAnswer heartbeat_entry_write(PeerLink *link, const char *container, const Heartbeat *beat,
				 bool is_made_anew)
{
	AUTO(Pool) *scratch = pool_new();
	const char *dn = heartbeat_dn(scratch, container, beat->id);
	const char *values[HEARTBEAT_VALUES_MAX];
	const size_t n_values = heartbeat_values(scratch, beat, values);
	LinkAnswer answer = {.code = LDAP_NO_SUCH_OBJECT};

	if (is_made_anew)
		(void)link_delete(link, dn);
	else
		answer = link_replace(link, dn, "description", values, n_values);
	if (answer.code == LDAP_NO_SUCH_OBJECT)
		answer = link_add_described(link, dn, HEARTBEAT_CLASS, values, n_values);
	return answer;
}

HeartbeatResult heartbeat_link_write(HeartbeatLink *link, const char *container,
				     const Heartbeat *beat, bool is_made_anew)
{
	const LinkAnswer answer = heartbeat_entry_write(&link->link, container, beat, is_made_anew);

	return result_of(link, &answer, "write the heartbeat");
}
