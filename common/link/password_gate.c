/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/password_gate.h"

#include <stdlib.h>
#include <string.h>

#include "common/slapd/dn.h"
#include "common/slapd/url.h"

#define REFUSALS_MAX 256

typedef enum Member {
	MEMBER_AWAY, /* it did not start, or is on its way to its peer */
	MEMBER_ASKING,
	MEMBER_BINDING, /* it may, and no answer came yet */
	MEMBER_DONE,
} Member;

/* All binds with one DN and password. */
typedef struct Group {
	bool is_open;
	bool is_proven;
	const ProbeBind *closer; /* the bind that was refused */
	int64_t granted_msec;    /* when the last of them was let through, or the first asked */
	bool has_asked;
} Group;

struct ProbeGate {
	const ProbeBind *binds;
	size_t n_binds;
	Member *members;
	const ProbeBind **refused; /* of each bind: the refusal by its own peer */
	bool *is_alone;            /* of each such refusal: it stops no other bind */
	size_t *groups_of;         /* of each bind */
	Group *groups;             /* as many as binds at most */
	const ProbeRefusals *refusals;
};

static bool same_text(const char *one, const char *other)
{
	return one && other && strcmp(one, other) == 0;
}

static bool same_dn(const ProbeBind *one, const ProbeBind *other)
{
	return strcmp(one->binddn, other->binddn) == 0 || dn_equal(one->binddn, other->binddn);
}

static bool same_password(const ProbeBind *one, const ProbeBind *other)
{
	return same_text(one->password, other->password) && same_dn(one, other);
}

static bool is_remembered(const ProbeBind *refusal, const ProbeBind *bind)
{
	return bind->password && same_text(refusal->secret, bind->secret) &&
	       same_dn(refusal, bind) && url_equal(refusal->provider, bind->provider);
}

static const ProbeBind *find_refusal(const ProbeRefusals *refusals, const ProbeBind *bind)
{
	for (size_t i = 0; refusals && i < refusals->n_items; i++)
		if (is_remembered(&refusals->items[i], bind))
			return &refusals->items[i];
	return NULL;
}

ProbeGate *probe_gate_new(Pool *pool, const ProbeBind *binds, size_t n_binds,
			  const ProbeRefusals *refusals)
{
	ProbeGate *gate = pool_alloc(pool, sizeof(*gate));

	*gate = (ProbeGate){
		.binds = binds,
		.n_binds = n_binds,
		.refusals = refusals,
		.members = pool_alloc(pool, (n_binds + 1) * sizeof(*gate->members)),
		.refused = pool_alloc(pool, (n_binds + 1) * sizeof(const ProbeBind *)),
		.is_alone = pool_alloc(pool, (n_binds + 1) * sizeof(*gate->is_alone)),
		.groups_of = pool_alloc(pool, (n_binds + 1) * sizeof(*gate->groups_of)),
		.groups = pool_alloc(pool, (n_binds + 1) * sizeof(*gate->groups)),
	};
	for (size_t i = 0; i < n_binds; i++) {
		size_t k = 0;

		while (k < i && !same_password(&binds[k], &binds[i]))
			k++;
		gate->groups_of[i] = k;
		gate->groups[k].is_open = !binds[k].password;
		gate->groups[k].is_proven |= binds[i].is_proven;
		gate->refused[i] = find_refusal(refusals, &binds[i]);
		gate->is_alone[i] = gate->refused[i] && gate->refused[i]->is_alone;
		if (gate->refused[i] && !gate->is_alone[i])
			gate->groups[k].closer = gate->refused[i];
	}
	return gate;
}

static Group *group_of(const ProbeGate *gate, size_t i)
{
	return &gate->groups[gate->groups_of[i]];
}

void probe_gate_ask(ProbeGate *gate, size_t i, int64_t now_msec)
{
	Group *group = group_of(gate, i);

	gate->members[i] = MEMBER_ASKING;
	if (!group->has_asked)
		group->granted_msec = now_msec;
	group->has_asked = true;
}

void probe_gate_good(ProbeGate *gate, size_t i)
{
	gate->members[i] = MEMBER_DONE;
	group_of(gate, i)->is_proven = group_of(gate, i)->is_open = true;
}

void probe_gate_refused(ProbeGate *gate, size_t i)
{
	Group *group = group_of(gate, i);

	gate->members[i] = MEMBER_DONE;
	gate->refused[i] = &gate->binds[i];
	gate->is_alone[i] = false;
	if (!group->closer)
		group->closer = &gate->binds[i];
}

void probe_gate_refused_alone(ProbeGate *gate, size_t i)
{
	gate->members[i] = MEMBER_DONE;
	gate->refused[i] = &gate->binds[i];
	gate->is_alone[i] = true;
}

void probe_gate_ended(ProbeGate *gate, size_t i)
{
	gate->members[i] = MEMBER_DONE;
}

/* No bind before it in its group is on the way or asks, and none is waiting for an answer; or they
 * took too long. */
static bool is_its_turn(const ProbeGate *gate, size_t i, int64_t now_msec)
{
	const int64_t waited_msec = now_msec - group_of(gate, i)->granted_msec;

	for (size_t k = 0; k < gate->n_binds; k++) {
		if (k == i || gate->groups_of[k] != gate->groups_of[i])
			continue;
		if (gate->members[k] == MEMBER_BINDING && waited_msec < PROBE_GATE_ANSWER_MSEC)
			return false;
		if (k < i && gate->members[k] == MEMBER_AWAY && waited_msec < PROBE_GATE_REACH_MSEC)
			return false;
		if (k < i && gate->members[k] == MEMBER_ASKING)
			return false;
	}
	return true;
}

ProbeGrant probe_gate_decide(ProbeGate *gate, size_t i, int64_t now_msec)
{
	Group *group = group_of(gate, i);

	if (gate->members[i] != MEMBER_ASKING)
		return PROBE_GRANT_WAIT;
	if (probe_gate_closer(gate, i)) {
		gate->members[i] = MEMBER_DONE;
		return PROBE_GRANT_NO;
	}
	if (!group->is_open && !is_its_turn(gate, i, now_msec))
		return PROBE_GRANT_WAIT;
	gate->members[i] = MEMBER_BINDING;
	group->granted_msec = now_msec;
	return PROBE_GRANT_YES;
}

const ProbeBind *probe_gate_closer(const ProbeGate *gate, size_t i)
{
	const Group *group = group_of(gate, i);

	if (group->is_proven)
		return gate->is_alone[i] ? NULL : gate->refused[i];
	return gate->refused[i] ? gate->refused[i] : group->closer;
}

static bool same_item(const ProbeBind *one, const ProbeBind *other)
{
	return strcmp(one->provider, other->provider) == 0 &&
	       strcmp(one->binddn, other->binddn) == 0 && strcmp(one->secret, other->secret) == 0;
}

static void remember(Pool *pool, ProbeRefusals *refusals, const ProbeBind *refused, bool is_alone)
{
	for (size_t i = 0; i < refusals->n_items; i++)
		if (same_item(&refusals->items[i], refused)) {
			refusals->items[i].is_alone &= is_alone;
			return;
		}
	POOL_PUSH(pool, refusals->items, refusals->n_items,
		  {.provider = pool_strdup(pool, refused->provider),
		   .binddn = pool_strdup(pool, refused->binddn),
		   .secret = pool_strdup(pool, refused->secret),
		   .is_alone = is_alone});
}

static void remember_item(Pool *pool, ProbeRefusals *refusals, const ProbeBind *item)
{
	remember(pool, refusals, item, item->is_alone);
}

ProbeRefusals probe_gate_refusals(Pool *pool, const ProbeGate *gate)
{
	ProbeRefusals refusals = {0};

	for (size_t i = 0; gate->refusals && i < gate->refusals->n_items; i++)
		remember_item(pool, &refusals, &gate->refusals->items[i]);
	for (size_t i = 0; i < gate->n_binds; i++)
		if (gate->refused[i] && gate->refused[i]->secret)
			remember(pool, &refusals, gate->refused[i], gate->is_alone[i]);
	if (refusals.n_items > REFUSALS_MAX) {
		refusals.items += refusals.n_items - REFUSALS_MAX;
		refusals.n_items = REFUSALS_MAX;
	}
	return refusals;
}

ProbeRefusals probe_refusals_copy(Pool *pool, const ProbeRefusals *refusals)
{
	ProbeRefusals copy = {0};

	for (size_t i = 0; i < refusals->n_items; i++)
		remember_item(pool, &copy, &refusals->items[i]);
	return copy;
}

ProbeRefusals probe_refusals_join(Pool *pool, const ProbeRefusals *one, const ProbeRefusals *other)
{
	ProbeRefusals joined = {0};

	for (size_t i = 0; i < one->n_items; i++)
		remember_item(pool, &joined, &one->items[i]);
	for (size_t i = 0; i < other->n_items; i++)
		remember_item(pool, &joined, &other->items[i]);
	return joined;
}

bool probe_refusals_have(const ProbeRefusals *refusals, const ProbeBind *bind)
{
	for (size_t i = 0; bind->secret && i < refusals->n_items; i++)
		if (strcmp(refusals->items[i].provider, bind->provider) == 0 &&
		    same_dn(&refusals->items[i], bind) &&
		    same_text(refusals->items[i].secret, bind->secret))
			return true;
	return false;
}

bool probe_refusals_equal(const ProbeRefusals *one, const ProbeRefusals *other)
{
	if (one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (!same_item(&one->items[i], &other->items[i]) ||
		    one->items[i].is_alone != other->items[i].is_alone)
			return false;
	return true;
}

/* A bind in the round of ids that begins after ours. */
typedef struct Placed {
	unsigned way; /* from our id on to its */
	size_t index;
} Placed;

static int placed_compare(const void *one, const void *other)
{
	const Placed *a = one, *b = other;

	if (a->way != b->way)
		return a->way < b->way ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

void probe_order(const unsigned *ids, size_t n, unsigned our_id, size_t *ret_order)
{
	AUTO(Pool) *scratch = pool_new();
	Placed *placed = pool_alloc(scratch, (n + 1) * sizeof(*placed));

	for (size_t i = 0; i < n; i++)
		placed[i] = (Placed){ids[i] - our_id - 1, i}; /* beyond the last id goes on at 0 */
	qsort(placed, n, sizeof(*placed), placed_compare);
	for (size_t i = 0; i < n; i++)
		ret_order[i] = placed[i].index;
}
