/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_identity.h"

#include "common/base/text.h"

static bool is_in_doubt(const Plan *plan)
{
	for (size_t i = 0; i < plan->held.n_holds; i++)
		if (plan->held.holds[i].guard == GUARD_IDENTITY)
			return true;
	for (size_t i = 0; i < plan->n_findings; i++)
		if (text_equal(plan->findings[i].code, "id-of-other"))
			return true;
	return false;
}

/* Its bind was accepted then, so asking once more locks no account. */
static bool tells_it(const LinkProbe *answer)
{
	return probe_has_fault(&answer->probe, PROBE_SAME_SERVER_ID) ||
	       probe_has_fault(&answer->probe, PROBE_OTHER_SERVER_ID) ||
	       probe_has_fault(&answer->probe, PROBE_CLOCK_DIFFERS);
}

Follow daemon_identity_look(const Found *found)
{
	const Wanted *wanted = &found->inputs.wanted;
	Follow follow = {0};

	/* Not after the pass that an answer causes: it would be asked without end. */
	if (!found->report.has_plan || !found->context.rhythm.probes ||
	    !is_in_doubt(&found->report.last.plan) || !found_is_caused_by(found, TRIGGER_TIMER))
		return follow;
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];

		for (size_t k = 0; k < database->n_consumers; k++) {
			const WantedConsumer *consumer = &database->consumers[k];
			const LinkProbe *answer =
				link_probe_find(found->before.answers, database->desired->suffix,
						consumer->peer->id, NULL);

			if (answer && tells_it(answer))
				POOL_PUSH(found->pool, follow.asks.links, follow.asks.n_links,
					  {database, consumer});
		}
	}
	return follow;
}
