/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/reader_compare.h"

#include <stdint.h>

#include "agent/ldap/uuid_set.h"

#define FIRST_MAX   500 /* entries whose attributes are compared in any case */
#define LACKING_MAX 20  /* entries that are looked for once more */

typedef struct Comparison {
	const LdapViewer *whole, *reader;
	const ReaderReference *reference;
	ReaderView *view;
} Comparison;

static void untestable(Comparison *comparison, const char *text)
{
	comparison->view->outcome = VIEW_UNTESTABLE;
	comparison->view->text = text;
}

/* It may be quicker, or quieter, some other time. */
static void slow(Comparison *comparison, const char *text)
{
	untestable(comparison, text);
	comparison->view->is_slow = true;
}

static void less(Comparison *comparison, const char *text)
{
	comparison->view->outcome = VIEW_LESS;
	comparison->view->text = text;
}

/* What was deleted between two searches is not hidden: it is looked for once more. */
static ReaderLacks lacks_look(const Comparison *comparison, const AccessTarget *target,
			      const Uuid *lacking, size_t n_lacking)
{
	ReaderLacks lacks = {.n_lacking = n_lacking};

	for (size_t i = 0; i < n_lacking && i < LACKING_MAX && lacks.n_hidden == 0; i++) {
		const UuidSight reader = uuid_look(comparison->reader, target, &lacking[i]);
		const UuidSight whole = uuid_look(comparison->whole, target, &lacking[i]);

		lacks.n_hidden += reader == UUID_IS_HIDDEN && whole == UUID_IS_SEEN;
		lacks.n_gone += reader == UUID_IS_SEEN || whole == UUID_IS_HIDDEN;
	}
	return lacks;
}

/* True when nothing speaks against it: all that the target finds is found as the reader, too.
 * n_counted: so many there must be; 0: nobody knows. */
static bool sets_compare(Comparison *comparison, const AccessTarget *target, size_t n_counted,
			 UuidSet *whole)
{
	Pool *pool = comparison->reader->pool;
	UuidSet seen;
	Uuid lacking[LACKING_MAX];
	ReaderLacks lacks;
	ViewOutcome outcome;

	if (!uuid_set_read(comparison->whole, target, whole) ||
	    !uuid_set_read(comparison->reader, target, &seen)) {
		slow(comparison, "slapd did not show all entries in the time that there was");
		return false;
	}
	if (seen.is_cut) {
		untestable(comparison, pool_printf(pool, "a limit lets it read %zu entries only",
						   seen.n_items));
		return false;
	}
	lacks = lacks_look(comparison, target, lacking,
			   uuid_set_lacks(whole, &seen, lacking, LACKING_MAX));
	outcome = reader_lacks_judge(&lacks);
	if (outcome == VIEW_LESS) {
		less(comparison,
		     pool_printf(pool, "%s%s%zu of %zu entries",
				 target->attribute ? target->attribute : "",
				 target->attribute ? " of " : "", lacks.n_lacking, whole->n_items));
		return false;
	}
	if (outcome == VIEW_UNTESTABLE) {
		slow(comparison, "too many entries were deleted while it was read");
		return false;
	}
	if (whole->is_cut && (n_counted == 0 || seen.n_items < n_counted)) {
		untestable(comparison, pool_printf(pool, "a limit lets %s read %zu entries only",
						   comparison->reference->name, whole->n_items));
		return false;
	}
	return true;
}

/* Where one entry does not stand for the others, a sample of many shows nothing. */
static bool each_compare(Comparison *comparison, const AccessTargets *targets)
{
	for (size_t i = 0; i < targets->n_items; i++) {
		const AccessTarget *target = &targets->items[i];
		UuidSet whole;

		if (!target->is_open || target->spread == ACCESS_LIKE_ALL)
			continue;
		if (target->spread == ACCESS_BY_ENTRY_AND_SEE) {
			untestable(comparison, "that would take to read each single entry");
			return false;
		}
		if (target->attribute && !sets_compare(comparison, target, 0, &whole))
			return false;
	}
	return true;
}

static bool entries_compare(Comparison *comparison, const AccessTargets *targets)
{
	const AccessTarget all = {.base = comparison->reader->suffix, .filter = "(objectClass=*)"};
	UuidSet whole;

	return sets_compare(comparison, &all, comparison->reference->n_counted, &whole) &&
	       (whole.n_items <= FIRST_MAX || each_compare(comparison, targets));
}

/* A value that concerns nothing yet, or the reader's own entry alone, where "by self" may be what
 * lets it in: what it will hide was not seen. NULL: each was tried. */
static const AccessTarget *untried_find(const Comparison *comparison, const AccessTargets *targets)
{
	const AccessTarget *untried = NULL;
	size_t tried = SIZE_MAX; /* the last value that was */

	for (size_t i = 0; i < targets->n_items; i++) {
		const AccessTarget *target = &targets->items[i];

		if (untried && untried->rule != target->rule)
			return untried;
		if (!target->is_open || tried == target->rule)
			continue;
		untried = target;
		if (!ldap_view_finds_other(comparison->whole, target, comparison->view->reader))
			continue;
		untried = NULL;
		tried = target->rule;
	}
	return untried;
}

void reader_compare(const LdapViewer *whole, const LdapViewer *reader, const AccessLists *lists,
		    const ReaderReference *reference, ReaderView *view)
{
	Comparison comparison = {whole, reader, reference, view};
	const AccessTargets targets = access_targets_find(reader->pool, lists, view->reader);
	const LdapSample wanted = {
		.n_first = FIRST_MAX, .targets = targets.items, .n_targets = targets.n_items};
	const AccessTarget *untried;
	const char *lacks;

	if (!entries_compare(&comparison, &targets))
		return;
	if (!ldap_view_compare(whole, reader, &wanted, &lacks)) {
		slow(&comparison, "no entries could be compared");
	} else if (lacks) {
		less(&comparison, lacks);
	} else if (reference->hidden_by) {
		untestable(&comparison,
			   pool_printf(reader->pool,
				       "it sees as much as %s, which may not see everything itself",
				       reference->name));
	} else if (targets.is_cut) {
		untestable(&comparison, "olcAccess names more than is looked at");
	} else if ((untried = untried_find(&comparison, &targets))) {
		untestable(&comparison,
			   pool_printf(reader->pool,
				       "besides its own entry none is there with which it could be "
				       "tried, for %s finds none below %s",
				       untried->filter, untried->base));
	} else {
		view->outcome = VIEW_EQUAL;
		view->text = reference->name;
	}
}
