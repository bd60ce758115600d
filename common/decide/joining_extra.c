/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/joining_extra.h"

#include "common/base/remedies.h"
#include "common/base/timestamp.h"

/*
 * contextCSN tells what is missing here, never what is too much (common/copy/copy_extra.h): a first
 * refresh that broke off, or a copy without contextCSN, keeps what was deleted meanwhile. Clients
 * would find it here, a locked out person's account for one, and whoever joins from here would get
 * it as well.
 */

/* Between two tries: a link that was just made is left alone. */
#define AGAIN_SEC 10

bool joining_asks_extra(const Joining *joining)
{
	return joining->was_joining ||
	       !known_was_complete(joining->diff->in->known, joining->suffix);
}

static const char *uri_of(const Joining *joining, unsigned peer_id)
{
	const Peer *peer = desired_peer(joining->diff->in->desired, peer_id);

	return peer ? peer->uri : "a peer";
}

static const Hold *hold_extra(const Joining *joining, const CopyExtra *extra)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s: everything is here, and entries that %s had and has deleted are "
			    "here still (%zu): slapd keeps them when a first refresh broke off, "
			    "or when the copy came without contextCSN; clients' writes are "
			    "refused. The links are made anew until one comes back behind a "
			    "change there, which takes them away. Where nothing is changed, stop "
			    "slapd here, %s; only when somebody compared, and they belong here",
			    joining->suffix, uri_of(joining, extra->peer_id), extra->n_entries,
			    remedy_text(REMEDY_DATABASE_ANEW)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

static const Hold *hold_not_known(const Joining *joining, const CopyExtra *extra)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s: everything is here, and whether entries are here that %s has "
			    "deleted is not known: %s; clients' writes are refused until it is. "
			    "Only when somebody compared",
			    joining->suffix, uri_of(joining, extra->peer_id), extra->problem),
		remedy_text(REMEDY_RELEASE_JOINING));
}

const Hold *joining_judge_extra(const Joining *joining)
{
	const CopyExtra *extra = &diff_facts(joining->diff, joining->suffix)->extra;

	if (!joining_asks_extra(joining))
		return NULL;
	if (!extra->was_asked) {
		diff_need_extra(joining->diff, joining->wanted);
		return joining_wait(joining, "not asked yet", remedy_text(REMEDY_APPLY));
	}
	if (extra->problem)
		return hold_not_known(joining, extra);
	return extra->n_entries > 0 ? hold_extra(joining, extra) : NULL;
}

static bool had_time(const Joining *joining)
{
	const int64_t written_sec =
		timestamp_of_generalized(entry_first(joining->live->entry, "modifyTimestamp"));

	return joining->diff->in->facts->now_sec - written_sec >= AGAIN_SEC;
}

void joining_read_again(const Joining *joining)
{
	const CopyExtra *extra = &diff_facts(joining->diff, joining->suffix)->extra;

	if (joining_asks_extra(joining) && extra->was_asked && !extra->problem &&
	    extra->n_entries > 0 && joining->live->n_consumers > 0 && had_time(joining))
		diff_write_again(joining->diff, joining->wanted, joining->live,
				 "entries that were deleted",
				 "a link that comes back behind a change takes them away");
}
