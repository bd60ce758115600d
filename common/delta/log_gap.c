/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_gap.h"

#include "common/copy/csn_set.h"

bool log_gap_is_possible(const PlanInput *in, const char *suffix, const Probe *probe)
{
	const DatabaseFacts *facts = facts_of(in->facts, suffix);

	return probe->n_context_csns > 0 &&
	       !(facts && facts->here.state == CONTENT_READ &&
		 csn_covers(facts->here.context_csns, facts->here.n_context_csns,
			    probe->context_csns, probe->n_context_csns));
}
