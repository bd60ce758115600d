/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/kept/daemon_sentence.h"

#include "common/base/buf.h"

/* systemd would take what follows a line end for another assignment. */
static const char *one_line(Pool *pool, const char *text)
{
	Buf line = BUF_IN(pool);

	buf_put_line(&line, text);
	return buf_text(&line);
}

static const Condition *worst_of(const ConditionList *lasting)
{
	const Condition *worst = NULL;

	for (size_t i = 0; i < lasting->n_items; i++) {
		const Condition *condition = &lasting->items[i];

		if (!condition_is_of_this_node(condition))
			continue;
		if (!worst || (condition->begins != EVENT_KIND_COUNT &&
			       (worst->begins == EVENT_KIND_COUNT ||
				event_priority(condition->begins) < event_priority(worst->begins))))
			worst = condition;
	}
	return worst;
}

const char *daemon_sentence_make(Pool *pool, const Found *found, const ConditionList *lasting,
				 const char *before)
{
	const Condition *worst = worst_of(lasting);
	const Wanted *wanted = &found->inputs.wanted;

	if (worst)
		return one_line(pool, worst->text);
	if (!found->report.has_plan)
		return pool_strdup(pool, before);
	if (!wanted->self)
		return "in step";
	return pool_printf(pool, "in step: peer %u, %zu database%s", wanted->self->id,
			   wanted->n_databases, wanted->n_databases == 1 ? "" : "s");
}
