/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/lost_changes.h"
#include "common/copy/copy_relation.h"

#include <string.h>

#include "common/copy/csn_set.h"

static bool is_newer(const char *csn, const char *other)
{
	return csn && (!other || strcmp(csn, other) > 0);
}

static const char *later(const char *one, const char *other)
{
	return is_newer(other, one) ? other : one;
}

static bool is_same_database(const CopyHealth *one, const CopyHealth *other)
{
	return copy_identity(one->entry_uuid, other->entry_uuid) == COPY_IS_SAME;
}

static const char *own_of(const CopyHealth *copy, unsigned our_id)
{
	return csn_newest(copy->csns, copy->n_csns, our_id);
}

/* The newest of this node's own changes that peers show now. */
static const char *own_at_peers(const DatabaseHealth *health, unsigned our_id)
{
	const char *found = NULL;

	for (size_t i = 0; i < health->n_peers; i++)
		if (health->peers[i].is_current &&
		    is_same_database(&health->peers[i], &health->here))
			found = later(found, own_of(&health->peers[i], our_id));
	return found;
}

static bool are_all_current(const DatabaseHealth *health)
{
	for (size_t i = 0; i < health->n_peers; i++)
		if (!health->peers[i].is_current)
			return false;
	return true;
}

static const char *own_missing(const DatabaseHealth *before, const DatabaseHealth *health,
			       unsigned our_id)
{
	const CopyHealth *here = &health->here;
	const char *ours = own_of(here, our_id);
	const char *theirs = own_at_peers(health, our_id);
	const char *missing = before ? before->missing : NULL;
	const char *once = later(missing, theirs);

	if (!here->is_current)
		return missing;
	if (!here->has_suffix)
		return NULL;
	if (missing && is_newer(ours, missing))
		return is_newer(theirs, ours) ? theirs : missing;
	if (before && is_same_database(&before->here, here))
		once = later(once, own_of(&before->here, our_id));
	if (!is_newer(once, ours))
		return NULL;
	/* When no node has it any more there is nothing to be taken back. */
	return is_newer(theirs, ours) || !are_all_current(health) ? once : NULL;
}

/* Nothing new is reported of a copy that is not complete, and nothing is forgotten before it is
 * empty. */
static const char *missing_of(const DatabaseHealth *before, const DatabaseHealth *health,
			      unsigned our_id, bool is_joining)
{
	if (!is_joining)
		return own_missing(before, health, our_id);
	if (health->here.is_current && !health->here.has_suffix)
		return NULL;
	return before ? before->missing : NULL;
}

/* A peer that could be asked shows it, or one that is as new, or there is a newer one here. */
static bool is_sure(const DatabaseHealth *health, unsigned our_id)
{
	const char *theirs = own_at_peers(health, our_id);

	return is_newer(own_of(&health->here, our_id), health->missing) ||
	       (theirs && !is_newer(health->missing, theirs));
}

void own_changes_judge(const DatabaseHealth *before, unsigned our_id, bool is_joining,
		       DatabaseHealth *health)
{
	const int64_t now_sec = health->looked_sec;
	const bool was_missing = before && before->missing && before->missing_sec <= now_sec;

	health->missing = missing_of(before, health, our_id, is_joining);
	if (!health->missing)
		return;
	health->missing_sec = was_missing ? before->missing_sec : now_sec;
	health->has_missing_for_sure =
		(was_missing && before->has_missing_for_sure) || is_sure(health, our_id);
	if (!is_joining && now_sec - health->missing_sec >= HEALTH_TOLERANCE_SEC)
		health->here.state = HEALTH_OLDER;
}
