/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_identity.h"
#include "common/guard/free_id.h"
#include "common/remedies/remedies.h"

#include <string.h>

#include "common/draft/diff.h"
#include "common/draft/guard_self.h"
#include "common/link/link_probes.h"
#include "common/plan/plan_changes.h"

/*
 * G11: this node would write under an identity that is not its alone, or with times that do not
 * compare with those of its peers: changes would get lost, and nothing would report it.
 */

#define CLOCK_TOLERANCE_SEC 60

typedef struct Identity {
	Diff *diff;
	unsigned our_id;
	const char *text; /* the first reason found; NULL: none */
} Identity;

static const char *peer_uri(const Identity *identity, unsigned peer_id)
{
	const Peer *peer = desired_peer(identity->diff->in->desired, peer_id);

	return peer ? peer->uri : "a peer";
}

/* Each runs under the ID of the other: giving either of them another one would only go in
 * circles. */
static const char *exchanged_describe(const Identity *identity, unsigned peer_id)
{
	Diff *diff = identity->diff;
	const char *uri = peer_uri(identity, peer_id);

	return pool_printf(
		diff->pool,
		"%s runs under server ID %u, which peers.json gives this node, and this node runs "
		"under %u: slapd believes that it already has the changes of one of them, and they "
		"are lost. %s; if it is still held then",
		uri, identity->our_id, peer_id, remedy_fill(diff->pool, REMEDY_ID_EXCHANGED, uri));
}

static void judge_server_id(Identity *identity, unsigned peer_id, int server_id)
{
	const Diff *diff = identity->diff;

	if (identity->text || server_id <= 0 || (unsigned)server_id != identity->our_id)
		return;
	if (diff->has_live_sid && diff->live_sid == peer_id) {
		identity->text = exchanged_describe(identity, peer_id);
		return;
	}
	identity->text = pool_printf(
		identity->diff->pool,
		"%s runs under server ID %u, which is this node's: slapd believes that it already "
		"has the changes of one of them, and they are lost: %s; if it is still held then",
		peer_uri(identity, peer_id), identity->our_id, remedy_text(REMEDY_ID_AT_TWIN));
}

static void judge_clock(Identity *identity, unsigned peer_id, bool has_clock, long ahead_sec)
{
	const long differs_sec = ahead_sec < 0 ? -ahead_sec : ahead_sec;

	if (identity->text || !has_clock || differs_sec <= CLOCK_TOLERANCE_SEC)
		return;
	identity->text = pool_printf(
		identity->diff->pool,
		"the clock of %s is %ld s %s this node's: by these clocks the later write wins, "
		"and changes are lost. See `%s` on both nodes; once they agree",
		peer_uri(identity, peer_id), differs_sec, ahead_sec > 0 ? "ahead of" : "behind",
		remedy_text(REMEDY_CLOCKS));
}

static void judge_peers(Identity *identity)
{
	const Facts *facts = identity->diff->in->facts;

	const Content *peer;

	for (size_t i = 0; i < facts->n_databases; i++)
		for (size_t k = 0; (peer = facts_everybody(&facts->databases[i], k)); k++) {
			if (peer_is_myself(identity->diff, peer->peer_id))
				continue;
			judge_server_id(identity, peer->peer_id, peer->server_id);
			judge_clock(identity, peer->peer_id, peer->has_clock,
				    peer->clock_ahead_sec);
		}
	for (size_t i = 0; facts->probes && i < facts->probes->n_items; i++) {
		const Probe *probe = &facts->probes->items[i].probe;

		if (peer_is_myself(identity->diff, probe->peer_id))
			continue;
		judge_server_id(identity, probe->peer_id, probe->server_id);
		judge_clock(identity, probe->peer_id, probe->has_clock, probe->clock_ahead_sec);
	}
}

/* Nobody asks the server that really is this peer: to us it is ourselves. */
static void judge_place(Identity *identity)
{
	Diff *diff = identity->diff;
	const Peer *self = diff->in->wanted->self;
	const Peer *other = peer_that_listens_here(diff);

	if (!other)
		return;
	identity->text = pool_printf(
		diff->pool,
		"%s the URL of peer %u, %s, and not %s, that of peer %u, which this node is by "
		"\"names\", \"node\" or --node: two servers would write under one server ID, and "
		"changes would be lost. The line of agent.json is %s; only if peers.json has it "
		"wrong",
		peer_is_myself(diff, other->id) ? "slapd here takes for its own"
						: "this machine has the address in",
		other->id, other->uri, self->uri, self->id,
		remedy_fill(diff->pool, REMEDY_NODE_IS, remedy_number(diff->pool, other->id)));
}

bool machine_is_another(const KnownSelf *self, const Machine *machine, unsigned our_id)
{
	return self->machine && machine->id && self->node == our_id &&
	       strcmp(self->machine, machine->id) != 0;
}

static void judge_machine(Identity *identity)
{
	const PlanInput *in = identity->diff->in;

	if (identity->text ||
	    !machine_is_another(&in->known->self, &in->facts->machine, identity->our_id))
		return;
	identity->text = pool_printf(
		identity->diff->pool,
		"this machine is not the one that has been peer %u so far (/etc/machine-id): it is "
		"a clone, or was restored from an image; %s; only if the other machine is gone for "
		"good and nothing was written there since",
		identity->our_id,
		remedy_fill(identity->diff->pool, REMEDY_ID_AT_CLONE,
			    free_id_print(identity->diff)));
}

void guard_identity(Diff *diff)
{
	Identity identity = {.diff = diff, .our_id = diff->in->wanted->self->id};
	Hold hold = {.guard = GUARD_IDENTITY, .release = remedy_text(REMEDY_RELEASE_G11)};

	/* A consumer writes under no identity. */
	if (peer_is_consumer(diff->in->wanted->self) || diff_is_released(diff, GUARD_IDENTITY))
		return;
	judge_place(&identity);
	judge_peers(&identity);
	judge_machine(&identity);
	if (!identity.text)
		return;
	hold.text = identity.text;
	plan_add_hold(diff->pool, diff->plan, hold);
	plan_hold_kinds(diff->pool, diff->plan, NULL,
			CHANGE_BIT(CHANGE_SERVER_ID) | CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON), hold);
}
