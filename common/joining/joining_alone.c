/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_alone.h"

#include "common/base/few.h"
#include "common/remedies/remedies.h"

/*
 * The first node of a cluster brings its data, and a node that was restored, or set up anew with an
 * old dump, looks the same when no peer can be asked: its next write would be newer than all that
 * it lacks, and healthy peers would delete that. So it goes on only where no peer may have more.
 */

/*
 * One that refuses our account may not yet have the database that holds the account; unless that
 * was seen it may be a whole cluster, and the password wrong. The rootdn needs no database. Where
 * no server runs there is none yet: whoever begins a cluster starts its first node before the
 * others are there.
 */
bool joining_may_have_more(const Joining *joining, const Content *peer)
{
	if (peer->state == CONTENT_DENIED)
		return !peer->lacks_database &&
		       (!peer->is_unbegun || joining_reads_as_rootdn(joining, peer));
	return peer->state == CONTENT_UNREACHABLE && !peer->lacks_database && !peer->nobody_listens;
}

static void unseen_add(const Joining *joining, const Content *peer, Few *unseen)
{
	if (joining_may_have_more(joining, peer))
		few_add(unseen, joining_problem(joining, peer));
}

/* "ldap://two: no answer; ldap://three: ...; and 2 more", or nothing. */
static const char *unseen_describe(const Joining *joining)
{
	Few unseen = few_reasons(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody; i++)
		unseen_add(joining, &joining->peers[i], &unseen);
	for (size_t i = 0; i < joining->n_heirs; i++)
		unseen_add(joining, &joining->heirs[i], &unseen);
	return few_text(&unseen);
}

const Hold *joining_judge_alone(const Joining *joining)
{
	const char *unseen = unseen_describe(joining);

	/* --first-node is said of an empty node: where there are entries it compares nothing. */
	if (!*unseen)
		return NULL;
	/* Nothing is remembered of it: a node that was never compared does not join by that. */
	return joining_wait(
		joining,
		pool_printf(
			joining->diff->pool,
			"%s was never compared with a peer, and waits until it can be: %s. If this "
			"node wrote without newer changes from there, they would be deleted. Only "
			"if this is the first node, or none that has more will come back",
			joining->suffix, unseen),
		remedy_text(REMEDY_RELEASE_JOINING));
}
