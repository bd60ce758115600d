/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/heartbeat_gate.h"

#include <string.h>

#include "common/copy/csn_set.h"
#include "common/live/write_refusal.h"
#include "common/plan/plan_changes.h"

#define ANSWER_GRACE_SEC 60 /* a round takes its time */

static const char *const texts[] = {
	[HEARTBEAT_NOT_KNOWN] = "what this node's copy of the database holds is not known",
	[HEARTBEAT_ALONE] =
		"a consumer writes it at a provider, and this one reads none, or nobody "
		"beside it to compare that with",
	[HEARTBEAT_HEALING] = "a heal was cut off, and this server may have another server ID",
	[HEARTBEAT_FENCED] = "the fence closed the database, or was about to",
	[HEARTBEAT_HELD] = "something of this database, or of the server, is held",
	[HEARTBEAT_JOINING] = "this node was not seen to hold all that its peers hold",
	[HEARTBEAT_SUSPECT] = "this may not be the database that the cluster knows",
	[HEARTBEAT_CLOSED] = "this database takes no clients' writes",
	[HEARTBEAT_SERVER_ID] = "the server ID of this slapd is not the one of this node",
	[HEARTBEAT_UNSTAMPED] = "slapd gives changes no entryCSN here (olcLastMod)",
	[HEARTBEAT_OTHER] = "a peer holds another database under this suffix",
	[HEARTBEAT_OLDER] = "a peer has newer changes of this node than this node has",
	[HEARTBEAT_LOST] = "this node had newer changes of its own than it has now",
	[HEARTBEAT_UNSENT] =
		"entries that were written here are newer than contextCSN, as after a crash of "
		"slapd, or that could not be checked: peers were perhaps never sent them, and "
		"after a heartbeat they would not seem to be behind; changing each of them once "
		"sends it",
	[HEARTBEAT_UNREAD] =
		"no change was made at this node yet, and not all peers read from here now: one "
		"that comes back after a first change reads everything anew, and brings back what "
		"is deleted meanwhile",
	[HEARTBEAT_UNPROVEN] = "no peer was seen yet, since slapd was last connected to, that has "
			       "the same database and nothing newer of this node",
	[HEARTBEAT_UNASKED] = "consumers were not all asked yet, since slapd was last connected "
			      "to, whether one has newer changes of this node",
	[HEARTBEAT_THERE_HIDDEN] = "entryUUID and contextCSN of the suffix entry are not shown to "
				   "the account of \"verify\" at the provider where this consumer "
				   "would write it",
	[HEARTBEAT_THERE_OTHER] = "the provider where this consumer would write it holds another "
				  "database than others",
	[HEARTBEAT_THERE_OLDER] =
		"the provider where this consumer would write it lacks changes of "
		"its own that others have",
	[HEARTBEAT_THERE_UNSENT] =
		"entries that were written at the provider where this consumer would write it are "
		"newer than its contextCSN, as a slapd that was killed leaves them, or could not "
		"be looked for: others were perhaps never sent them",
	[HEARTBEAT_THERE_UNREAD] =
		"no change was made yet at the provider where this consumer would write it: a "
		"server that is away then reads everything anew, and brings back what is deleted "
		"meanwhile",
	[HEARTBEAT_THERE_UNPROVEN] =
		"no peer was seen yet, other than the provider where this consumer would write "
		"it, that has the same database and nothing newer of that one",
	[HEARTBEAT_MAY_WRITE] = NULL,
};
_Static_assert(ARRAY_SIZE(texts) == HEARTBEAT_GATE_COUNT, "say why");

const char *heartbeat_gate_text(HeartbeatGate gate)
{
	return texts[gate];
}

bool heartbeat_answer_counts(const HeartbeatAsked *asked)
{
	const int64_t age_sec = asked->now_sec - asked->at_sec;

	return asked->round > asked->n_rounds && age_sec >= 0 &&
	       age_sec <= (int64_t)asked->every_sec + ANSWER_GRACE_SEC;
}

/* Guards that speak of this copy or of who this node is, whichever link they hold. */
static bool guard_stops(Guard guard)
{
	static const Guard guards[] = {
		GUARD_NOT_LISTED, GUARD_EMPTY_FILE, GUARD_SERVER_ID,         GUARD_CONTENT,
		GUARD_IDENTITY,   GUARD_LEFT,       GUARD_JOINING,           GUARD_ORDER,
		GUARD_ROLE,       GUARD_DATABASE,   GUARD_CONFIG_REPLICATED,
	};

	for (size_t i = 0; i < ARRAY_SIZE(guards); i++)
		if (guards[i] == guard)
			return true;
	return false;
}

static bool is_held_under(const PlanHolds *held, const char *suffix)
{
	const Hold *hold;

	for (size_t at = 0; (hold = hold_next_told(held, suffix, &at));)
		if (guard_stops(hold->guard))
			return true;
	return false;
}

static bool is_held(const HeartbeatLook *look)
{
	return is_held_under(&look->plan->held, look->wanted->desired->suffix) ||
	       is_held_under(&look->plan->held, NULL);
}

/* Also one that was cut off before it knew whether it did. */
static bool is_fenced(const HeartbeatLook *look)
{
	const FenceRecord *record =
		fence_record(&look->known->fence, look->wanted->desired->suffix);

	return record && (record->is_closed || record->is_closing || record->is_apart ||
			  record->is_parting || (record->is_unclosed && !record->is_of_daemon));
}

/* --- memory and configuration --- */

/* A provider to write at, and another peer to compare it with. */
static bool reads_enough(const WantedDatabase *wanted)
{
	return wanted->n_consumers >= 2 && !peer_is_consumer(wanted->consumers[0].peer);
}

static HeartbeatGate gate_of_memory(const HeartbeatLook *look)
{
	const KnownDatabase *known = known_database(look->known, look->wanted->desired->suffix);

	if (peer_is_consumer(look->self) && !reads_enough(look->wanted))
		return HEARTBEAT_ALONE;
	if (look->known->heal)
		return HEARTBEAT_HEALING;
	if (is_fenced(look))
		return HEARTBEAT_FENCED;
	if (is_held(look))
		return HEARTBEAT_HELD;
	if (!known || known->is_joining)
		return HEARTBEAT_JOINING;
	return known->suspect ? HEARTBEAT_SUSPECT : HEARTBEAT_MAY_WRITE;
}

static HeartbeatGate gate_of_slapd(const HeartbeatLook *look)
{
	const DatabasePlan *database = plan_database_wanted(look->plan, look->wanted);
	const LiveDatabase *live = database ? database->live : NULL;
	WriteRefusal refusal;

	if (!live)
		return HEARTBEAT_NOT_KNOWN;
	if (live->is_read_only || !live->is_multi_provider || !live->syncprov ||
	    write_refusal_find(look->live, live, &refusal))
		return HEARTBEAT_CLOSED;
	if (change_first(look->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID)))
		return HEARTBEAT_SERVER_ID;
	return live->stamps_nothing ? HEARTBEAT_UNSTAMPED : HEARTBEAT_MAY_WRITE;
}

/* --- the copy --- */

static bool has_csns(const Content *content)
{
	return content_has_data(content) && content->entry.uuid && content->n_context_csns > 0;
}

/* It showed what it has of this node, and all of that is here. One that joins may have read it
 * here, and asks the others before it is a provider. */
static bool is_proof(const Content *here, const Content *peer, unsigned sid)
{
	return has_csns(peer) &&
	       copy_identity(here->entry.uuid, peer->entry.uuid) == COPY_IS_SAME &&
	       !copy_lacks_own(here, peer, sid);
}

/* What was noted for the fence before slapd was stopped, or is missing since. */
static bool has_lost(const HeartbeatLook *look, unsigned sid)
{
	const LastSeen *seen = last_seen(&look->known->seen, look->wanted->desired->suffix);
	const char *once = seen ? csn_newest(seen->csns, seen->n_csns, sid) : NULL;
	const char *now = csn_newest(look->here->context_csns, look->here->n_context_csns, sid);

	return look->missing || (once && (!now || strcmp(once, now) > 0));
}

static bool has_written(const Content *copy, unsigned sid)
{
	return csn_newest(copy->context_csns, copy->n_context_csns, sid) != NULL;
}

/* Once contextCSN is newer than they are, it cannot be seen any more that they were not sent. A
 * node that never wrote has nothing that could be looked for. */
static bool has_unsent(const Content *copy, unsigned sid)
{
	return has_written(copy, sid) && copy->view.coverage != COPY_IS_COVERED;
}

static bool is_read(const HeartbeatLook *look)
{
	const DatabasePlan *database = plan_database_wanted(look->plan, look->wanted);

	return database && database->first_is_read;
}

static Suspicion suspicion_of(const HeartbeatLook *look)
{
	const Content *copy;
	const unsigned sid = peer_server_id(look->self);
	const Suspicion found =
		contents_suspicion(look->here, look->peers, look->n_peers, sid, &copy);

	return found != SUSPICION_NONE
		       ? found
		       : contents_suspicion(look->here, look->heirs, look->n_heirs, sid, &copy);
}

const char *heartbeat_describe_heir(Pool *pool, const HeartbeatLook *look)
{
	const unsigned sid = peer_server_id(look->self);
	const Content *heir;
	const Suspicion found =
		contents_suspicion(look->here, look->heirs, look->n_heirs, sid, &heir);

	if (found == SUSPICION_NONE)
		return NULL;
	return pool_printf(pool,
			   "no heartbeat is written: %s, a consumer, %s, and loses what only it "
			   "has when anything is written here. What that is, shows",
			   wanted_peer(look->wanted, heir->peer_id)->peer->uri,
			   suspicion_describe(pool, found, sid));
}

/* A provider that was made anew has what another one has of it, which may be less than what one of
 * its consumers was sent before. */
static bool all_are_asked(const HeartbeatLook *look)
{
	for (size_t i = 0; i < look->n_heirs; i++)
		if (look->heirs[i].state == CONTENT_UNKNOWN)
			return false;
	return true;
}

static HeartbeatGate gate_of_copy(const HeartbeatLook *look)
{
	const unsigned sid = peer_server_id(look->self);
	bool is_proven = false;

	if (!has_csns(look->here))
		return HEARTBEAT_NOT_KNOWN;
	switch (suspicion_of(look)) {
	case SUSPICION_OTHER:
		return HEARTBEAT_OTHER;
	case SUSPICION_OLDER:
		return HEARTBEAT_OLDER;
	default:
		break;
	}
	for (size_t i = 0; i < look->n_peers; i++)
		is_proven |= content_is_provider(&look->peers[i]) &&
			     is_proof(look->here, &look->peers[i], sid);
	if (has_lost(look, sid))
		return HEARTBEAT_LOST;
	if (!is_proven)
		return HEARTBEAT_UNPROVEN;
	if (!has_written(look->here, sid) && !is_read(look))
		return HEARTBEAT_UNREAD;
	if (has_unsent(look->here, sid))
		return HEARTBEAT_UNSENT;
	return all_are_asked(look) ? HEARTBEAT_MAY_WRITE : HEARTBEAT_UNASKED;
}

HeartbeatGate heartbeat_gate_there(const HeartbeatThere *look)
{
	const Content *suspicious;
	bool is_proven = false;
	Suspicion found;

	if (!has_csns(look->there))
		return HEARTBEAT_THERE_HIDDEN;
	found = contents_suspicion(look->there, look->others, look->n_others, look->sid,
				   &suspicious);
	/* What it was sent before the provider's database became an older one shows that, too. */
	if (found == SUSPICION_NONE)
		found = content_suspicion(look->there, look->here, look->sid);
	if (found != SUSPICION_NONE)
		return found == SUSPICION_OTHER ? HEARTBEAT_THERE_OTHER : HEARTBEAT_THERE_OLDER;
	for (size_t i = 0; i < look->n_others; i++)
		is_proven |= is_proof(look->there, &look->others[i], look->sid);
	if (!is_proven)
		return HEARTBEAT_THERE_UNPROVEN;
	if (!has_written(look->there, look->sid))
		return HEARTBEAT_THERE_UNREAD;
	return has_unsent(look->there, look->sid) ? HEARTBEAT_THERE_UNSENT : HEARTBEAT_MAY_WRITE;
}

/* It is whole, and goes on reading. */
static HeartbeatGate gate_of_consumer(const HeartbeatLook *look)
{
	const DatabasePlan *database = plan_database_wanted(look->plan, look->wanted);

	if (!database || !database->live || !has_csns(look->here))
		return HEARTBEAT_NOT_KNOWN;
	return live_reads_from_somebody(database->live) ? HEARTBEAT_MAY_WRITE : HEARTBEAT_JOINING;
}

HeartbeatGate heartbeat_gate(const HeartbeatLook *look)
{
	HeartbeatGate gate = gate_of_memory(look);

	if (gate == HEARTBEAT_MAY_WRITE && peer_is_consumer(look->self))
		return gate_of_consumer(look);
	if (gate == HEARTBEAT_MAY_WRITE)
		gate = gate_of_slapd(look);
	return gate == HEARTBEAT_MAY_WRITE ? gate_of_copy(look) : gate;
}
