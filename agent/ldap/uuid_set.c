/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/uuid_set.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "agent/ldap/ldap_answer.h"

#define UUIDS_MAX      2000000
#define UUID_TEXT_SIZE 36

static bool uuid_parse(const struct berval *text, Uuid *ret)
{
	const char *at = text->bv_val;

	if (text->bv_len != UUID_TEXT_SIZE)
		return false;
	for (size_t i = 0; i < ENTRY_UUID_SIZE; i++, at += 2) {
		char pair[3] = {0};
		char *end;

		if (*at == '-')
			at++;
		pair[0] = at[0];
		pair[1] = at[1];
		ret->bytes[i] = (unsigned char)strtoul(pair, &end, 16);
		if (end != pair + 2)
			return false;
	}
	return true;
}

/* An entry that hides its UUID is one that is not seen. */
static void entry_take(const LdapViewer *viewer, LDAPMessage *entry, UuidSet *set)
{
	struct berval **values = ldap_get_values_len(viewer->ldap, entry, "entryUUID");
	Uuid uuid;

	if (values && values[0] && uuid_parse(values[0], &uuid))
		POOL_PUSH(viewer->pool, set->items, set->n_items, uuid);
	ldap_value_free_len(values);
}

static int scope_of(const AccessTarget *target)
{
	return target->is_base_alone ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE;
}

static int search_send(const LdapViewer *viewer, const AccessTarget *target, int *ret_id)
{
	const char *const attributes[] = {"entryUUID", NULL};
	const unsigned msec = ldap_view_patience_msec(viewer);
	struct timeval limit = {.tv_sec = msec / 1000 + 1};

	if (msec == 0)
		return LDAP_TIMEOUT;
	return ldap_search_ext(viewer->ldap, target->base, scope_of(target), target->filter,
			       (char **)(uintptr_t)attributes, 0, NULL, NULL, &limit, LDAP_NO_LIMIT,
			       ret_id);
}

/* The next message: its type, 0 when none came in time. */
static int message_next(const LdapViewer *viewer, int id, LDAPMessage **ret)
{
	const LdapPatience patience = {.timeout_msec = ldap_view_patience_msec(viewer),
				       .must_stop = viewer->budget.must_stop};
	LdapWait wait = ldap_wait_begin(viewer->ldap, &patience);

	*ret = NULL;
	/* Also where message follows message. */
	if (patience.timeout_msec == 0 || (patience.must_stop && patience.must_stop()))
		return 0;
	return ldap_wait_message(&wait, id, ret);
}

static int result_code(const LdapViewer *viewer, LDAPMessage *result)
{
	int code = LDAP_OTHER;

	return ldap_parse_result(viewer->ldap, result, &code, NULL, NULL, NULL, NULL, 0) ==
			       LDAP_SUCCESS
		       ? code
		       : LDAP_OTHER;
}

static int uuid_compare(const void *one, const void *other)
{
	return entry_uuid_compare(((const Uuid *)one)->bytes, ((const Uuid *)other)->bytes);
}

/* True when the answer came to its end. */
static bool answer_take(const LdapViewer *viewer, int id, UuidSet *set)
{
	for (;;) {
		LDAPMessage *message;
		const int type = message_next(viewer, id, &message);
		int code = LDAP_SUCCESS;

		if (type == LDAP_RES_SEARCH_ENTRY)
			entry_take(viewer, message, set);
		else if (type == LDAP_RES_SEARCH_RESULT)
			code = result_code(viewer, message);
		ldap_msgfree(message);
		set->is_cut = set->n_items > UUIDS_MAX || code == LDAP_SIZELIMIT_EXCEEDED ||
			      code == LDAP_TIMELIMIT_EXCEEDED || code == LDAP_ADMINLIMIT_EXCEEDED;
		if (set->n_items > UUIDS_MAX)
			(void)ldap_abandon_ext(viewer->ldap, id, NULL, NULL);
		if (set->is_cut || type <= 0)
			return set->is_cut;
		if (type == LDAP_RES_SEARCH_RESULT)
			return code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT;
	}
}

bool uuid_set_read(const LdapViewer *viewer, const AccessTarget *target, UuidSet *ret)
{
	UuidSet set = {0};
	int id;

	if (search_send(viewer, target, &id) != LDAP_SUCCESS || !answer_take(viewer, id, &set))
		return false;
	if (set.n_items > 0)
		qsort(set.items, set.n_items, sizeof(*set.items), uuid_compare);
	*ret = set;
	return true;
}

size_t uuid_set_lacks(const UuidSet *whole, const UuidSet *part, Uuid *ret, size_t max)
{
	size_t n_lacks = 0;

	for (size_t i = 0, k = 0; i < whole->n_items; i++) {
		while (k < part->n_items && uuid_compare(&part->items[k], &whole->items[i]) < 0)
			k++;
		if (k < part->n_items && uuid_compare(&part->items[k], &whole->items[i]) == 0)
			continue;
		if (n_lacks < max)
			ret[n_lacks] = whole->items[i];
		n_lacks++;
	}
	return n_lacks;
}

static const char *uuid_filter(Pool *pool, const AccessTarget *target, const Uuid *uuid)
{
	char hex[2 * ENTRY_UUID_SIZE + 1];

	for (size_t i = 0; i < ENTRY_UUID_SIZE; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", uuid->bytes[i]);
	return pool_printf(pool, "(&(entryUUID=%.8s-%.4s-%.4s-%.4s-%s)%s)", hex, hex + 8, hex + 12,
			   hex + 16, hex + 20, target->filter);
}

UuidSight uuid_look(const LdapViewer *viewer, const AccessTarget *target, const Uuid *uuid)
{
	const char *const nothing[] = {LDAP_NO_ATTRS, NULL};
	const unsigned msec = ldap_view_patience_msec(viewer);
	LdapAnswer answer;
	int id;

	if (msec == 0 ||
	    ldap_search_ext(viewer->ldap, target->base, scope_of(target),
			    uuid_filter(viewer->pool, target, uuid), (char **)(uintptr_t)nothing, 0,
			    NULL, NULL, NULL, 1, &id) != LDAP_SUCCESS)
		return UUID_SIGHT_UNKNOWN;
	answer = ldap_answer_wait(viewer->pool, viewer->ldap, id, msec);
	if (answer.entries.n_entries > 0)
		return UUID_IS_SEEN;
	return answer.code == LDAP_SUCCESS || answer.code == LDAP_NO_SUCH_OBJECT
		       ? UUID_IS_HIDDEN
		       : UUID_SIGHT_UNKNOWN;
}
