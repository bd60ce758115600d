/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_changes.h"

#include <stdint.h>

#include "agent/session/session_lookup.h"
#include "common/entries/log_change.h"

#define PAGE_SIZE 500

typedef struct Reading {
	PeerLink *link;
	const ChangesQuestion *question;
	const char *filter;
	struct berval cookie;
	LdapAnswer answer;
} Reading;

static int page_send(Reading *reading, int *ret_id)
{
	LDAP *ldap = reading->link->ldap;
	LDAPControl *paged = NULL;
	int code = ldap_create_page_control(ldap, PAGE_SIZE, &reading->cookie, 1, &paged);

	if (code == LDAP_SUCCESS) {
		LDAPControl *controls[] = {paged, reading->link->as, NULL};

		code = ldap_search_ext(ldap, reading->question->log, LDAP_SCOPE_ONELEVEL,
				       reading->filter, (char **)(uintptr_t)log_change_attributes,
				       0, controls, NULL, NULL, LDAP_NO_LIMIT, ret_id);
	}
	ldap_control_free(paged);
	return code;
}

static void values_add(Pool *pool, Entry *entry, const char *name, const struct berval *values)
{
	entry_add_attribute(pool, entry, name, NULL);
	for (const struct berval *value = values; value && value->bv_val; value++)
		entry_add_value(pool, entry, name, value->bv_val,
				log_change_wanted_len(name, value->bv_val, value->bv_len));
}

static void entry_take(const Reading *reading, LDAPMessage *message)
{
	struct berval dn = {0}, name = {0}, *values = NULL;
	AUTO(Pool) *scratch = pool_new();
	BerElement *walk = NULL;
	Entry entry = {.dn = ""};
	int rc = ldap_get_dn_ber(reading->link->ldap, message, &walk, &dn);

	while (rc == LDAP_SUCCESS) {
		rc = ldap_get_attribute_ber(reading->link->ldap, message, walk, &name, &values);
		if (rc != LDAP_SUCCESS || !name.bv_val)
			break;
		values_add(scratch, &entry, name.bv_val, values);
		ber_memfree(values);
	}
	ber_free(walk, 0);
	reading->question->take(reading->question->data, &entry);
}

static void result_take(Reading *reading, LDAPMessage *message)
{
	LDAP *ldap = reading->link->ldap;
	LDAPControl **controls = NULL, *paged;
	char *text = NULL;
	ber_int_t estimate = 0;
	int rc = ldap_parse_result(ldap, message, &reading->answer.code, NULL, &text, NULL,
				   &controls, 0);

	if (rc != LDAP_SUCCESS)
		reading->answer.code = rc;
	reading->answer.text = text ? pool_strdup(reading->link->pool, text) : "";
	ber_memfree(reading->cookie.bv_val);
	reading->cookie = (struct berval){0};
	paged = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (paged)
		(void)ldap_parse_pageresponse_control(ldap, paged, &estimate, &reading->cookie);
	ldap_controls_free(controls);
	ldap_memfree(text);
}

/* A server that sends more than was asked for is none. */
static void page_receive(Reading *reading, int id)
{
	const LdapPatience patience = {
		.timeout_msec = budget_left_msec(&reading->question->budget, ENTRIES_PATIENCE_MSEC),
		.must_stop = reading->question->budget.must_stop};
	int type = LDAP_RES_SEARCH_ENTRY;
	size_t n = 0;

	while (type == LDAP_RES_SEARCH_ENTRY || type == LDAP_RES_SEARCH_REFERENCE ||
	       type == LDAP_RES_INTERMEDIATE) {
		LdapWait wait = ldap_wait_begin(reading->link->ldap, &patience);
		LDAPMessage *message;

		peer_link_heard(reading->link);
		type = ldap_wait_message(&wait, id, &message);
		if (type == LDAP_RES_SEARCH_ENTRY)
			entry_take(reading, message);
		else if (type == LDAP_RES_SEARCH_RESULT)
			result_take(reading, message);
		ldap_msgfree(message);
		if (type == LDAP_RES_SEARCH_ENTRY && ++n > PAGE_SIZE) {
			reading->answer.code = LDAP_PROTOCOL_ERROR;
			return;
		}
	}
	if (type <= 0) {
		reading->answer.code = LDAP_TIMEOUT;
		if (type < 0)
			ldap_get_option(reading->link->ldap, LDAP_OPT_RESULT_CODE,
					&reading->answer.code);
	}
}

static const char *page_read(Reading *reading)
{
	int id;

	if (budget_left_msec(&reading->question->budget, 1) == 0)
		return "there was no time to read all of it";
	reading->answer = (LdapAnswer){.text = ""};
	reading->answer.code = page_send(reading, &id);
	if (reading->answer.code == LDAP_SUCCESS)
		page_receive(reading, id);
	if (reading->answer.code == LDAP_SUCCESS)
		return NULL;
	peer_link_fail(reading->link, PROBE_READ_REFUSED,
		       entries_title(reading->link, reading->question->log), &reading->answer);
	return peer_link_failure(reading->link).problem;
}

const char *changes_read_over(PeerLink *link, const ChangesQuestion *question)
{
	Reading reading = {.link = link, .question = question, .filter = log_change_filter};
	const unsigned usual_msec = link->deadline->timeout_msec;
	const char *problem;

	if (question->since)
		reading.filter = pool_printf(link->pool, "(&%s(reqStart>=%s))", log_change_filter,
					     question->since);
	link->deadline->timeout_msec = ENTRIES_PATIENCE_MSEC;
	do
		problem = page_read(&reading);
	while (!problem && reading.cookie.bv_len > 0);
	ber_memfree(reading.cookie.bv_val);
	link->deadline->timeout_msec = usual_msec;
	return problem;
}
