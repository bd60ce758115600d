/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/ldap_copies.h"

#include <string.h>

#include "agent/ldap/ldap_answer.h"
#include "common/entries/contents.h"
#include "common/entries/view.h"
#include "common/slapd/dn.h"

#define ROUNDS       2  /* what goes and comes back in the meantime is not hidden */
#define COMPARED_MAX 40 /* attributes of which slapd is asked whether they are hidden */

#define BLIND_MAX 5 /* entries of which it is asked where none shows a password here */

#define PASSWORD  "userPassword"
#define ANY_VALUE "1" /* of most syntaxes; the values here must not be shown there */

/* Both copies of a sample. */
typedef struct Copies {
	const LdapViewer *viewer; /* there */
	Tree sample;
	Tree names, versions;             /* here */
	Tree names_there, versions_there; /* there */
	EntrySight *sights;               /* there, in the order of the sample */
	bool have_same_changes;
	bool shows_a_password;
	size_t n_compared;
	bool is_unsure; /* of something that may be hidden or not */
	Tree whole;     /* what must be there: found here */
} Copies;

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

static bool have_alike(const Copies *copies, const char *dn, const char *name)
{
	return is_alike(view_entry(&copies->versions, dn), view_entry(&copies->versions_there, dn),
			name);
}

static bool is_own(const Copies *copies, const char *dn)
{
	return copies->viewer->dn && dn_equal(dn, copies->viewer->dn);
}

/* Every account may see its own. */
static bool shows_a_password(const Copies *copies)
{
	const Tree *names = &copies->names_there;

	for (size_t i = 0; i < names->n_entries; i++)
		if (entry_attribute(&names->entries[i], PASSWORD) &&
		    !is_own(copies, names->entries[i].dn))
			return true;
	return false;
}

/* --- an attribute that another version of the entry does not show --- */

/* True when the account may not even compare it, whether it is there or not. */
static bool is_refused(const Copies *copies, const char *dn, const char *name)
{
	const LdapViewer *viewer = copies->viewer;
	const LdapPatience patience = {.timeout_msec = ldap_view_patience_msec(viewer),
				       .must_stop = viewer->budget.must_stop};
	struct berval value = {.bv_len = strlen(ANY_VALUE), .bv_val = (char[]){ANY_VALUE}};
	int id;

	if (viewer->begins)
		viewer->begins(viewer->data);
	return patience.timeout_msec > 0 &&
	       ldap_compare_ext(viewer->ldap, dn, name, &value, NULL, NULL, &id) == LDAP_SUCCESS &&
	       ldap_answer_await(viewer->pool, viewer->ldap, id, &patience).code ==
		       LDAP_INSUFFICIENT_ACCESS;
}

/* Passwords change, and so do the entries that have one: where none of them shows any, it is not
 * that all were taken away. */
static bool is_hidden(Copies *copies, const char *dn, const char *name)
{
	if (strcasecmp(name, PASSWORD) == 0 && !copies->shows_a_password && !is_own(copies, dn))
		return true;
	return copies->n_compared++ < COMPARED_MAX && is_refused(copies, dn, name);
}

static void other_version_add(Copies *copies, const Entry *here, const Entry *there)
{
	Entry hidden = {.dn = here->dn};

	for (size_t i = 0; i < here->n_attributes; i++) {
		const char *name = here->attributes[i].name;

		if (attribute_is_computed(name) || entry_attribute(there, name))
			continue;
		if (is_hidden(copies, here->dn, name))
			POOL_PUSH(copies->viewer->pool, hidden.attributes, hidden.n_attributes,
				  here->attributes[i]);
		else
			copies->is_unsure = true;
	}
	if (hidden.n_attributes > 0)
		POOL_PUSH(copies->viewer->pool, copies->whole.entries, copies->whole.n_entries,
			  hidden);
}

/* --- each entry --- */

static bool must_look_alike(const Copies *copies, const char *dn, const Entry *there)
{
	return there && have_alike(copies, dn, "entryUUID") && have_alike(copies, dn, "entryCSN");
}

/* Where both servers have the very same changes, what is not there at all was not deleted. */
static void entry_judge(Copies *copies, size_t i)
{
	const char *dn = copies->sample.entries[i].dn;
	const Entry *here = view_entry(&copies->names, dn);
	const Entry *there = view_entry(&copies->names_there, dn);
	const bool is_not_known = copies->sights[i] == ENTRY_NOT_KNOWN;

	if (!here || copies->sights[i] == ENTRY_IS_GONE)
		return;
	if (copies->sights[i] == ENTRY_IS_HIDDEN || must_look_alike(copies, dn, there) ||
	    (is_not_known && copies->have_same_changes))
		POOL_PUSH(copies->viewer->pool, copies->whole.entries, copies->whole.n_entries,
			  *here);
	else if (there && have_alike(copies, dn, "entryUUID"))
		other_version_add(copies, here, there);
	else
		copies->is_unsure = true;
}

/* --- passwords that may be here, and are hidden from us too --- */

static bool shows_a_password_here(const Copies *copies)
{
	for (size_t i = 0; i < copies->sample.n_entries; i++)
		if (entry_attribute(&copies->sample.entries[i], PASSWORD))
			return true;
	return false;
}

/*
 * A server whose olcAccess hides passwords from root over ldapi as well shows none here. There it
 * says whether they are hidden, even for an entry that has none. Every account may see its own.
 */
static bool hides_unseen_passwords(const Copies *copies)
{
	size_t n_asked = 0;

	if (shows_a_password_here(copies) || copies->shows_a_password)
		return false;
	for (size_t i = 0; i < copies->names_there.n_entries && n_asked < BLIND_MAX; i++) {
		const char *dn = copies->names_there.entries[i].dn;

		if (is_own(copies, dn))
			continue;
		n_asked++;
		if (is_refused(copies, dn, PASSWORD))
			return true;
	}
	return false;
}

static bool copies_read(const LdapViewer *here, Copies *copies)
{
	const LdapViewer *there = copies->viewer;

	copies->sights =
		pool_alloc(there->pool, (copies->sample.n_entries + 1) * sizeof(*copies->sights));
	if (copies->sample.n_entries == 0 ||
	    !ldap_view_read(here, &copies->sample, VIEW_USER_NAMES, &copies->names, NULL) ||
	    !ldap_view_read(here, &copies->sample, VIEW_VERSIONS, &copies->versions, NULL) ||
	    !ldap_view_read(there, &copies->sample, VIEW_USER_NAMES, &copies->names_there,
			    copies->sights) ||
	    !ldap_view_read(there, &copies->sample, VIEW_VERSIONS, &copies->versions_there, NULL))
		return false;
	copies->have_same_changes = have_alike(copies, here->suffix, "contextCSN");
	copies->shows_a_password = shows_a_password(copies);
	return true;
}

/* --- single values --- */

/* Of entries that show the same attributes as they do here. False where somebody stopped to answer.
 */
static bool values_compare(const LdapViewer *here, const Copies *copies, const char **ret_lacks)
{
	Pool *pool = copies->viewer->pool;
	Tree alike = {0}, ours = {0}, theirs = {0};

	for (size_t i = 0; i < copies->sample.n_entries; i++) {
		const char *dn = copies->sample.entries[i].dn;

		if (must_look_alike(copies, dn, view_entry(&copies->names_there, dn)))
			POOL_PUSH(pool, alike.entries, alike.n_entries, copies->sample.entries[i]);
	}
	if (!ldap_view_read(here, &alike, VIEW_COUNTS, &ours, NULL) ||
	    !ldap_view_read(copies->viewer, &alike, VIEW_COUNTS, &theirs, NULL))
		return false;
	*ret_lacks = view_lacks(pool, &ours, &theirs);
	return true;
}

bool ldap_copies_compare(const LdapViewer *here, const LdapViewer *there, const LdapSample *wanted,
			 CopyView *ret)
{
	CopyView view = {.lacks = ""};

	for (int round = 0; view.lacks && round < ROUNDS; round++) {
		Copies copies = {.viewer = there, .sample = ldap_view_sample(here, wanted)};

		if (!copies_read(here, &copies))
			return false;
		for (size_t i = 0; i < copies.sample.n_entries; i++)
			entry_judge(&copies, i);
		view.lacks = view_lacks(there->pool, &copies.whole, &copies.names_there);
		if (!view.lacks && hides_unseen_passwords(&copies))
			view.lacks = PASSWORD
				" (whether any is here is hidden from root over ldapi, too)";
		if (!view.lacks && !values_compare(here, &copies, &view.lacks))
			copies.is_unsure = true;
		view.shows_all = !view.lacks && !copies.is_unsure;
	}
	*ret = view;
	return true;
}
