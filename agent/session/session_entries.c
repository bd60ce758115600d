/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_entries.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "agent/session/session_lookup.h"
#include "agent/system/wait.h"
#include "common/entries/contents.h"

#define PAGE_MAX   1000
#define RATE_STEPS 5 /* a second */
#define VALUE_SIZE 64

typedef struct Scan {
	PeerLink *link;
	const char *suffix;
	const EntriesTaker *taker;
	CopyReading reading;
	struct berval cookie;
	size_t n_expected; /* by the server's count; 0: it does not say */
	unsigned page_size;
	int64_t start_msec;
	LdapAnswer answer; /* of the page: result and text */
} Scan;

/* --- controls --- */

/* With TRUE for its value only subentries are shown (RFC 3672). */
static LDAPControl subentries_only(void)
{
	static char oid[] = LDAP_CONTROL_SUBENTRIES;
	static char is_true[] = {0x01, 0x01, (char)0xff};

	return (LDAPControl){.ldctl_oid = oid,
			     .ldctl_value = {.bv_len = sizeof(is_true), .bv_val = is_true},
			     .ldctl_iscritical = 1};
}

static int page_send(Scan *scan, int *ret_id)
{
	LDAP *ldap = scan->link->ldap;
	LDAPControl manage = entries_manage_control(), *paged = NULL;
	const char *const *attributes =
		scan->taker->wants_contents ? entries_all_attributes : entries_mark_attributes;
	int code = ldap_create_page_control(ldap, (ber_int_t)scan->page_size, &scan->cookie, 1,
					    &paged);

	if (code == LDAP_SUCCESS) {
		LDAPControl *controls[] = {&manage, paged, scan->link->as, NULL};

		code = ldap_search_ext(ldap, scan->suffix, LDAP_SCOPE_SUBTREE, "(objectClass=*)",
				       (char **)(uintptr_t)attributes, 0, controls, NULL, NULL,
				       LDAP_NO_LIMIT, ret_id);
	}
	ldap_control_free(paged);
	return code;
}

/* --- one message --- */

/* The first value as text; one that is too long to be what it should is none. */
static void value_copy(const struct berval *values, char *ret, size_t size)
{
	if (!values || !values->bv_val || values->bv_len >= size)
		return;
	memcpy(ret, values->bv_val, values->bv_len);
	ret[values->bv_len] = '\0';
}

static void values_add(ContentsDigest *digest, const char *name, const struct berval *values)
{
	for (const struct berval *value = values; value && value->bv_val; value++)
		contents_digest_add(digest, name, value->bv_val, value->bv_len);
}

/* The digest is of all attributes that were asked for. */
static bool mark_of(LDAP *ldap, LDAPMessage *message, EntryMark *ret, ContentsDigest *digest)
{
	char uuid[VALUE_SIZE] = "", csn[VALUE_SIZE] = "";
	struct berval dn, name, *values;
	BerElement *walk = NULL;
	int rc = ldap_get_dn_ber(ldap, message, &walk, &dn);

	while (rc == LDAP_SUCCESS) {
		values = NULL;
		name = (struct berval){0};
		rc = ldap_get_attribute_ber(ldap, message, walk, &name, &values);
		if (rc != LDAP_SUCCESS || !name.bv_val)
			break;
		if (strcasecmp(name.bv_val, entries_mark_attributes[0]) == 0)
			value_copy(values, uuid, sizeof(uuid));
		else if (strcasecmp(name.bv_val, entries_mark_attributes[1]) == 0)
			value_copy(values, csn, sizeof(csn));
		if (digest)
			values_add(digest, name.bv_val, values);
		ber_memfree(values);
	}
	ber_free(walk, 0);
	return entry_mark_read(uuid, csn, ret);
}

static void entry_take(Scan *scan, LDAPMessage *message)
{
	const bool wants_contents = scan->taker->wants_contents;
	ContentsDigest digest = {0};
	EntryMark mark;

	if (!mark_of(scan->link->ldap, message, &mark, wants_contents ? &digest : NULL)) {
		scan->reading.n_unmarked++;
		return;
	}
	if (wants_contents)
		contents_digest_store(&digest, &mark);
	scan->reading.n_entries++;
	if (scan->taker->take)
		scan->taker->take(scan->taker->data, &mark);
}

/* The end of a page: where the next one begins. The estimate in it is always 0
 * (send_paged_response() of slapd's backends). */
static void result_take(Scan *scan, LDAPMessage *message)
{
	LDAP *ldap = scan->link->ldap;
	LDAPControl **controls = NULL;
	char *text = NULL;
	ber_int_t estimate = 0;
	LDAPControl *paged;
	int rc = ldap_parse_result(ldap, message, &scan->answer.code, NULL, &text, NULL, &controls,
				   0);

	if (rc != LDAP_SUCCESS)
		scan->answer.code = rc;
	scan->answer.text = text ? pool_strdup(scan->link->pool, text) : "";
	ber_memfree(scan->cookie.bv_val);
	scan->cookie = (struct berval){0};
	paged = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (paged)
		(void)ldap_parse_pageresponse_control(ldap, paged, &estimate, &scan->cookie);
	ldap_controls_free(controls);
	ldap_memfree(text);
}

/* Takes each message as it comes. A server that sends more than was asked for is none. */
static void page_receive(Scan *scan, int id)
{
	const size_t n_before = scan->reading.n_entries + scan->reading.n_unmarked;
	const LdapPatience patience = {.timeout_msec = ENTRIES_PATIENCE_MSEC};
	int type = LDAP_RES_SEARCH_ENTRY;

	while (type == LDAP_RES_SEARCH_ENTRY || type == LDAP_RES_SEARCH_REFERENCE ||
	       type == LDAP_RES_INTERMEDIATE) {
		LdapWait wait = ldap_wait_begin(scan->link->ldap, &patience);
		LDAPMessage *message;

		peer_link_heard(scan->link);
		type = ldap_wait_message(&wait, id, &message);
		if (type == LDAP_RES_SEARCH_ENTRY)
			entry_take(scan, message);
		else if (type == LDAP_RES_SEARCH_RESULT)
			result_take(scan, message);
		ldap_msgfree(message);
		if (scan->reading.n_entries + scan->reading.n_unmarked - n_before >
		    scan->page_size) {
			scan->answer.code = LDAP_PROTOCOL_ERROR;
			scan->answer.text = "it sends more entries than a page was to have";
			return;
		}
	}
	if (type <= 0) {
		scan->answer.code = LDAP_TIMEOUT;
		if (type < 0)
			ldap_get_option(scan->link->ldap, LDAP_OPT_RESULT_CODE, &scan->answer.code);
	}
}

/* --- the pages --- */

static unsigned page_size(unsigned rate)
{
	if (rate == 0 || rate / RATE_STEPS > PAGE_MAX)
		return PAGE_MAX;
	return rate < RATE_STEPS ? 1 : rate / RATE_STEPS;
}

static void rate_keep(const Scan *scan)
{
	const size_t n_read = scan->reading.n_entries + scan->reading.n_unmarked;
	const unsigned rate = scan->taker->rate;
	int64_t due_msec;

	if (rate == 0)
		return;
	due_msec = scan->start_msec + (int64_t)(n_read * 1000 / rate) - monotonic_msec();
	if (due_msec > 0)
		pause_msec((unsigned)due_msec);
}

static bool page_read(Scan *scan)
{
	int id;

	scan->answer = (LdapAnswer){.text = ""};
	scan->answer.code = page_send(scan, &id);
	if (scan->answer.code == LDAP_SUCCESS)
		page_receive(scan, id);
	if (scan->answer.code == LDAP_SUCCESS)
		return true;
	peer_link_fail(scan->link, PROBE_READ_REFUSED, entries_title(scan->link, scan->suffix),
		       &scan->answer);
	scan->reading.problem = peer_link_failure(scan->link).problem;
	scan->reading.is_limited = scan->answer.code == LDAP_SIZELIMIT_EXCEEDED;
	return false;
}

/* Those that no other search shows and that the server's count has. */
static size_t subentries_count(PeerLink *link, const char *suffix)
{
	LDAPControl subentries = subentries_only();
	LDAPControl *controls[] = {&subentries, link->as, NULL};
	char *nothing[] = {(char[]){LDAP_NO_ATTRS}, NULL};
	AUTO(Pool) *scratch = pool_new();
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code =
		ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_SUBTREE, "(objectClass=subentry)",
				nothing, 0, controls, NULL, NULL, LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(scratch, link->ldap, id, ENTRIES_PATIENCE_MSEC);
	return answer.code == LDAP_SUCCESS ? answer.entries.n_entries : 0;
}

static void pages_read(Scan *scan)
{
	CopyReading *reading = &scan->reading;
	bool goes_on = true;

	while (goes_on && page_read(scan)) {
		if (scan->taker->page)
			scan->taker->page(scan->taker->data,
					  reading->n_entries + reading->n_unmarked,
					  scan->n_expected);
		goes_on = scan->cookie.bv_len > 0;
		reading->is_read = !goes_on;
		if (goes_on && budget_left_msec(&scan->taker->budget, 1) == 0) {
			reading->problem = "there was no time to read all of it";
			break;
		}
		if (goes_on)
			rate_keep(scan);
	}
	ber_memfree(scan->cookie.bv_val);
}

static void count_keep(Scan *scan, size_t n_before, size_t n_after)
{
	CopyReading *reading = &scan->reading;

	if (n_before == 0 || n_after == 0)
		return;
	reading->n_counted = n_after;
	reading->n_counted_least = n_before < n_after ? n_before : n_after;
	reading->count_moved = n_before != n_after;
	if (n_after > reading->n_entries + reading->n_unmarked)
		reading->n_subentries = subentries_count(scan->link, scan->suffix);
}

CopyReading entries_read_over(PeerLink *link, PeerLink *counter, const char *suffix,
			      const EntriesTaker *taker)
{
	Scan scan = {.link = link,
		     .suffix = suffix,
		     .taker = taker,
		     .n_expected = entries_count_over(counter, suffix),
		     .page_size = page_size(taker->rate),
		     .start_msec = monotonic_msec()};
	const char *dn;
	unsigned usual_msec;

	if (!link_revive(link))
		return (CopyReading){.problem = peer_link_failure(link).problem};
	if (taker->wants_contents)
		link_widen(link);
	dn = link_whoami(link);
	usual_msec = link->deadline->timeout_msec;
	scan.reading.identity = !dn ? "us" : *dn ? pool_printf(link->pool, "'%s'", dn) : "anybody";
	link->deadline->timeout_msec = ENTRIES_PATIENCE_MSEC;
	pages_read(&scan);
	if (scan.reading.is_read)
		count_keep(&scan, scan.n_expected, entries_count_over(counter, suffix));
	/* The one that counts may have found it closed, and the peer gone. */
	if (link->deadline)
		link->deadline->timeout_msec = usual_msec;
	return scan.reading;
}
