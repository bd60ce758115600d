/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_view.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include "agent/ldap/ldap_answer.h"
#include "common/base/buf.h"
#include "common/entries/view.h"
#include "common/slapd/dn.h"

/* Of a server with millions of entries no search may take long: what it found until then is enough.
 */
#define SEARCH_LIMIT_SEC 2
#define PASSWORDS_MAX    20
#define CHILDREN_MAX     20
#define BELOW_MAX        5 /* of each child of the suffix */
#define CLASSES_MAX      8
#define OF_CLASS_MAX     3
#define OF_TARGET_MAX    5
#define ROUNDS           2   /* what goes and comes back in the meantime is not hidden */
#define SAMPLE_MAX       250 /* besides those of targets, and the first ones */

static const char *const all_attributes[] = {LDAP_ALL_USER_ATTRIBUTES,
					     LDAP_ALL_OPERATIONAL_ATTRIBUTES, NULL};
static const char *const user_attributes[] = {LDAP_ALL_USER_ATTRIBUTES, NULL};
static const char *const class_attributes[] = {"structuralObjectClass", NULL};
static const char *const version_attributes[] = {"entryUUID", "entryCSN", "contextCSN", NULL};
static const char any_entry[] = "(objectClass=*)";

#define PASSWORD "userPassword"

typedef struct Search {
	const char *base;
	int scope;
	const char *filter;
	int size_limit;
	ViewWhat what;
} Search;

static const char *const *const attributes_of[] = {
	[VIEW_NAMES] = all_attributes,     [VIEW_USER_NAMES] = user_attributes,
	[VIEW_CLASSES] = class_attributes, [VIEW_VERSIONS] = version_attributes,
	[VIEW_COUNTS] = user_attributes,
};

/* None when the end has come: slapd is not even asked then. */
unsigned ldap_view_patience_msec(const LdapViewer *viewer)
{
	return budget_left_msec(&viewer->budget, viewer->timeout_msec);
}

static int search_send_with(const LdapViewer *viewer, const Search *search, LDAPControl **controls,
			    int *ret_id)
{
	struct timeval limit = {.tv_sec = SEARCH_LIMIT_SEC};
	const bool wants_names = search->what == VIEW_NAMES || search->what == VIEW_USER_NAMES;

	if (ldap_view_patience_msec(viewer) == 0)
		return LDAP_TIMEOUT;
	return ldap_search_ext(viewer->ldap, search->base, search->scope, search->filter,
			       (char **)(uintptr_t)attributes_of[search->what], wants_names,
			       controls, NULL, &limit, search->size_limit, ret_id);
}

/* As consumers ask: overlays that put values together for clients do not then. What the connection
 * sends with each operation, such as as whom it reads, is to be sent here, too. */
static int search_send_stored(const LdapViewer *viewer, const Search *search, int *ret_id)
{
	LDAPControl stored = {.ldctl_oid = (char[]){LDAP_CONTROL_MANAGEDSAIT},
			      .ldctl_value = {0, NULL}};
	LDAPControl **usual = NULL, **controls = NULL;
	size_t n_controls = 0;
	int rc = ldap_get_option(viewer->ldap, LDAP_OPT_SERVER_CONTROLS, &usual);

	for (size_t i = 0; usual && usual[i]; i++)
		POOL_PUSH(viewer->pool, controls, n_controls, usual[i]);
	POOL_PUSH(viewer->pool, controls, n_controls, &stored);
	POOL_PUSH(viewer->pool, controls, n_controls, NULL);
	if (rc == LDAP_OPT_SUCCESS)
		rc = search_send_with(viewer, search, controls, ret_id);
	ldap_controls_free(usual);
	return rc;
}

static int search_send(const LdapViewer *viewer, const Search *search, int *ret_id)
{
	return search->what == VIEW_COUNTS ? search_send_stored(viewer, search, ret_id)
					   : search_send_with(viewer, search, NULL, ret_id);
}

static LdapAnswer answer_await(const LdapViewer *viewer, int id)
{
	const LdapPatience patience = {.timeout_msec = ldap_view_patience_msec(viewer),
				       .must_stop = viewer->budget.must_stop};

	return ldap_answer_await(viewer->pool, viewer->ldap, id, &patience);
}

static void operation_begin(const LdapViewer *viewer)
{
	if (viewer->begins)
		viewer->begins(viewer->data);
}

static LdapAnswer search_do(const LdapViewer *viewer, const Search *search)
{
	LdapAnswer answer = {.text = ""};
	int id;

	operation_begin(viewer);
	answer.code = search_send(viewer, search, &id);
	return answer.code == LDAP_SUCCESS ? answer_await(viewer, id) : answer;
}

/* --- which entries --- */

static void sample_add(Pool *pool, Tree *sample, const Tree *found, size_t max)
{
	for (size_t i = 0; i < found->n_entries && sample->n_entries < max; i++) {
		size_t k = 0;

		while (k < sample->n_entries &&
		       strcmp(sample->entries[k].dn, found->entries[i].dn) != 0)
			k++;
		if (k == sample->n_entries)
			POOL_PUSH(pool, sample->entries, sample->n_entries, found->entries[i]);
	}
}

static Tree sample_take(const LdapViewer *viewer, Tree *sample, const Search *search)
{
	const LdapAnswer answer = search_do(viewer, search);

	sample_add(viewer->pool, sample, &answer.entries, SAMPLE_MAX);
	return answer.entries;
}

static bool is_word(const char *text)
{
	while (isalnum((unsigned char)*text) || *text == '-' || *text == '.')
		text++;
	return !*text;
}

/* Rules name attributes of few kinds of entries: of each kind some are looked at, also where
 * thousands of another kind come first. */
static void sample_classes(const LdapViewer *viewer, Tree *sample)
{
	Buf known = BUF_IN(viewer->pool);

	for (int i = 0; i < CLASSES_MAX; i++) {
		const Search search = {
			viewer->suffix, LDAP_SCOPE_SUBTREE,
			pool_printf(viewer->pool, "(!(|(!(objectClass=*))%s))", buf_text(&known)),
			OF_CLASS_MAX, VIEW_CLASSES};
		const LdapAnswer answer = search_do(viewer, &search);
		const char *class =
			answer.entries.n_entries > 0
				? entry_first(answer.entries.entries, "structuralObjectClass")
				: NULL;

		if (!class || !is_word(class))
			return;
		buf_printf(&known, "(structuralObjectClass=%s)", class);
		for (size_t k = 0; k < answer.entries.n_entries; k++)
			(void)sample_take(viewer, sample,
					  &(Search){answer.entries.entries[k].dn, LDAP_SCOPE_BASE,
						    any_entry, 1, VIEW_NAMES});
	}
}

static Search target_search(const AccessTarget *target, int size_limit)
{
	return (Search){target->base, target->is_base_alone ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
			target->filter, size_limit, VIEW_NAMES};
}

static void sample_targets(const LdapViewer *viewer, const LdapSample *wanted, Tree *sample)
{
	for (size_t i = 0; i < wanted->n_targets; i++) {
		const Search search = target_search(&wanted->targets[i], OF_TARGET_MAX);
		const LdapAnswer answer = search_do(viewer, &search);

		/* Each has its room: what one of the last values hides is hidden, too. */
		sample_add(viewer->pool, sample, &answer.entries,
			   sample->n_entries + OF_TARGET_MAX);
	}
}

bool ldap_view_finds_other(const LdapViewer *viewer, const AccessTarget *target, const char *dn)
{
	const Search search = target_search(target, 2);
	const LdapAnswer answer = search_do(viewer, &search);

	for (size_t i = 0; i < answer.entries.n_entries; i++)
		if (!dn_equal(answer.entries.entries[i].dn, dn))
			return true;
	return false;
}

Tree ldap_view_sample(const LdapViewer *viewer, const LdapSample *wanted)
{
	const char *suffix = viewer->suffix;
	Tree sample = {0}, children;
	LdapAnswer first;

	(void)sample_take(viewer, &sample,
			  &(Search){suffix, LDAP_SCOPE_BASE, any_entry, 1, VIEW_NAMES});
	(void)sample_take(viewer, &sample,
			  &(Search){suffix, LDAP_SCOPE_SUBTREE, "(" PASSWORD "=*)", PASSWORDS_MAX,
				    VIEW_NAMES});
	children = sample_take(
		viewer, &sample,
		&(Search){suffix, LDAP_SCOPE_ONELEVEL, any_entry, CHILDREN_MAX, VIEW_NAMES});
	for (size_t i = 0; i < children.n_entries; i++)
		(void)sample_take(viewer, &sample,
				  &(Search){children.entries[i].dn, LDAP_SCOPE_SUBTREE, any_entry,
					    BELOW_MAX, VIEW_NAMES});
	sample_classes(viewer, &sample);
	sample_targets(viewer, wanted, &sample);
	first = search_do(viewer, &(Search){suffix, LDAP_SCOPE_SUBTREE, any_entry,
					    (int)wanted->n_first, VIEW_NAMES});
	sample_add(viewer->pool, &sample, &first.entries, sample.n_entries + wanted->n_first);
	return sample;
}

/* --- the same entries, as another --- */

/* slapd names the nearest entry above one that is missing, and none above one that it hides; of one
 * that may be searched but not read it says nothing at all (2.4, 2.5, 2.6). */
static EntrySight sight_of(const LdapAnswer *answer)
{
	if (answer->code == LDAP_SUCCESS)
		return answer->entries.n_entries > 0 ? ENTRY_IS_SHOWN : ENTRY_IS_HIDDEN;
	if (answer->code == LDAP_INSUFFICIENT_ACCESS)
		return ENTRY_IS_HIDDEN;
	if (answer->code != LDAP_NO_SUCH_OBJECT)
		return ENTRY_NOT_KNOWN;
	return *answer->matched ? ENTRY_IS_GONE : ENTRY_IS_HIDDEN;
}

/* Passwords may be among them. */
static void values_forget(Tree *entries)
{
	for (size_t i = 0; i < entries->n_entries; i++)
		for (size_t k = 0; k < entries->entries[i].n_attributes; k++) {
			const Attribute *attribute = &entries->entries[i].attributes[k];

			for (size_t n = 0; n < attribute->n_values; n++) {
				Value *value = &attribute->values[n];

				explicit_bzero((char *)(uintptr_t)value->bytes, value->len);
				*value = (Value){.bytes = ""};
			}
		}
}

bool ldap_view_read(const LdapViewer *viewer, const Tree *sample, ViewWhat what, Tree *ret,
		    EntrySight *ret_sights)
{
	int *ids = pool_alloc(viewer->pool, (sample->n_entries + 1) * sizeof(*ids));

	for (size_t i = 0; i < sample->n_entries; i++)
		if (search_send(
			    viewer,
			    &(Search){sample->entries[i].dn, LDAP_SCOPE_BASE, any_entry, 1, what},
			    &ids[i]) != LDAP_SUCCESS)
			return false;
	for (size_t i = 0; i < sample->n_entries; i++) {
		LdapAnswer answer;

		operation_begin(viewer);
		answer = answer_await(viewer, ids[i]);
		if (answer.code < 0 || answer.code == LDAP_BUSY || answer.code == LDAP_UNAVAILABLE)
			return false;
		if (ret_sights)
			ret_sights[i] = sight_of(&answer);
		if (what == VIEW_COUNTS)
			values_forget(&answer.entries);
		for (size_t k = 0; k < answer.entries.n_entries; k++)
			POOL_PUSH(viewer->pool, ret->entries, ret->n_entries,
				  answer.entries.entries[k]);
	}
	return true;
}

/* --- both --- */

/* What of the entries, as the first one reads them, the second one does not see; what came or went
 * in the meantime is left out. */
static bool lacks_find(const LdapViewer *whole, const LdapViewer *other, const Tree *entries,
		       ViewWhat what, const char **ret_lacks)
{
	Tree seen = {0}, again = {0}, lasting;

	if (!ldap_view_read(other, entries, what, &seen, NULL))
		return false;
	*ret_lacks = view_lacks(other->pool, entries, &seen);
	if (!*ret_lacks)
		return true;
	if (!ldap_view_read(whole, entries, what, &again, NULL))
		return false;
	lasting = view_common(other->pool, entries, &again);
	*ret_lacks = view_lacks(other->pool, &lasting, &seen);
	return true;
}

static bool counts_compare(const LdapViewer *whole, const LdapViewer *other, const Tree *sample,
			   const char **ret_lacks)
{
	Tree counted = {0};

	return ldap_view_read(whole, sample, VIEW_COUNTS, &counted, NULL) &&
	       lacks_find(whole, other, &counted, VIEW_COUNTS, ret_lacks);
}

bool ldap_view_compare(const LdapViewer *whole, const LdapViewer *other, const LdapSample *wanted,
		       const char **ret_lacks)
{
	*ret_lacks = "";
	for (int i = 0; *ret_lacks && i < ROUNDS; i++) {
		const Tree sample = ldap_view_sample(whole, wanted);

		if (sample.n_entries == 0 ||
		    !lacks_find(whole, other, &sample, VIEW_NAMES, ret_lacks))
			return false;
		if (!*ret_lacks && wanted->counts_values &&
		    !counts_compare(whole, other, &sample, ret_lacks))
			return false;
	}
	return true;
}
