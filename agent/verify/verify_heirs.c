/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/verify_heirs.h"

#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "agent/system/interrupt.h"

const Content *verify_heirs(Verify *verify, const VerifiedDatabase *database, unsigned timeout_sec,
			    size_t *ret_n)
{
	const WantedDatabase *wanted = database->wanted;
	const size_t first = wanted->n_consumers + wanted->n_others;
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_ID,
		.deadline_msec = (timeout_sec > 0 ? timeout_sec : 1) * 1000,
		.must_stop = interrupt_is_pending,
		.refusals = &verify->refusals,
	};
	ProbeTarget *targets = NULL;
	Content *heirs = NULL;
	Probe *probes = NULL;
	size_t n = 0;
	Error err;

	*ret_n = 0;
	for (size_t i = first; i < first + wanted->n_heirs; i++)
		if (!wanted->consumers[i].no_secret)
			POOL_PUSH(verify->pool, targets, n,
				  probe_target_wanted(verify->pool, wanted, &wanted->consumers[i],
						      verify->world->live.global));
	if (n > 0)
		(void)probe_run(verify->pool, targets, n, &options, &probes, &verify->refusals,
				&err);
	for (size_t i = 0; probes && i < n; i++)
		POOL_PUSH(verify->pool, heirs, *ret_n, probe_content(&probes[i]));
	return heirs;
}
