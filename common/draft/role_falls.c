/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/role_falls.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/remedies/remedies.h"
#include "common/slapd/serverid.h"

/* Under which server ID slapd wrote here; 0: not known, and each counts. */
static unsigned live_sid(const Diff *diff)
{
	const Live *live = diff->in->live;
	const Attribute *ids = live->server_ids;
	const ServerIdVerdict verdict = serverid_judge(
		diff->pool, attribute_texts(diff->pool, ids), ids ? ids->n_values : 0,
		live->listeners, live->n_listeners, diff->in->facts->machine.fqdn);

	return verdict.has_sid ? verdict.sid : 0;
}

static const Content *copy_of_peer(const DatabaseFacts *facts, unsigned peer_id)
{
	const Content *peer;

	for (size_t i = 0; (peer = facts_everybody(facts, i)); i++)
		if (peer->peer_id == peer_id)
			return peer;
	return NULL;
}

/* One that is empty reads all of it from the others. */
static bool has_all(const Content *here, const Content *peer, unsigned sid)
{
	for (size_t i = 0; i < here->n_context_csns; i++) {
		const char *csn = here->context_csns[i], *theirs;

		if (csn_sid(csn) <= 0 || (sid > 0 && csn_sid(csn) != (int)sid))
			continue;
		theirs = csn_newest(peer->context_csns, peer->n_context_csns,
				    (unsigned)csn_sid(csn));
		if (!theirs || strcmp(theirs, csn) < 0)
			return false;
	}
	return true;
}

static Hold wait_hold(const char *suffix, const char *text, const char *release)
{
	return (Hold){.guard = GUARD_ROLE,
		      .suffix = suffix,
		      .text = text,
		      .release = release,
		      .says_nothing = true};
}

static Hold lacking_hold(const Diff *diff, const char *suffix, const char *uri)
{
	return wait_hold(suffix,
			 pool_printf(diff->pool,
				     "%s: clients' writes are refused here, and %s lacks changes "
				     "that they made before: leave its link to here until it has "
				     "them. Look again with",
				     suffix, uri),
			 remedy_text(REMEDY_APPLY));
}

static Hold unasked_hold(const Diff *diff, const char *suffix, const char *uri)
{
	return wait_hold(
		suffix,
		pool_printf(diff->pool,
			    "%s: clients' writes are refused here, and whether %s has all "
			    "that they made before is not known, for it cannot be asked. If it "
			    "is gone for good",
			    suffix, uri),
		remedy_text(REMEDY_PEER_LEFT));
}

/* Without contextCSN nothing shows what was written here; what is empty has nothing to lose. */
static bool is_known_here(const Content *here)
{
	return here->state == CONTENT_READ && (!here->entry.exists || here->n_context_csns > 0);
}

static Hold unread_hold(const Diff *diff, const char *suffix)
{
	return wait_hold(suffix,
			 pool_printf(diff->pool,
				     "%s: clients' writes are refused here, and whether the others "
				     "have all that they made before is not known, for contextCSN "
				     "of this server could not be read. Look again with",
				     suffix),
			 remedy_text(REMEDY_APPLY));
}

bool role_has_fallen(Diff *diff, const WantedDatabase *wanted, Hold *ret)
{
	const char *suffix = wanted->desired->suffix;
	const DatabaseFacts *facts = diff_facts(diff, suffix);
	const size_t n_peers = wanted->n_consumers + wanted->n_others;
	const unsigned sid = live_sid(diff);

	if (facts->here.state == CONTENT_UNKNOWN || facts->n_peers == 0) {
		diff_need_content(diff, wanted, true);
		/* There is one round of questions: what joining asks after this goes with it. */
		if (!known_was_complete(diff->in->known, suffix))
			diff_need_extra(diff, wanted);
		*ret = wait_hold(suffix, "not asked yet", remedy_text(REMEDY_APPLY));
		return false;
	}
	if (!is_known_here(&facts->here)) {
		*ret = unread_hold(diff, suffix);
		return false;
	}
	for (size_t i = 0; i < n_peers; i++) {
		const Peer *peer = wanted->consumers[i].peer;
		const Content *copy = copy_of_peer(facts, peer->id);

		if (copy && copy->state == CONTENT_READ) {
			if (!copy->entry.exists || has_all(&facts->here, copy, sid))
				continue;
			*ret = lacking_hold(diff, suffix, peer->uri);
			return false;
		}
		*ret = unasked_hold(diff, suffix, peer->uri);
		return false;
	}
	return true;
}
