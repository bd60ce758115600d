/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ROLLOUT_H
#define SYNCWARD_ROLLOUT_H

#include "common/desired/desired.h"
#include "common/memory/memory.h"

/*
 * May a peers.json that is on disk and passed every check be put in force on this node? Where it
 * has policy.rollout, its first nodes try it, and all others wait until those were seen to do well
 * with it for long enough. Without having seen that, it lets nothing pass.
 */
typedef enum RolloutVerdict {
	ROLLOUT_RUNS,
	ROLLOUT_WAITS,    /* for its first nodes */
	ROLLOUT_UNSTAGED, /* it has no "rollout", and the revision in force has one */
} RolloutVerdict;

/* The file as this node looks at it. */
typedef struct RolloutFile {
	const Desired *desired;
	const char *sha256;
	unsigned self; /* this node's id in it; 0: it has none, or it is not known */
} RolloutFile;

RolloutVerdict rollout_verdict(const RolloutFile *file, const KnownRevision *latest);

/* The nodes for which the file waits at this node: ids of "first" that are peers, without this
 * node. Returns how many; each is written to ret, which takes n_first. */
size_t rollout_canaries(const RolloutFile *file, unsigned *ret);

/* What waits, for whom, since when and how long still; REMEDY_RELEASE_ROLLOUT ends the sentence.
 * in_force: the revision by which slapd is corrected meanwhile; NULL: it is not at hand. */
const char *rollout_text(Pool *pool, const RolloutFile *file, const KnownRevision *latest,
			 const Desired *in_force);

/* NULL: peers may be removed. Else why not yet: nodes that still have them must hear of it before.
 */
const char *rollout_removal_text(Pool *pool, const RolloutFile *file, const KnownRevision *latest);

#endif
