/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/joining_alone.h"

#include "common/base/buf.h"
#include "common/base/remedies.h"
#include "common/copy/csn_set.h"

/*
 * The first node of a cluster brings its data, and a node that was restored, or set up anew with an
 * old dump, looks the same when nobody can be asked: its next write would be newer than all that
 * it lacks, and healthy peers would delete that. So it goes on only where no peer may have more.
 */

/* It wrote under a server ID before: as a member of a cluster, or a standalone server that had one.
 */
static bool has_used_id(const Joining *joining)
{
	const Content *here = joining->here;
	bool has_used = here->entry_csn && csn_sid(here->entry_csn) > 0;

	for (size_t i = 0; i < here->n_context_csns && !has_used; i++)
		has_used = csn_sid(here->context_csns[i]) > 0;
	return has_used;
}

/*
 * One that refuses our account may have no database yet, which has the account. Where no server
 * runs there is none yet, or it was stopped: that matters to who has changes of this node's own.
 */
static bool may_have_more(const Joining *joining, const Content *peer)
{
	if (peer->state != CONTENT_UNREACHABLE || peer->lacks_database)
		return false;
	return !peer->nobody_listens || has_used_id(joining);
}

/* "ldap://two: no answer; ldap://three: ...", or nothing. */
static const char *unseen_describe(const Joining *joining)
{
	Buf text = BUF_IN(joining->diff->pool);

	for (size_t i = 0; i < joining->n_peers; i++)
		if (may_have_more(joining, &joining->peers[i]))
			buf_printf(&text, "%s%s", text.len > 0 ? "; " : "",
				   joining_problem(joining, &joining->peers[i]));
	return buf_text(&text);
}

const Hold *joining_judge_alone(const Joining *joining)
{
	const char *unseen = unseen_describe(joining);

	if (!*unseen || joining->diff->in->options.is_first_node)
		return NULL;
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s has data here and was never compared with a peer, and whether "
			    "these have newer changes could not be seen: %s. If they have, they "
			    "would delete them when this node writes without them; it becomes a "
			    "provider by itself when they can be asked. Only when this is the "
			    "first node of a cluster, or none that has more will ever come back",
			    joining->suffix, unseen),
		remedy_text(REMEDY_RELEASE_JOINING));
}
