/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/content.h"

#include <ldap.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "agent/ldap_answer.h"
#include "agent/ldap_result.h"
#include "agent/link_tls.h"

/* slapd waits without limit where timeout or network-timeout is 0; we do not. */
#define DEFAULT_TIMEOUT_SEC 5
#define MAX_TIMEOUT_SEC     15

static const char *const content_attributes[] = {"entryUUID", "contextCSN", NULL};

static Content content_of(Pool *pool, const Tree *tree)
{
	const Entry *entry = tree->n_entries > 0 ? &tree->entries[0] : NULL;
	const Attribute *csns = entry ? entry_attribute(entry, "contextCSN") : NULL;
	Content content = {.state = CONTENT_READ, .has_suffix = entry != NULL};

	if (entry)
		content.entry_uuid = entry_first(entry, "entryUUID");
	for (size_t i = 0; csns && i < csns->n_values; i++)
		POOL_PUSH(pool, content.context_csns, content.n_context_csns,
			  csns->values[i].bytes);
	return content;
}

Content content_read_here(Pool *pool, Directory *directory, const char *suffix)
{
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_BASE,
		.attributes = content_attributes,
	};
	Tree tree = {0};
	Error err = {0};

	if (directory_read(directory, &query, pool, &tree, &err) == 0 ||
	    err.code == LDAP_NO_SUCH_OBJECT)
		return content_of(pool, &tree);
	return (Content){
		.state = err.class == ERROR_UNREACHABLE ? CONTENT_UNREACHABLE : CONTENT_DENIED,
		.problem = pool_strdup(pool, err.text),
	};
}

/* One visit to a peer. */
typedef struct Visit {
	Pool *pool;
	const Syncrepl *link;
	const char *uri;
	LDAP *ldap;
	unsigned timeout_msec;
} Visit;

static unsigned bounded_msec(const Syncrepl *link, SyncreplKeyword keyword)
{
	const unsigned long sec = syncrepl_number(link, keyword);

	return 1000 * (unsigned)(sec == 0                ? DEFAULT_TIMEOUT_SEC
				 : sec > MAX_TIMEOUT_SEC ? MAX_TIMEOUT_SEC
							 : sec);
}

/* An LDAP result as what is known of the peer: answered and refused, or not reached. */
static Content failed(const Visit *visit, const char *action, int code, const char *text)
{
	const bool answered = code > 0;
	char *detail = NULL;
	Content content = {.state = answered ? CONTENT_DENIED : CONTENT_UNREACHABLE};

	if (!answered)
		ldap_get_option(visit->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	text = diagnostic_masked(visit->pool, detail ? detail : text, NULL);
	content.problem = pool_printf(visit->pool, "%s: %s: result %d (%s)%s%s", visit->uri, action,
				      code, ldap_err2string(code), *text ? ": " : "", text);
	if (error_class_of_ldap(code) == ERROR_UNREACHABLE)
		content.state = CONTENT_UNREACHABLE;
	ldap_memfree(detail);
	return content;
}

static Content not_tested(const Visit *visit, const char *why)
{
	return (Content){
		.state = CONTENT_UNREACHABLE,
		.problem = pool_printf(visit->pool, "%s: could not test: %s", visit->uri, why),
	};
}

static bool keyword_is(const Syncrepl *link, SyncreplKeyword keyword, const char *text)
{
	return link->value[keyword] && strcasecmp(link->value[keyword], text) == 0;
}

/* False with the content filled in when the visit ends here. */
static bool visit_start_tls(const Visit *visit, Content *ret)
{
	const bool is_critical = keyword_is(visit->link, SYNCREPL_STARTTLS, "critical");
	int code;

	if (!is_critical && !keyword_is(visit->link, SYNCREPL_STARTTLS, "yes"))
		return true;
	code = ldap_start_tls_s(visit->ldap, NULL, NULL);
	if (code == LDAP_SUCCESS || (!is_critical && code > 0))
		return true; /* slapd goes on in clear text, too, when the peer refuses "yes" */
	*ret = failed(visit, "StartTLS", code, "");
	return false;
}

static int bind_send(const Visit *visit, int *ret_id)
{
	const char *dn = visit->link->value[SYNCREPL_BINDDN];
	const char *password = visit->link->value[SYNCREPL_CREDENTIALS];
	struct berval credentials = {.bv_val = (char[]){""}};

	if (keyword_is(visit->link, SYNCREPL_BINDMETHOD, "sasl"))
		return ldap_bind_external_send(visit->ldap, ret_id);
	if (password) {
		credentials.bv_val = pool_strdup(visit->pool, password);
		credentials.bv_len = strlen(password);
	}
	return ldap_sasl_bind(visit->ldap, dn ? dn : "", LDAP_SASL_SIMPLE, &credentials, NULL, NULL,
			      ret_id);
}

static bool visit_bind(const Visit *visit, Content *ret)
{
	const char *dn = visit->link->value[SYNCREPL_BINDDN];
	const char *title = pool_printf(visit->pool, "bind as '%s'", dn ? dn : "");
	LdapAnswer answer = {.text = ""};
	int id;

	if (keyword_is(visit->link, SYNCREPL_BINDMETHOD, "sasl")) {
		title = "bind with SASL EXTERNAL";
		if (!keyword_is(visit->link, SYNCREPL_SASLMECH, "EXTERNAL")) {
			*ret = not_tested(visit, "of SASL only EXTERNAL is tried");
			return false;
		}
	}
	answer.code = bind_send(visit, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(visit->pool, visit->ldap, id, visit->timeout_msec);
	if (answer.code == LDAP_SUCCESS)
		return true;
	*ret = failed(visit, title, answer.code, answer.text);
	return false;
}

static Content visit_search(const Visit *visit, const char *suffix)
{
	LdapAnswer answer = {.text = ""};
	int id;

	answer.code = ldap_search_ext(visit->ldap, suffix, LDAP_SCOPE_BASE, "(objectClass=*)",
				      (char **)(uintptr_t)content_attributes, 0, NULL, NULL, NULL,
				      1, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(visit->pool, visit->ldap, id, visit->timeout_msec);
	if (answer.code == LDAP_SUCCESS || answer.code == LDAP_NO_SUCH_OBJECT)
		return content_of(visit->pool, &answer.entries);
	return failed(visit, pool_printf(visit->pool, "search '%s'", suffix), answer.code,
		      answer.text);
}

static bool visit_begin(const Visit *visit, Content *ret)
{
	const struct timeval timeout = {
		.tv_sec = visit->timeout_msec / 1000,
	};
	Error err = {0};

	ldap_set_plain_options(visit->ldap, bounded_msec(visit->link, SYNCREPL_NETWORK_TIMEOUT));
	/* The only operation of libldap that waits by itself is StartTLS. */
	ldap_set_option(visit->ldap, LDAP_OPT_TIMEOUT, &timeout);
	if (link_set_tls(visit->ldap, visit->link, &err) == 0)
		return true;
	*ret = not_tested(visit, err.text);
	return false;
}

Content content_read_at_peer(Pool *pool, const Syncrepl *link, unsigned peer_id, const char *suffix)
{
	AUTO(LDAP) *ldap = NULL;
	Visit visit = {
		.pool = pool,
		.link = link,
		.uri = link->value[SYNCREPL_PROVIDER] ? link->value[SYNCREPL_PROVIDER] : "",
		.timeout_msec = bounded_msec(link, SYNCREPL_TIMEOUT),
	};
	Content content;

	if (ldap_initialize(&ldap, visit.uri) != LDAP_SUCCESS) {
		content = not_tested(&visit, "libldap cannot use this URL");
	} else {
		visit.ldap = ldap;
		if (visit_begin(&visit, &content) && visit_start_tls(&visit, &content) &&
		    visit_bind(&visit, &content))
			content = visit_search(&visit, suffix);
	}
	content.peer_id = peer_id;
	return content;
}
