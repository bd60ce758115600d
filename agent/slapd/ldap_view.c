/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/ldap_view.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include "agent/slapd/ldap_answer.h"
#include "common/base/buf.h"
#include "common/copy/view.h"
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

/* What of the entries. */
typedef enum SearchFor {
	NAMES,      /* of all attributes */
	USER_NAMES, /* of those that each server has for all readers and replicates */
	CLASSES,    /* values */
	VERSIONS,   /* values */
} SearchFor;

typedef struct Search {
	const char *base;
	int scope;
	const char *filter;
	int size_limit;
	SearchFor what;
} Search;

static const char *const *const attributes_of[] = {
	[NAMES] = all_attributes,
	[USER_NAMES] = user_attributes,
	[CLASSES] = class_attributes,
	[VERSIONS] = version_attributes,
};

/* None when the end has come: slapd is not even asked then. */
unsigned ldap_view_patience_msec(const LdapViewer *viewer)
{
	return budget_left_msec(&viewer->budget, viewer->timeout_msec);
}

static int search_send(const LdapViewer *viewer, const Search *search, int *ret_id)
{
	struct timeval limit = {.tv_sec = SEARCH_LIMIT_SEC};
	const bool wants_values = search->what == CLASSES || search->what == VERSIONS;

	if (ldap_view_patience_msec(viewer) == 0)
		return LDAP_TIMEOUT;
	return ldap_search_ext(viewer->ldap, search->base, search->scope, search->filter,
			       (char **)(uintptr_t)attributes_of[search->what], !wants_values, NULL,
			       NULL, &limit, search->size_limit, ret_id);
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
			OF_CLASS_MAX, CLASSES};
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
						    any_entry, 1, NAMES});
	}
}

static Search target_search(const AccessTarget *target, int size_limit)
{
	return (Search){target->base, target->is_base_alone ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
			target->filter, size_limit, NAMES};
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

static Tree sample_read(const LdapViewer *viewer, const LdapSample *wanted)
{
	const char *suffix = viewer->suffix;
	Tree sample = {0}, children;
	LdapAnswer first;

	(void)sample_take(viewer, &sample, &(Search){suffix, LDAP_SCOPE_BASE, any_entry, 1, NAMES});
	(void)sample_take(
		viewer, &sample,
		&(Search){suffix, LDAP_SCOPE_SUBTREE, "(" PASSWORD "=*)", PASSWORDS_MAX, NAMES});
	children =
		sample_take(viewer, &sample,
			    &(Search){suffix, LDAP_SCOPE_ONELEVEL, any_entry, CHILDREN_MAX, NAMES});
	for (size_t i = 0; i < children.n_entries; i++)
		(void)sample_take(viewer, &sample,
				  &(Search){children.entries[i].dn, LDAP_SCOPE_SUBTREE, any_entry,
					    BELOW_MAX, NAMES});
	sample_classes(viewer, &sample);
	sample_targets(viewer, wanted, &sample);
	first = search_do(viewer, &(Search){suffix, LDAP_SCOPE_SUBTREE, any_entry,
					    (int)wanted->n_first, NAMES});
	sample_add(viewer->pool, &sample, &first.entries, sample.n_entries + wanted->n_first);
	return sample;
}

/* --- the same entries, as another --- */

static bool same_read_for(const LdapViewer *viewer, const Tree *sample, SearchFor what, Tree *ret)
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
		for (size_t k = 0; k < answer.entries.n_entries; k++)
			POOL_PUSH(viewer->pool, ret->entries, ret->n_entries,
				  answer.entries.entries[k]);
	}
	return true;
}

static bool same_read(const LdapViewer *viewer, const Tree *sample, Tree *ret)
{
	return same_read_for(viewer, sample, NAMES, ret);
}

/* --- both --- */

bool ldap_view_compare(const LdapViewer *whole, const LdapViewer *other, const LdapSample *wanted,
		       const char **ret_lacks)
{
	Pool *pool = other->pool;

	*ret_lacks = "";
	for (int i = 0; *ret_lacks && i < ROUNDS; i++) {
		const Tree sample = sample_read(whole, wanted);
		Tree seen = {0}, again = {0}, lasting;

		if (sample.n_entries == 0 || !same_read(other, &sample, &seen))
			return false;
		*ret_lacks = view_lacks(pool, &sample, &seen);
		if (!*ret_lacks)
			return true;
		if (!same_read(whole, &sample, &again))
			return false;
		lasting = view_common(pool, &sample, &again);
		*ret_lacks = view_lacks(pool, &lasting, &seen);
	}
	return true;
}

/* --- two servers --- */

/* The same sample at one of them. */
typedef struct Copy {
	Tree names;
	Tree versions;
} Copy;

static bool copy_read(const LdapViewer *viewer, const Tree *sample, Copy *ret)
{
	return same_read_for(viewer, sample, USER_NAMES, &ret->names) &&
	       same_read_for(viewer, sample, VERSIONS, &ret->versions);
}

/* What both have alike as it was when it was read; false also where one of them is not there. */
static bool is_alike(const Entry *one, const Entry *other, const char *name)
{
	const Attribute *ours = one ? entry_attribute(one, name) : NULL;
	const Attribute *theirs = other ? entry_attribute(other, name) : NULL;

	if (!ours || !theirs || ours->n_values != theirs->n_values)
		return false;
	for (size_t i = 0; i < ours->n_values; i++)
		if (!entry_has_value(other, name, ours->values[i].bytes))
			return false;
	return true;
}

/* Both copies of a sample. */
typedef struct Copies {
	Pool *pool;
	const char *own_dn;
	Copy here, there;
	bool have_same_changes;
} Copies;

static bool have_alike(const Copies *copies, const char *dn, const char *name)
{
	return is_alike(view_entry(&copies->here.versions, dn),
			view_entry(&copies->there.versions, dn), name);
}

/* Of the same version, and where both servers have the very same changes also what is not there at
 * all. */
static bool must_look_alike(const Copies *copies, const char *dn)
{
	if (!view_entry(&copies->there.versions, dn))
		return copies->have_same_changes && view_entry(&copies->here.versions, dn);
	return view_entry(&copies->there.names, dn) && have_alike(copies, dn, "entryUUID") &&
	       have_alike(copies, dn, "entryCSN");
}

/* Anybody may see the own one. */
static bool shows_a_password(const Copies *copies)
{
	const Tree *names = &copies->there.names;

	for (size_t i = 0; i < names->n_entries; i++)
		if (entry_attribute(&names->entries[i], PASSWORD) &&
		    (!copies->own_dn || !dn_equal(names->entries[i].dn, copies->own_dn)))
			return true;
	return false;
}

/* Passwords change, and so do the entries that have one: where none of them shows any, it is not
 * that all were taken away. */
static void passwords_add(const Copies *copies, Tree *ret)
{
	const Tree *names = &copies->here.names;

	for (size_t i = 0; i < names->n_entries; i++) {
		const char *dn = names->entries[i].dn;
		const Attribute *password = entry_attribute(&names->entries[i], PASSWORD);
		Entry only = {.dn = dn};

		if (!password || must_look_alike(copies, dn) ||
		    !view_entry(&copies->there.names, dn) || !have_alike(copies, dn, "entryUUID") ||
		    (copies->own_dn && dn_equal(dn, copies->own_dn)))
			continue;
		POOL_PUSH(copies->pool, only.attributes, only.n_attributes, *password);
		POOL_PUSH(copies->pool, ret->entries, ret->n_entries, only);
	}
}

/* What is here that must be there. */
static Tree comparable(const Copies *copies)
{
	const Tree *names = &copies->here.names;
	Tree found = {0};

	for (size_t i = 0; i < names->n_entries; i++)
		if (must_look_alike(copies, names->entries[i].dn))
			POOL_PUSH(copies->pool, found.entries, found.n_entries, names->entries[i]);
	if (!shows_a_password(copies))
		passwords_add(copies, &found);
	return found;
}

bool ldap_view_compare_copies(const LdapViewer *here, const LdapViewer *there,
			      const LdapSample *wanted, const char **ret_lacks)
{
	Pool *pool = there->pool;

	*ret_lacks = "";
	for (int i = 0; *ret_lacks && i < ROUNDS; i++) {
		const Tree sample = sample_read(here, wanted);
		Copies copies = {.pool = pool, .own_dn = there->dn};
		Tree whole;

		if (sample.n_entries == 0 || !copy_read(here, &sample, &copies.here) ||
		    !copy_read(there, &sample, &copies.there))
			return false;
		copies.have_same_changes = have_alike(&copies, here->suffix, "contextCSN");
		whole = comparable(&copies);
		*ret_lacks = view_lacks(pool, &whole, &copies.there.names);
	}
	return true;
}
