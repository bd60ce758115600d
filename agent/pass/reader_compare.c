/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/reader_compare.h"

#include <stdint.h>

#include "agent/slapd/uuid_set.h"

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

static void less(Comparison *comparison, const char *text)
{
	comparison->view->outcome = VIEW_LESS;
	comparison->view->text = text;
}

/* What was added or deleted between two searches is not hidden: it is looked for once more. */
static bool one_is_hidden(const Comparison *comparison, const Uuid *lacking, size_t n_lacking)
{
	for (size_t i = 0; i < n_lacking; i++)
		if (!uuid_is_seen(comparison->reader, &lacking[i]) &&
		    uuid_is_seen(comparison->whole, &lacking[i]))
			return true;
	return false;
}

/* True when nothing speaks against: all entries that are there are seen. */
static bool entries_compare(Comparison *comparison)
{
	const ReaderReference *reference = comparison->reference;
	Pool *pool = comparison->reader->pool;
	UuidSet whole, seen;
	Uuid lacking[LACKING_MAX];
	size_t n_lacking;

	if (!uuid_set_read(comparison->whole, &whole) ||
	    !uuid_set_read(comparison->reader, &seen)) {
		untestable(comparison, "slapd did not show all entries within 10 s");
		return false;
	}
	if (seen.is_cut) {
		untestable(comparison, pool_printf(pool, "a limit lets it read %zu entries only",
						   seen.n_items));
		return false;
	}
	n_lacking = uuid_set_lacks(&whole, &seen, lacking, LACKING_MAX);
	if (n_lacking > 0 &&
	    one_is_hidden(comparison, lacking, n_lacking < LACKING_MAX ? n_lacking : LACKING_MAX)) {
		less(comparison, pool_printf(pool, "%zu of %zu entries", n_lacking, whole.n_items));
		return false;
	}
	if (whole.is_cut && (reference->n_counted == 0 || seen.n_items < reference->n_counted)) {
		untestable(comparison, pool_printf(pool, "a limit lets %s read %zu entries only",
						   reference->name, whole.n_items));
		return false;
	}
	return true;
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

	if (!entries_compare(&comparison))
		return;
	if (!ldap_view_compare(whole, reader, &wanted, &lacks)) {
		untestable(&comparison, "no entries could be compared");
	} else if (lacks) {
		less(&comparison, lacks);
	} else if (reference->hidden_by) {
		untestable(&comparison,
			   pool_printf(reader->pool,
				       "it sees what %s sees here, which may not see everything "
				       "itself: %s",
				       reference->name, reference->hidden_by));
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
