/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/memory_equal.h"

#include <string.h>

#include "common/base/text.h"

static bool database_equal(const KnownDatabase *one, const KnownDatabase *other)
{
	if (strcmp(one->suffix, other->suffix) != 0 || one->n_foreign != other->n_foreign ||
	    one->is_joining != other->is_joining || one->is_consumer != other->is_consumer ||
	    one->source_gone_sec != other->source_gone_sec || one->is_rising != other->is_rising ||
	    one->refers_updates != other->refers_updates ||
	    one->is_complete != other->is_complete || one->was_partial != other->was_partial ||
	    !one->suspect != !other->suspect || !peer_ids_equal(&one->linked, &other->linked) ||
	    !text_equal(one->filled, other->filled) ||
	    !seen_changes_equal(&one->seen, &other->seen) ||
	    !peer_ids_equal(&one->met, &other->met))
		return false;
	for (size_t i = 0; i < one->n_foreign; i++)
		if (strcmp(one->foreign[i], other->foreign[i]) != 0)
			return false;
	return true;
}

bool known_databases_equal(const Known *one, const Known *other)
{
	if (one->n_databases != other->n_databases)
		return false;
	for (size_t i = 0; i < one->n_databases; i++)
		if (!database_equal(&one->databases[i], &other->databases[i]))
			return false;
	return true;
}

bool known_left_equal(const KnownLeave *one, const KnownLeave *other)
{
	if (one->n_databases != other->n_databases || one->is_rejoining != other->is_rejoining ||
	    !text_equal(one->time, other->time))
		return false;
	for (size_t i = 0; i < one->n_databases; i++)
		if (one->databases[i].was_closed != other->databases[i].was_closed ||
		    strcmp(one->databases[i].suffix, other->databases[i].suffix) != 0)
			return false;
	return true;
}

bool known_unsaved_equal(const KnownServer *one, const KnownServer *other)
{
	if (one->n_unsaved != other->n_unsaved)
		return false;
	for (size_t i = 0; i < one->n_unsaved; i++)
		if (strcmp(one->unsaved[i].dn, other->unsaved[i].dn) != 0 ||
		    !text_equal(one->unsaved[i].attribute, other->unsaved[i].attribute) ||
		    !text_equal(one->unsaved[i].slapd_started, other->unsaved[i].slapd_started))
			return false;
	return true;
}

static bool age_equal(const ConsumerAge *one, const ConsumerAge *other)
{
	return one->peer_id == other->peer_id && one->made_sec == other->made_sec &&
	       one->entry_sec == other->entry_sec && one->started_sec == other->started_sec &&
	       strcmp(one->suffix, other->suffix) == 0;
}

bool known_ages_equal(const KnownPeers *one, const KnownPeers *other)
{
	if (one->n_ages != other->n_ages)
		return false;
	for (size_t i = 0; i < one->n_ages; i++)
		if (!age_equal(&one->ages[i], &other->ages[i]))
			return false;
	return true;
}
