/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MEMORY_AFTER_H
#define SYNCWARD_MEMORY_AFTER_H

#include "common/draft/plan_input.h"
#include "common/leaving/leaving.h"
#include "common/remember/applied.h"

/*
 * What a pass learns for later passes. In: what its plan was made from, and the plan; out: the
 * memory as it is from then on. Each changes known only in what it is about, and takes texts that
 * the pass frees earlier into the pool. Keeping it is agent/state/state_keep.h.
 */

/* A person let a node that had left come back: however this pass ends, the next one goes on with
 * it. */
void memory_rejoining(unsigned released, KnownLeave *leave);

/* A person released a revision before it was seen to do well elsewhere: it stays released. */
void memory_rollout(const PlanOptions *options, KnownRevision *latest);

/* Which databases the plan holds as joining or under G10, and what their peers showed, before
 * anything is written: without these marks a later pass could take a database that is being filled
 * for one that is whole. */
void memory_held(Pool *pool, const Plan *plan, const Facts *facts, Known *known);

/* That slapd is about to build an index over entries: where it does not report when that is done,
 * the next write waits (guard indexing). To be called before slapd is asked to. */
void memory_indexing(const PlanSteps *order, int64_t now_sec, KnownServer *server);

/* What slapd holds in memory only, and that scrambled consumers were healed. slapd_started: when
 * slapd started, as it reports; NULL: it does not report that. */
void memory_applied(Pool *pool, const Applied *applied, const char *slapd_started,
		    KnownServer *server);

/* The end of a pass that wrote what it could: the revision in force, and per database which
 * providers were there before us (once it is in step). */
void memory_in_step(Pool *pool, const PlanInput *input, const Plan *plan, Known *known);

/* Which machine this node is; one that a person did not release (G11) is not adopted. */
void memory_machine(const Machine *machine, unsigned our_id, unsigned released, KnownSelf *self);

/* Which links were seen to work, in cn=monitor or by a probe, or were written because a person said
 * so. */
void memory_links(Pool *pool, const PlanInput *input, const Plan *plan, Known *known);

/* Which peers hide what is here, until they were seen not to, or are read. */
void memory_hiding(Pool *pool, const PlanInput *input, const Plan *plan, KnownPeers *peers);

/* Databases that the plan is about to close because they were emptied (noted before, so that it is
 * not taken for a person's wish), and that it did. */
void memory_closing(Pool *pool, const Plan *plan, Known *known);
void memory_closed(Pool *pool, const Applied *applied, Known *known);

/* Databases that the fence closed and that are open now, whoever opened them: from now on what they
 * hold is right; and relays that got back what it took, or no longer get it. wanted: NULL: not
 * known. True when this changed, which the next plan needs to know. */
bool memory_opened(Pool *pool, const Live *live, const Wanted *wanted, Known *known);

/* Since when consumers run that hold older TLS files, so that it stays known after other changes.
 */
void memory_ages(Pool *pool, const Plan *plan, Known *known);

/* What peers refused stays refused: plans ask peers as well. */
void memory_refusals(Pool *pool, const ProbeRefusals *refusals, KnownPeers *peers);

/* This node is about to leave: which databases it closes for that, besides those that it left
 * before. left_time: generalized time, borrowed. */
void memory_leaving(Pool *pool, const Leaving *leaving, const char *left_time, Known *known);

#endif
